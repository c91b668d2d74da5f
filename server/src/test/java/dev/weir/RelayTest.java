package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.AdminConfig;
import dev.weir.config.Config;
import dev.weir.config.ListenConfig;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {

    private Relay relay;

    @BeforeEach
    void start() throws Exception {
        Config defaults = Config.defaults();
        ListenConfig listen = defaults.listen();
        relay = Relay.start(new Config(
                new ListenConfig(
                        "127.0.0.1",
                        0,
                        listen.handshakeDeadline(),
                        listen.headerBytes(),
                        listen.sendBuffer(),
                        listen.receiveBuffer(),
                        listen.closeDeadline()),
                new AdminConfig("127.0.0.1", 0),
                defaults.limits(),
                defaults.heartbeat(),
                defaults.drain(),
                defaults.log(),
                defaults.routes()));
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    @Test
    void messagesOfAClientReachTheWorkerOfItsKeyAndTheAnswersComeBack() throws Exception {
        try (TestPeer worker = TestPeer.connect(relay, "/worker/a");
                TestPeer client = TestPeer.connect(relay, "/client/a")) {
            client.send("hello");
            assertThat(worker.receive()).isEqualTo("hello");
            worker.send(new byte[] {1, 2, 3});
            assertThat((byte[]) client.receive()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void whatAClientSaysWhileItWaitsIsDeliveredWhenTheWorkerComes() throws Exception {
        try (TestPeer client = TestPeer.connect(relay, "/client/b")) {
            client.send("one").send("").send("three");
            try (TestPeer worker = TestPeer.connect(relay, "/worker/b")) {
                assertThat(worker.receive()).isEqualTo("one");
                assertThat(worker.receive()).isEqualTo("");
                assertThat(worker.receive()).isEqualTo("three");
            }
        }
    }

    @Test
    void aMessageOfManyMegabytesArrivesWhole() throws Exception {
        byte[] large = new byte[16 << 20];
        new Random(1).nextBytes(large);
        try (TestPeer worker = TestPeer.connect(relay, "/worker/c");
                TestPeer client = TestPeer.connect(relay, "/client/c")) {
            client.send(large);
            assertThat((byte[]) worker.receive()).isEqualTo(large);
        }
    }

    @Test
    void theCloseOfAClientIsPassedOnAndNothingIsLeft() throws Exception {
        TestPeer worker = TestPeer.connect(relay, "/worker/d");
        TestPeer client = TestPeer.connect(relay, "/client/d");
        client.send("last words");
        client.close(1000, "bye");
        assertThat(worker.receive()).isEqualTo("last words");
        assertThat(worker.awaitClose()).isEqualTo("1000 bye");
        assertThat(client.awaitClose()).isEqualTo("1000 bye");
        await().untilAsserted(() -> assertThat(relay.liveSessions()).isZero());
    }
}
