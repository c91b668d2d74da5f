package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.e2e.Inbox.Opened;
import dev.weir.e2e.Inbox.Refused;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** What a peer learns from the answer to its handshake. */
@ExtendWith(Peers.Shared.class)
final class HandshakeTest {

    private static WeirProcess weir;

    @BeforeAll
    static void startRelay() throws Exception {
        weir = WeirProcess.start();
    }

    @AfterAll
    static void stopRelay() throws Exception {
        weir.stop();
    }

    static Stream<PeerKind> kindsThatShowRefusals() {
        return PeerKind.ableTo(Ability.REFUSAL_STATUS);
    }

    static Stream<PeerKind> kindsThatShowHeaders() {
        return PeerKind.ableTo(Ability.HANDSHAKE_HEADERS);
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesGetTheFirstSubprotocolTheyOffer(PeerKind kind, Peers peers) throws Exception {
        var key = Pair.newKey();
        var offer = List.of("chat.v2", "chat.v1");
        var worker = peers.get(kind).connect(weir.url(Side.WORKER.path(key)), offer);
        assertThat(subprotocolOf(worker)).isEqualTo("chat.v2");
        var client = peers.get(kind).connect(weir.url(Side.CLIENT.path(key)), offer);
        assertThat(subprotocolOf(client)).isEqualTo("chat.v2");
        try (var pair = new Pair(key, client, worker)) {
            var hello = List.of(Message.text("hello"));
            assertThat(Pair.deliver(pair.client(), pair.worker(), hello))
                    .isEqualTo(Pair.asReceived(hello));
        }
    }

    @ParameterizedTest
    @MethodSource("kindsThatShowHeaders")
    void theAnswerNamesTheSession(PeerKind kind, Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, new PeerKind.Match(kind, kind))) {
            for (var side : Side.values()) {
                var opened = (Opened) side.of(pair).inbox().awaitHandshake();
                assertThat(weir.admin().session(side, pair.key()).get("id").asString())
                        .isEqualTo(opened.session());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kindsThatShowRefusals")
    void aPathThatNoRouteHasIsRefusedWith404(PeerKind kind, Peers peers) throws Exception {
        var stray = peers.get(kind).connect(weir.url("/nowhere"), List.of());
        assertThat(stray.inbox().awaitHandshake()).isEqualTo(new Refused(404));
    }

    @ParameterizedTest
    @MethodSource("kindsThatShowRefusals")
    void aSecondClientForATakenKeyIsRefusedWith409(PeerKind kind, Peers peers) throws Exception {
        try (var pair = Pair.open(weir, peers, new PeerKind.Match(kind, kind))) {
            var second =
                    peers.get(kind).connect(weir.url(Side.CLIENT.path(pair.key())), List.of());
            assertThat(second.inbox().awaitHandshake()).isEqualTo(new Refused(409));
            var stillThere = List.of(Message.text("still there?"));
            assertThat(Pair.deliver(pair.client(), pair.worker(), stillThere))
                    .isEqualTo(Pair.asReceived(stillThere));
        }
    }

    @Test
    void aPlainRequestIsToldToUpgrade() throws Exception {
        assertThat(plainRequest("/client/some-key").statusCode()).isIn(405, 426);
    }

    @Test
    void aRefusalSaysWhyAsOneJsonObject() throws Exception {
        var refusal = plainRequest("/nowhere");
        assertThat(refusal.statusCode()).isEqualTo(404);
        var body = JsonMapper.shared().readTree(refusal.body());
        assertThat(body.get("reason").asString()).isNotBlank();
        assertThat(body.get("session").asString()).isNotBlank();
    }

    private static String subprotocolOf(Peer.Connection connection) {
        return ((Opened) connection.inbox().awaitHandshake()).subprotocol();
    }

    private static HttpResponse<String> plainRequest(String path)
            throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + weir.port() + path);
        var request = HttpRequest.newBuilder(uri).timeout(Inbox.DEADLINE).build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString());
        }
    }
}
