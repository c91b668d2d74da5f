package dev.weir.connectors;

/** The same over HTTP/2. */
final class Http2AnswersTest extends HttpAnswersTest {

    @Override
    String protocol() {
        return "http2";
    }
}
