package dev.weir.e2e;

import static dev.weir.e2e.Example.received;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example for the connector without a service, with a client. */
@ExtendWith(Peers.Shared.class)
final class LoopbackExampleTest {

    private static Example example;

    @BeforeAll
    static void start() throws Exception {
        example = Example.start(Example.configuration("loopback"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (example != null) {
            example.stop();
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
        var client = example.connect(peers, path);
        client.send(Message.text(text));
        assertThat(client.inbox().awaitMessages(1)).isEqualTo(received(answer));
        client.close(1000, "");
        client.inbox().awaitClosed();
    }
}
