package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.get;
import static dev.weir.connectors.HttpDial.received;
import static dev.weir.connectors.HttpDial.sending;
import static dev.weir.connectors.HttpDial.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many calls share how many connections, and what each costs. */
@Timeout(120)
final class HttpPoolTest {

    private final HttpDial dial = new HttpDial();
    private HttpService service;

    @BeforeEach
    void start() throws Exception {
        service = HttpService.start(HttpService.ECHO);
    }

    @AfterEach
    void stop() {
        dial.close();
        service.close();
    }

    @Test
    void requestsBeyondTheQueueAreNotTried() throws Exception {
        service.becomes(call -> service.hang());
        Link link = dial.connector(service.url("/"), Map.of("connections", 1, "queue", 1))
                .open(caller());
        CompletableFuture<Boolean> hangs = sending(link, text("hangs"));
        await().until(() -> service.calls().size() == 1);
        CompletableFuture<Boolean> waits = sending(link, text("waits"));
        await().untilAsserted(() -> {
            LinkException failure = failure(() -> link.send(text("too many")));
            assertThat(failure.kind()).isEqualTo(Kind.NOT_TRIED);
            assertThat(failure).hasMessageEndingWith("too many calls wait for a connection");
        });
        assertThat(hangs).isNotDone();
        assertThat(waits).isNotDone();
    }

    @Test
    void anUnusedConnectionIsClosed() throws Exception {
        Link link = dial.connector(
                service.url("/"), Map.of("keep-alive", Duration.ofSeconds(1))).open(caller());
        link.send(text("question"));
        assertThat(service.openConnections()).isEqualTo(1);

        await().until(() -> service.openConnections() == 0);
        link.send(text("again"));
        assertThat(service.connections()).isEqualTo(2);
    }

    @Test
    void whoGetsNoConnectionInTimeHasReachedNobody() throws Exception {
        service.becomes(call -> service.hang());
        Deadlines deadlines = new Deadlines(
                Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofSeconds(20));
        Link link = dial.connector(service.url("/"), Map.of("connections", 1), deadlines)
                .open(caller());
        CompletableFuture<Boolean> hangs = sending(link, text("hangs"));
        await().until(() -> service.calls().size() == 1);

        LinkException failure = failure(() -> link.send(text("waits")));

        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(failure).hasMessageEndingWith("no connection within 300 ms");
        assertThat(service.calls()).hasSize(1);
        assertThat(hangs).isNotDone();
    }

    @Test
    void aNameThatDoesNotExistIsUnreachable() throws Exception {
        Link link = dial.connector("http://no-such-host.invalid/", Map.of(), HttpDial.seconds(10))
                .open(caller());

        LinkException failure = failure(() -> link.send(text("hello")));

        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(failure).hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void withHttp2CallsAtOnceShareOneConnection() throws Exception {
        CountDownLatch all = new CountDownLatch(100);
        service.becomes(call -> {
            all.countDown();
            all.await();
            call.answer(200, call.body());
        });
        Link link = dial.connector(service.url("/"), Map.of("protocol", "http2")).open(caller());
        List<CompletableFuture<Boolean>> sends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sends.add(sending(link, text("message " + i)));
        }
        for (CompletableFuture<Boolean> send : sends) {
            get(send);
        }
        assertThat(service.connections()).isEqualTo(1);
        assertThat(service.calls()).allSatisfy(call ->
                assertThat(call.version()).isEqualTo("HTTP/2.0"));
    }

    /** Each would fill its part of the connection's window, and all of them all of it. */
    @Test
    void streamsThatNobodyTakesDoNotStarveTheirNeighboursOnTheConnection() throws Exception {
        AtomicLong written = new AtomicLong();
        byte[] line = ("x".repeat(16 * 1024 - 1) + "\n").getBytes(UTF_8);
        service.becomes(call -> {
            if (call.text().equals("quick")) {
                call.header("Content-Type", "text/plain").answer(200, "here");
                return;
            }
            call.header("Content-Type", "application/x-ndjson");
            while (true) {
                call.write(line);
                written.addAndGet(line.length);
            }
        });
        Connector connector = dial.connector(service.url("/"),
                Map.of("protocol", "http2", "answer", "stream", "answers", 1000L));
        List<CompletableFuture<Boolean>> stalled = new ArrayList<>();
        int streams = 100;
        for (int i = 0; i < streams; i++) {
            stalled.add(sending(connector.open(caller()), text("flood")));
        }
        awaitStandstill(written);
        Link quick = connector.open(caller());
        quick.send(text("quick"));

        assertThat(received(quick)).isEqualTo("here");
        assertThat(stalled).noneMatch(CompletableFuture::isDone);
        assertThat(service.connections()).isEqualTo(1);
        // What is in flight to one that does not take: the window and what the inbox holds.
        assertThat(written.get()).isLessThan(streams * 256L * 1024);
    }

    private static void awaitStandstill(AtomicLong written) {
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(60))
                .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());
    }

    @Test
    void twoThousandWaitingCallsCostNoPlatformThreadsAndLittleMemory() throws Exception {
        service.becomes(call -> service.hang());
        Connector connector = dial.connector(service.url("/"),
                Map.of("connections", 2000), HttpDial.seconds(50));
        long threads = platformThreads();
        long heap = heapInUse();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            waiting.add(sending(connector.open(caller()), text("message " + i)));
        }
        await().atMost(Duration.ofSeconds(50)).until(() -> service.calls().size() == 2000);

        assertThat(platformThreads() - threads).isLessThan(20);
        // Client and service together, the test's own records too: 64 KiB a call.
        assertThat(heapInUse() - heap).isLessThan(128L * 1024 * 1024);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    /** But for the service's. */
    private static long platformThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("test-service"))
                .count();
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
