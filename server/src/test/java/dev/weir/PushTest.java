package dev.weir;

import static dev.weir.RunningRelay.soon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services push messages to clients through the API port. */
@Timeout(60)
class PushTest {

    private static final String TOKEN = "Authorization: Bearer s3cret\r\n";

    @RegisterExtension
    final RunningRelay relay = new RunningRelay()
            .node("api: { enabled: on, port: 0, token: s3cret, body: 100KiB }")
            .node("connectors:", "  - { name: echo, type: loopback }")
            .node("routes:",
                    "  - { name: served, clients: \"/served/{key}\", connector: echo,"
                            + " message: { limit: 50KiB } }",
                    "  - { name: paired, clients: \"/client/{key}\","
                            + " workers: \"/worker/{key}\" }");

    private HttpAnswer ask(String head, byte[] body) throws IOException {
        try (RawSocket socket = new RawSocket(relay.relay().apiPort())) {
            return socket.ask(head + "Host: localhost\r\nContent-Length: " + body.length
                    + "\r\n\r\n" + new String(body, ISO_8859_1));
        }
    }

    private HttpAnswer push(String session, String type, byte[] body) throws IOException {
        return ask("POST /sessions/" + session + "/messages HTTP/1.1\r\nContent-Type: " + type
                + "\r\n" + TOKEN, body);
    }

    private HttpAnswer push(String session, String body) throws IOException {
        return push(session, "text/plain", body.getBytes(UTF_8));
    }

    private RawPeer served() throws IOException {
        return connectedThrough(relay.open("/served/a"));
    }

    private RawPeer connectedThrough(RawPeer client) {
        soon().until(() -> relay.shown(client).path("phase").asString().equals("paired"));
        return client;
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, 1", "text/plain; charset=UTF-8, 1", "application/json, 1",
        "application/octet-stream, 2"
    })
    void aPushedMessageReachesTheClientAsTextOrBinary(String type, int opcode) throws Exception {
        RawPeer client = served();

        assertThat(push(client.id(), type, "grüße".getBytes(UTF_8)).status()).isEqualTo(202);

        Frame frame = client.message();
        assertThat(frame.opcode()).isEqualTo(opcode);
        assertThat(frame.asText()).isEqualTo("grüße");
    }

    @Test
    void anEmptyMessageCanBePushed() throws Exception {
        RawPeer client = served();
        assertThat(push(client.id(), "").status()).isEqualTo(202);
        assertThat(client.text()).isEmpty();
    }

    @Test
    void pushesAndAnswersComeInTheirOrder() throws Exception {
        RawPeer client = served();
        for (int i = 0; i < 50; i++) {
            assertThat(push(client.id(), "push " + i).status()).isEqualTo(202);
            client.text("message " + i);
            assertThat(client.text()).isEqualTo("push " + i);
            assertThat(client.text()).isEqualTo("message " + i);
        }
    }

    @Test
    void withoutTheTokenNobodyPushes() throws Exception {
        RawPeer client = served();
        for (String authorization : new String[] {
            "", "Authorization: Bearer s3cre\r\n", "Authorization: Basic s3cret\r\n",
            "Authorization: Bearer\r\n"
        }) {
            HttpAnswer answer = ask("POST /sessions/" + client.id() + "/messages HTTP/1.1\r\n"
                    + "Content-Type: text/plain\r\n" + authorization, new byte[1]);
            assertThat(answer.status()).as(authorization).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer realm=\"weir\"");
        }
    }

    @Test
    void aWebPageDoesNotPush() throws Exception {
        String page = "Origin: http://evil.example\r\n";
        HttpAnswer answer = ask("POST /sessions/x/messages HTTP/1.1\r\n" + TOKEN + page,
                new byte[1]);
        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void aSessionThatIsNotThereIs404() throws Exception {
        HttpAnswer answer = push("no-such-session", "hello");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.reason()).isEqualTo("there is no such session on this node");
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(ask("POST /sessions HTTP/1.1\r\n" + TOKEN, new byte[0]).status())
                .isEqualTo(404);
        HttpAnswer answer =
                ask("GET /sessions/x/messages HTTP/1.1\r\n" + TOKEN, new byte[0]);
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo("POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "text/html", "application/xml", "text/plain; charset=iso-8859-1",
        "application/x-www-form-urlencoded", "application/octet-stream\r\nContent-Encoding: gzip"
    })
    void anotherContentTypeIs415(String type) throws Exception {
        RawPeer client = served();
        assertThat(push(client.id(), type, new byte[1]).status()).isEqualTo(415);
    }

    @Test
    void textThatIsNoUtf8Is400AndTheClientGoesOn() throws Exception {
        RawPeer client = served();
        byte[] bad = {'a', (byte) 0xc3};
        assertThat(push(client.id(), "text/plain", bad).status()).isEqualTo(400);
        client.text("still here");
        assertThat(client.text()).isEqualTo("still here");
    }

    @ParameterizedTest
    @CsvSource({"51200, 202", "51201, 413", "102401, 413"})
    void aMessageBeyondTheLimitIs413(int bytes, int status) throws Exception {
        RawPeer client = served();
        assertThat(push(client.id(), "x".repeat(bytes)).status()).isEqualTo(status);
    }

    @Test
    void aBodyWithoutALengthIsBoundedToo() throws Exception {
        RawPeer client = served();
        try (RawSocket socket = new RawSocket(relay.relay().apiPort())) {
            String chunk = "c800\r\n" + "x".repeat(0xc800) + "\r\n";
            HttpAnswer answer = socket.ask("POST /sessions/" + client.id()
                    + "/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + TOKEN + "Transfer-Encoding: chunked\r\n\r\n"
                    + chunk + "1\r\nx\r\n0\r\n\r\n");
            assertThat(answer.status()).isEqualTo(413);
        }
    }

    @Test
    void aClientThatDoesNotTakeItsMessagesIs429AndStaysWhole() throws Exception {
        RawPeer client = connectedThrough(relay.dial("/served/a").stalled().open());
        int taken = 0;
        String body = "x".repeat(50_000);
        HttpAnswer answer = push(client.id(), body);
        while (answer.status() == 202) {
            taken++;
            answer = push(client.id(), body);
        }
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        client.read();
        for (int i = 0; i < taken; i++) {
            assertThat(client.text()).hasSize(50_000);
        }
        client.text("still here");
        assertThat(client.text()).isEqualTo("still here");
    }

    @Test
    void aClientWithAWorkerOfItsOwnIs409() throws Exception {
        RawPeer client = relay.client("a");
        RawPeer worker = relay.worker("a");
        assertThat(push(client.id(), "hello").status()).isEqualTo(409);
        assertThat(push(worker.id(), "hello").status()).isEqualTo(409);
    }

    @Test
    void whoSentItsCloseFrameIsGone() throws Exception {
        RawPeer client = served();
        client.close(1000, "");
        soon().untilAsserted(() ->
                assertThat(push(client.id(), "hello").status()).isIn(404, 410));
    }
}
