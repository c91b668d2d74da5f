package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Moving a Tornado application behind the relay: its clients keep their code. */
@ExtendWith(Peers.Shared.class)
final class TornadoMigrationTest {

    @Test
    void aClientOfATornadoHandlerSeesNoDifferenceThroughTheRelay(Peers peers) throws Exception {
        var handler = peers.script(PeerKind.TORNADO, "tornado_migration/handler.py");
        List<String> direct;
        try (var url = handler.inputReader()) {
            direct = outputOfClient(peers, url.readLine() + "/client/direct");
        } finally {
            handler.destroyForcibly();
        }

        try (var weir = WeirProcess.start()) {
            var worker = peers.script(PeerKind.TORNADO, "tornado_migration/worker.py",
                    weir.url("/worker/moved").toString());
            try {
                assertThat(outputOfClient(peers, weir.url("/client/moved").toString()))
                        .hasSize(8)
                        .isEqualTo(direct);
                assertThat(worker.waitFor(Inbox.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(worker.exitValue()).isZero();
            } finally {
                worker.destroyForcibly();
            }
            weir.stop();
        }
    }

    private static List<String> outputOfClient(Peers peers, String url)
            throws IOException, InterruptedException {
        var client = peers.script(PeerKind.TORNADO, "tornado_migration/client.py", url);
        try (var output = client.inputReader()) {
            return output.lines().toList();
        } finally {
            client.destroyForcibly();
        }
    }
}
