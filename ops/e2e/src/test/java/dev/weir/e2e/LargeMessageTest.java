package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.e2e.PeerKind.Match;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages pass through, they are not collected. */
@ExtendWith(Peers.Shared.class)
final class LargeMessageTest {

    private static final String NO_SMALL_LIMIT = """
            routes:
              - name: default
                clients: /client/{key}
                workers: /worker/{key}
                message: { limit: 1GiB }
            """;

    @Test
    void aMessageLargerThanTheHeapPassesThrough(Peers peers) throws Exception {
        try (var weir = WeirProcess.start(NO_SMALL_LIMIT, "-Xmx48m");
                var pair = Pair.open(weir, peers, new Match(PeerKind.WS, PeerKind.WS))) {
            var message = Message.binary(new byte[64 * 1024]).repeated(96 * 16);
            assertThat(Pair.deliver(pair.client(), pair.worker(), List.of(message)))
                    .containsExactly(message.asReceived());
            assertThat(Pair.deliver(pair.worker(), pair.client(), List.of(message)))
                    .containsExactly(message.asReceived());
        }
    }
}
