package dev.weir.connectors;

/** The contract over HTTP/2 without TLS. */
final class Http2ConnectorTest extends HttpConnectorTest {

    @Override
    String protocol() {
        return "http2";
    }
}
