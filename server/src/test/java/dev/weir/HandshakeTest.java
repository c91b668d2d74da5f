package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer that a handshake can get. */
class HandshakeTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private static void refused(HttpAnswer answer, int status, String reason) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.reason()).contains(reason);
        assertThat(answer.json().path("session").asString()).matches("[0-9a-f]{20}");
        assertThat(answer.json().size()).isEqualTo(2);
    }

    private static void refusedForNow(HttpAnswer answer, int status, String reason) {
        refused(answer, status, reason);
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    }

    @Test
    void aCorrectOneIsAcceptedAndNamesTheSession() throws Exception {
        HttpAnswer answer = weir.client("a").answer();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.header("Weir-Session")).matches("[0-9a-f]{20}");
        // The example of RFC 6455 section 1.3.
        assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(answer.headers()).doesNotContainKeys(
                "sec-websocket-protocol", "sec-websocket-extensions", "server", "date");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/client/a/../../worker/a", "/client/./a", "/client/a/..", "/client/%2e%2e/a",
        "/client//a", "//client/a", "/client/a;x=1", "/client;x/a", "/client/a%2fb",
        "/client/a%2Fb", "/client/a%5cb", "/client/a\\b", "/client/a%00", "/client/a%0d%0ab",
        "/client/%7f", "/client/%zz", "/client/%c3%28"
    })
    void aPathThatCanBeReadInTwoWaysIsRefusedWith400(String path) throws Exception {
        assertThat(weir.dial(path).answer().status()).isEqualTo(400);
    }

    @Test
    void theRefusalOfAnAmbiguousPathSaysSo() throws Exception {
        refused(weir.dial("/client//a").answer(), 400, "Ambiguous");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "Sec-WebSocket-Key: ", "Sec-WebSocket-Key: abc", "Sec-WebSocket-Key: ****************",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE=",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    })
    void aKeyThatIsNotSixteenBytesOnceIsRefusedWith400(String line) throws Exception {
        HttpAnswer answer = weir.dial("/client/a").instead("Sec-WebSocket-Key", line).answer();
        refused(answer, 400, "Sec-WebSocket-Key");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "garbage\r\n\r\n",
        "GET /client/a HTTP/1.1\nHost: a\n\n",
        "GET /client/a HTTP/1.1\r\n\r\n",
        "GET /client/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /client/a HTTP/1.1\r\nHost: a\r\nUpgrade : websocket\r\n\r\n",
        "GET /client/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET /client/a HTTP/9.9\r\nHost: a\r\n\r\n"
    })
    void whatIsNotHttpIsRefused(String request) throws Exception {
        HttpAnswer answer = weir.socket().ask(request);
        assertThat(answer.status()).isIn(400, 505);
        assertThat(answer.reason()).isNotEmpty();
    }

    /** RFC 6455 section 4.2.1: the version of a handshake must be 1.1 at least. */
    @Test
    void anUpgradeOfHttp10IsRefusedWith426() throws Exception {
        HttpAnswer answer = weir.socket().ask(String.join("\r\n",
                "GET /client/a HTTP/1.0", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""));
        assertThat(answer.status()).isEqualTo(426);
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example, 101", "HTTPS://APP.EXAMPLE, 101", "https://a.tenant.example, 101",
        "https://app.example.evil, 403", "http://app.example, 403", "https://app.example:8443, 403",
        "https://tenant.example, 403", "https://eviltenant.example, 403", "null, 403",
        "not a url, 403", "https://tenant.example@evil, 403"
    })
    void onlyAllowedOriginsMayConnect(String origin, int status) throws Exception {
        weir.route("origins: ['https://app.example', '*.tenant.example']");
        HttpAnswer answer = weir.dial("/client/a").header("Origin: " + origin).answer();
        assertThat(answer.status()).isEqualTo(status);
        if (status == 403) {
            refused(answer, 403, "Origin");
        }
    }

    @Test
    void whoIsNoWebPageNeedsNoOrigin() throws Exception {
        weir.route("origins: ['https://app.example']");
        assertThat(weir.client("a").answer().status()).isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/client", "/client/", "/client/a/b", "/nowhere", "/Client/a"})
    void aPathOfNoRouteIsRefusedWith404(String path) throws Exception {
        refused(weir.dial(path).answer(), 404, "route");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD", "PUT", "DELETE", "OPTIONS"})
    void anotherMethodThanGetIsRefusedWith405(String method) throws Exception {
        HttpAnswer answer = weir.dial("/client/a").method(method)
                .header("Content-Length: 0").answer();
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET");
    }

    @Test
    void aSecondClientOfAKeyIsRefusedWith409() throws Exception {
        RawPeer first = weir.client("a");
        refused(weir.dial("/client/a").answer(), 409, "key");
        RawPeer worker = weir.worker("a");
        refused(weir.dial("/client/a").answer(), 409, "key");
        first.text("not disturbed");
        assertThat(worker.text()).isEqualTo("not disturbed");
    }

    @Test
    void aKeyIsFreeAgainWhenItsClientIsGone() throws Exception {
        RawPeer first = weir.client("a");
        first.close(1000, "");
        first.end();
        soon().until(() -> weir.dial("/client/a").answer().status() == 101);
    }

    @Test
    void aRequestLineThatIsTooLongIsRefusedWith414() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, header-bytes: 2KiB }");
        HttpAnswer answer = weir.dial("/client/" + "a".repeat(3000)).answer();
        refused(answer, 414, "");
    }

    @Test
    void headersThatAreTooLongAreRefusedWith431() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, header-bytes: 2KiB }");
        refused(weir.dial("/client/a").header("X: " + "a".repeat(3000)).answer(), 431, "");
    }

    @ParameterizedTest
    @CsvSource({"Upgrade, ''", "Upgrade, Upgrade: h2c"})
    void aPlainRequestIsToldToUpgradeWith426(String name, String line) throws Exception {
        HttpAnswer answer = weir.dial("/client/a").instead(name, line).answer();
        refused(answer, 426, "WebSocket");
        assertThat(answer.header("Upgrade")).isEqualTo("websocket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: keep-alive"})
    void anUpgradeThatTheConnectionHeaderDoesNotNameIsRefusedWith400(String line)
            throws Exception {
        refused(weir.dial("/client/a").instead("Connection", line).answer(), 400, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: thirteen"})
    void anotherVersionIsRefusedWith426AndTheRightOne(String line) throws Exception {
        HttpAnswer answer = weir.dial("/client/a").instead("Sec-WebSocket-Version", line).answer();
        refused(answer, 426, "version 13");
        assertThat(answer.header("Sec-WebSocket-Version")).isEqualTo("13");
        assertThat(answer.header("Upgrade")).isEqualTo("websocket");
    }

    @Test
    void namesOfHeadersAndTokensAreReadInAnyCase() throws Exception {
        HttpAnswer answer = weir.dial("/client/a").instead("Upgrade", "uPGRADE: WebSocket")
                .instead("Connection", "CONNECTION: keep-alive, UPGRADE").answer();
        assertThat(answer.status()).isEqualTo(101);
    }

    @Test
    void handshakesOverTheRateOfTheNodeAreRefusedWith429() throws Exception {
        weir.node("limits: { handshakes-per-second: 1, handshakes-per-second-per-address: 1 }");
        // The first second of the bucket is full; then one a second is faster than nobody.
        List<HttpAnswer> answers = List.of(
                weir.dial("/client/a").answer(), weir.dial("/client/b").answer(),
                weir.dial("/client/c").answer(), weir.dial("/client/d").answer());
        assertThat(answers).anySatisfy(answer -> refusedForNow(answer, 429, "handshakes"));
    }

    @Test
    void handshakesOverTheRateOfAnAddressAreRefusedWith429ForThatAddressOnly() throws Exception {
        weir.node("limits: { handshakes-per-second: 1000, handshakes-per-second-per-address: 1 }");
        soon().until(() -> weir.dial("/client/a").answer().status() == 429);
        assertThat(weir.dial("/client/b").from("127.0.0.2").answer().status()).isEqualTo(101);
    }

    @Test
    void connectionsOverTheLimitOfAnAddressAreRefusedWith429UntilOneEnds() throws Exception {
        weir.node("limits: { connections-per-address: 2 }");
        RawPeer first = weir.client("a");
        weir.client("b");
        refusedForNow(weir.dial("/client/c").answer(), 429, "address");
        assertThat(weir.dial("/client/c").from("127.0.0.2").answer().status()).isEqualTo(101);
        first.close();
        soon().until(() -> weir.dial("/client/d").answer().status() == 101);
    }

    @Test
    void connectionsOverTheLimitOfTheNodeAreRefusedWith503UntilOneEnds() throws Exception {
        weir.node("limits: { connections: 2 }");
        RawPeer first = weir.client("a");
        weir.client("b");
        refusedForNow(weir.dial("/client/c").answer(), 503, "connections");
        first.reset();
        soon().until(() -> weir.dial("/client/d").answer().status() == 101);
    }

    @Test
    void whoIsRefusedCountsForNoLimit() throws Exception {
        weir.node("limits: { connections: 2 }");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 5; i++) {
            assertThat(weir.dial("/client/a").answer().status()).isEqualTo(409);
        }
        weir.worker("a").text("still room");
        assertThat(client.text()).isEqualTo("still room");
    }

    @Test
    void aFullWaitingRoomIsRefusedWith503OnEitherSide() throws Exception {
        weir.pool("waiting-room: { clients: 1, workers: 1 }")
                .namedRoute("other", "/c", "/w", "waiting-room: { clients: 1, workers: 1 }");
        weir.open("/client");
        refusedForNow(weir.dial("/client").answer(), 503, "waiting room");
        weir.open("/w");
        refusedForNow(weir.dial("/w").answer(), 503, "waiting room");
    }

    @Test
    void aClientIsRefusedWith504WhenItMayNotWaitForAWorker() throws Exception {
        weir.route("wait: off");
        refusedForNow(weir.dial("/client/a").answer(), 504, "worker");
        RawPeer worker = weir.worker("a");
        weir.client("a").text("hello");
        assertThat(worker.text()).isEqualTo("hello");
    }

    @Test
    void newcomersAreRefusedWith503WhileTheMemoryForQueuesIsSpent() throws Exception {
        weir.node("limits: { queued-bytes: 2MiB }").route("queue: { bytes: 2MiB }");
        RawPeer client = weir.client("a");
        for (int i = 0; i < 30; i++) {
            client.binary(new byte[65_000]);
        }
        client.roundTrip();
        HttpAnswer answer = weir.dial("/client/b").answer();
        refusedForNow(answer, 503, "memory");
    }

    @Test
    void aRequestThatDripsInIsCutOffAtTheDeadline() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, handshake-deadline: 300ms }");
        try (RawSocket dripping = weir.socket()) {
            CompletableFuture<Void> cutOff = dripping.drip("GET /client/a HTTP/1.1\r\nX: ");
            assertThat(dripping.readToEnd()).isEmpty();
            assertThat(cutOff).failsWithin(RawPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .withThrowableThat().withRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void theDeadlineOfTheHandshakeSparesWhoHasCompletedIt() throws Exception {
        weir.node("listen: { host: 127.0.0.1, port: 0, handshake-deadline: 200ms }");
        RawPeer client = weir.client("a");
        try (RawSocket idle = weir.socket()) {
            assertThat(idle.readToEnd()).isEmpty(); // so the deadline of the client is over too
        }
        weir.worker("a").text("still here");
        assertThat(client.text()).isEqualTo("still here");
    }

    @Test
    void whatIsSentInOnePacketWithTheHandshakeIsNotLost() throws Exception {
        RawPeer worker = weir.worker("a");
        weir.dial("/client/a").behind(Frame.text("eager").masked()).open();
        assertThat(worker.text()).isEqualTo("eager");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "'',       'a, b',   a",
        "'b',      'a, b',   b",
        "'b, a',   'a, b',   a",
        "'c',      'a, b',   -",
        "'a',      -,        -"
    })
    void theFirstOfferThatTheRouteHasIsChosen(String route, String offered, String chosen)
            throws Exception {
        weir.route("subprotocols: [" + route + "]");
        Dial dial = weir.dial("/client/a");
        if (offered != null) {
            dial.subprotocols(offered);
        }
        HttpAnswer answer = dial.answer();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.headers().get("sec-websocket-protocol")).isEqualTo(chosen);
    }

    @Test
    void subprotocolsOfferedInSeveralHeadersCountInTheirOrder() throws Exception {
        HttpAnswer answer =
                weir.dial("/client/a").subprotocols("one").subprotocols("two").answer();
        assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("one");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "permessage-deflate | permessage-deflate",
        "permessage-deflate; client_max_window_bits | permessage-deflate",
        "permessage-deflate; client_max_window_bits=15 | permessage-deflate",
        "permessage-deflate; client_no_context_takeover | permessage-deflate",
        "permessage-deflate; server_no_context_takeover | permessage-deflate;server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate | permessage-deflate",
        "permessage-deflate; server_max_window_bits=10 | -",
        "permessage-deflate; nonsense=1 | -",
        "permessage-deflate; server_no_context_takeover=7 | -",
        "permessage-deflate; client_max_window_bits=99 | -",
        "x-webkit-deflate-frame | -",
        ";;; | -"
    })
    void compressionIsAgreedOnlyAsItCanBeHonoured(String offered, String agreed)
            throws Exception {
        weir.route("compression: on");
        HttpAnswer answer = weir.dial("/client/a")
                .header("Sec-WebSocket-Extensions: " + offered).answer();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.headers().get("sec-websocket-extensions")).isEqualTo(agreed);
    }

    @Test
    void noCompressionIsAgreedWhereTheRouteHasNone() throws Exception {
        HttpAnswer answer = weir.dial("/client/a")
                .header("Sec-WebSocket-Extensions: permessage-deflate").answer();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.headers()).doesNotContainKey("sec-websocket-extensions");
    }
}
