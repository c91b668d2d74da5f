package dev.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Relay;
import dev.weir.config.Config;
import dev.weir.config.ConfigLoader;
import dev.weir.ops.telemetry.Telemetry;
import java.io.IOException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traffic for training, which has to notice when a relay does not relay. */
class RehearsalTest {

    private Telemetry telemetry;

    @BeforeEach
    void observe() throws IOException {
        telemetry = Telemetry.start("test", InstantSource.system());
    }

    @AfterEach
    void stop() {
        telemetry.close();
    }

    @Test
    void passesEverythingThroughARelay() throws Exception {
        try (Relay relay = Relay.start(config(""), telemetry);
                Rehearsal rehearsal = new Rehearsal(relay.port(), relay.adminPort())) {
            rehearsal.play();
            relay.drain();
            assertThat(relay.liveSessions()).isZero();
        }
    }

    @Test
    void failsWhenAMessageDoesNotArrive() throws Exception {
        try (Relay relay = Relay.start(config(", message: { limit: 64KiB }"), telemetry);
                Rehearsal rehearsal = new Rehearsal(relay.port(), relay.adminPort())) {
            assertThatThrownBy(rehearsal::play)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1009");
        }
    }

    @Test
    void failsWhenNobodyListens() throws Exception {
        int port;
        int adminPort;
        try (Relay relay = Relay.start(config(""), telemetry)) {
            port = relay.port();
            adminPort = relay.adminPort();
        }
        try (Rehearsal rehearsal = new Rehearsal(port, adminPort)) {
            assertThatThrownBy(rehearsal::play)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("/worker/0: ");
        }
    }

    private static Config config(String policies) throws Exception {
        return new ConfigLoader().parse("rehearsal", """
                listen: { host: 127.0.0.1, port: 0 }
                admin: { port: 0 }
                routes:
                  - { name: keyed, clients: "/client/{key}", workers: "/worker/{key}" %s }
                  - { name: pool, clients: /pool, workers: /work/pool }
                """.formatted(policies));
    }
}
