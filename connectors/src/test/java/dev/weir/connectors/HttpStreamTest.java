package dev.weir.connectors;

import static dev.weir.connectors.HttpAnswersTest.failureOf;
import static dev.weir.connectors.HttpDial.caller;
import static dev.weir.connectors.HttpDial.failure;
import static dev.weir.connectors.HttpDial.get;
import static dev.weir.connectors.HttpDial.received;
import static dev.weir.connectors.HttpDial.seconds;
import static dev.weir.connectors.HttpDial.sending;
import static dev.weir.connectors.HttpDial.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streamed answers: several messages, as they come. */
@Timeout(60)
final class HttpStreamTest {

    private static final String SSE = "text/event-stream";
    private static final String NDJSON = "application/x-ndjson";

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

    private Link open(String url, Map<String, Object> settings, Deadlines deadlines)
            throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("answer", "stream");
        return dial.connector(url, all, deadlines).open(caller());
    }

    private Link open(String protocol) throws Exception {
        return open(service.url("/"), Map.of("protocol", protocol), Deadlines.defaults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void eachMessageOfAStreamIsThereBeforeTheNextIsMade(String protocol) throws Exception {
        SynchronousQueue<String> events = new SynchronousQueue<>();
        service.becomes(call -> {
            call.header("Content-Type", SSE + "; charset=utf-8");
            for (String next = events.take(); !next.isEmpty(); next = events.take()) {
                call.write("data: " + next + "\n\n");
            }
            call.end();
        });
        Link link = open(protocol);
        CompletableFuture<Boolean> sent = sending(link, text("question"));
        for (String event : new String[] {"one", "two", "three"}) {
            events.put(event);
            assertThat(received(link)).isEqualTo(event);
            assertThat(sent).isNotDone();
        }
        events.put("");
        assertThat(get(sent)).isTrue();
    }

    @Test
    void aServiceIsAskedForAStreamAndMayAnswerInOnePiece() throws Exception {
        Link link = open("http1");
        link.send(text("question"));

        assertThat(received(link)).isEqualTo("question");
        assertThat(service.calls().getFirst().header("Accept")).contains(SSE).contains(NDJSON);
    }

    @Test
    void whereNoStreamIsWantedItIsOneMessage() throws Exception {
        service.becomes(call ->
                call.header("Content-Type", NDJSON).answer(200, "{}\n{}\n"));
        Link link = dial.connector(service.url("/"), Map.of()).open(caller());
        link.send(text("question"));

        assertThat(received(link)).isEqualTo("{}\n{}\n");
    }

    @Test
    void aStreamMayLastLongerThanAnAnswerAsLongAsItsMessagesCome() throws Exception {
        service.becomes(call -> {
            call.header("Content-Type", NDJSON);
            for (int i = 0; i < 8; i++) {
                call.write(i + "\n");
                Thread.sleep(500);
            }
            call.end();
        });
        Link link = open(service.url("/"), Map.of(), seconds(1));
        link.send(text("question"));

        for (int i = 0; i < 8; i++) {
            assertThat(received(link)).isEqualTo("" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {": ping\n\n", "data: x\n", "x"})
    void aStreamThatDripsWithoutAMessageIsCutOff(String drop) throws Exception {
        service.becomes(call -> {
            call.header("Content-Type", SSE).write("data: one\n\n");
            while (true) {
                call.write(drop);
                Thread.sleep(50);
            }
        });
        Link link = open(service.url("/"), Map.of(), seconds(1));

        assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(received(link)).isEqualTo("one");
    }

    @Test
    void aStreamWithoutAnEndIsCutOffAtItsLimit() throws Exception {
        service.becomes(call -> {
            call.header("Content-Type", NDJSON);
            while (true) {
                call.write("{}\n");
                Thread.sleep(50);
            }
        });
        Link link = open(
                service.url("/"), Map.of("stream-limit", Duration.ofSeconds(1)), seconds(20));

        assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.TIMED_OUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void ofAStreamThatIsCutTheWholeMessagesCome(String protocol) throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        service.becomes(call -> {
            call.header("Content-Type", NDJSON).write("whole\nhalf");
            cut.await();
            call.cut();
        });
        Link link = open(protocol);
        CompletableFuture<Boolean> sent = sending(link, text("question"));
        assertThat(received(link)).isEqualTo("whole");
        cut.countDown();

        assertThat(failureOf(sent).kind()).isEqualTo(Kind.LOST);
        service.becomes(call -> call.answer(200, "next"));
        link.send(text("again"));
        assertThat(received(link)).isEqualTo("next");
    }

    @Test
    void aStreamThatEndsInTheMiddleOfAnEventIsLost() throws Exception {
        service.becomes(call ->
                call.header("Content-Type", SSE).answer(200, "data: one\n\ndata: half"));
        Link link = open("http1");

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.LOST);
        assertThat(failure).hasMessageEndingWith("the stream ends in the middle of an event");
        assertThat(received(link)).isEqualTo("one");
    }

    @Test
    void aMessageOfAStreamThatIsTooLargeFails() throws Exception {
        service.becomes(call -> {
            call.header("Content-Type", NDJSON).write("small\n");
            while (true) {
                call.write("x".repeat(10_000));
            }
        });
        Link link = open("http1");

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageEndingWith("larger than the 1048576 bytes allowed");
        assertThat(received(link)).isEqualTo("small");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void aClientThatTakesNothingHoldsTheServiceBack(String protocol) throws Exception {
        AtomicInteger lines = new AtomicInteger();
        String line = "x".repeat(9_999) + "\n";
        service.becomes(call -> {
            call.header("Content-Type", NDJSON);
            while (lines.get() < 5_000) {
                call.write(line);
                lines.incrementAndGet();
            }
            call.end();
        });
        Link link = open(service.url("/"),
                Map.of("protocol", protocol, "answers", 20_000L), seconds(10));
        CompletableFuture<Boolean> sent = sending(link, text("question"));
        AtomicInteger before = new AtomicInteger(-1);
        await().pollInterval(Duration.ofMillis(300))
                .until(() -> lines.get() > 0 && before.getAndSet(lines.get()) == lines.get());
        assertThat(lines.get()).isLessThan(5_000);
        assertThat(sent).isNotDone();

        for (int i = 0; i < 5_000; i++) {
            assertThat(((Message) link.receive()).length()).isEqualTo(9_999);
        }
        assertThat(get(sent)).isTrue();
    }

    @Test
    void closingTheLinkEndsAStream() throws Exception {
        service.becomes(call -> {
            call.header("Content-Type", NDJSON).write("one\n");
            service.hang();
        });
        Link link = open("http1");
        CompletableFuture<Boolean> sent = sending(link, text("question"));
        assertThat(received(link)).isEqualTo("one");

        link.close(Goodbye.NORMAL);

        assertThat(failureOf(sent).kind()).isEqualTo(Kind.CLOSED);
    }

    // Services that know HTTP less well

    @ParameterizedTest
    @ValueSource(strings = {
        "", "HTT", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
    })
    void anAnswerThatTheEndOfTheConnectionCutsIsLost(String answer) throws Exception {
        try (RawService raw = RawService.start(RawService.says(answer))) {
            Link link = dial.connector(raw.url(), Map.of()).open(caller());

            LinkException failure = failure(() -> link.send(text("question")));

            assertThat(failure.kind()).isEqualTo(Kind.LOST);
            assertThat(failure.mayHaveArrived()).isTrue();
            assertThat(raw.requests()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerOfHttp10EndsWithItsConnection() throws Exception {
        try (RawService raw = RawService.start(RawService.says("HTTP/1.0 200 OK\r\n\r\nhello"))) {
            Link link = dial.connector(raw.url(), Map.of()).open(caller());
            link.send(text("question"));
            link.send(text("question"));

            assertThat(received(link)).isEqualTo("hello");
            assertThat(raw.requests()).isEqualTo(2);
        }
    }

    @Test
    void aStreamOfHttp10ThatEndsInTheMiddleOfALineIsLost() throws Exception {
        try (RawService raw = RawService.start(RawService.says(
                "HTTP/1.0 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n{}\n{\"a\":"))) {
            Link link = open(raw.url(), Map.of(), Deadlines.defaults());

            assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.LOST);
            assertThat(received(link)).isEqualTo("{}");
        }
    }

    @Test
    void interimAnswersArePassedOver() throws Exception {
        try (RawService raw = RawService.start(RawService.says(
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))) {
            Link link = dial.connector(raw.url(), Map.of()).open(caller());
            link.send(text("question"));

            assertThat(received(link)).isEqualTo("hello");
        }
    }

    @Test
    void whatIsNoHttpIsLost() throws Exception {
        try (RawService raw = RawService.start(RawService.says("SSH-2.0-OpenSSH_9.2\r\n"))) {
            Link link = dial.connector(raw.url(), Map.of()).open(caller());

            assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.LOST);
        }
    }

    @Test
    void compressionIsNotAskedForAndWhatIsCompressedAllTheSameStaysAsItIs() throws Exception {
        byte[] bytes = {31, (byte) 139, 8, 0};
        service.becomes(call -> call.header("Content-Encoding", "gzip")
                .header("Content-Type", "application/octet-stream").answer(200, bytes));
        Link link = open("http1");
        link.send(text("question"));

        assertThat(((Message) link.receive()).payload()).isEqualTo(bytes);
    }
}
