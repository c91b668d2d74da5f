package dev.weir.ops.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MountedTest {

    @Test
    void theThreadPrintOfTheJvmIsUnderstood() {
        String print =
                """
                "ForkJoinPool-1-worker-1" #24 [28727] daemon prio=5 os_prio=0 cpu=680.22ms
                   Carrying virtual thread #23
                \tat jdk.internal.vm.Continuation.run(java.base@25.0.3/Continuation.java:251)
                   Mounted virtual thread #23
                \tat app.Spin.inHandler(Spin.java:3)
                \t- locked <0x1> (a java.lang.Object)
                \tat java.util.HashMap.get(java.base@25.0.3/HashMap.java:9)
                \tat java.lang.VirtualThread.run(java.base@25.0.3/VirtualThread.java:460)
                \tat jdk.internal.vm.Continuation.enter(java.base@25.0.3/Continuation.java:316)

                "main" #1 prio=5
                \tat app.Main.main(Main.java:1)
                """;
        assertThat(Mounted.parse(print)).containsExactly(new Mounted(
                23,
                List.of("app.Spin.inHandler(Spin.java:3)", "java.util.HashMap.get(HashMap.java:9)")));
    }

    @Test
    void aVirtualThreadThatRunsIsSeenWithWhatItDoes() {
        AtomicBoolean go = new AtomicBoolean(true);
        Thread busy = Thread.ofVirtual().start(() -> spin(go));
        try {
            await().untilAsserted(() -> assertThat(Mounted.now())
                    .filteredOn(mounted -> mounted.threadId() == busy.threadId())
                    .singleElement()
                    .satisfies(mounted -> assertThat(mounted.stack())
                            .anyMatch(frame -> frame.contains("MountedTest.spin"))));
        } finally {
            go.set(false);
        }
    }

    private static void spin(AtomicBoolean go) {
        while (go.get()) {
            Thread.onSpinWait();
        }
    }
}
