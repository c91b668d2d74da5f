package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example for the connector without a service, with a client. */
@ExtendWith(Peers.Shared.class)
final class LoopbackExampleTest {

    private static final Path CONFIG = Path.of("../../connectors/examples/loopback/weir.yaml");

    private static WeirProcess weir;

    @BeforeAll
    static void start() throws Exception {
        weir = WeirProcess.start(Files.readString(CONFIG));
    }

    @AfterAll
    static void stop() throws Exception {
        if (weir != null) {
            weir.stop();
        }
    }

    @Test
    void everyMessageComesBack(Peers peers) throws Exception {
        assertAnswered(peers, "/echo", "who is there?", "who is there?");
    }

    @Test
    void anAnswerIsMadeByAScript(Peers peers) throws Exception {
        assertAnswered(peers, "/greet/ann", "hi", "hello ann, you said hi");
    }

    private static void assertAnswered(Peers peers, String path, String text, String answer)
            throws Exception {
        var client = peers.get(PeerKind.WS).connect(weir.url(path), List.of());
        assertThat(client.inbox().awaitHandshake()).isInstanceOf(Inbox.Opened.class);
        client.send(Message.text(text));
        assertThat(client.inbox().awaitMessages(1))
                .isEqualTo(List.of(Message.text(answer).asReceived()));
        client.close(1000, "");
        client.inbox().awaitClosed();
    }
}
