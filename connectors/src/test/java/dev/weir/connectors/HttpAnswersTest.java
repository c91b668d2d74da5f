package dev.weir.connectors;

import static dev.weir.connectors.HttpDial.async;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a service's answers, whole ones and failures, over both versions of HTTP. */
@Timeout(60)
class HttpAnswersTest {

    private final HttpDial dial = new HttpDial();
    private HttpService service;

    @BeforeEach
    void start() throws Exception {
        service = HttpService.start(call -> call.answer(204));
    }

    @AfterEach
    void stop() {
        dial.close();
        service.close();
    }

    String protocol() {
        return "http1";
    }

    private Connector connector(Map<String, Object> settings, Deadlines deadlines) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("protocol", protocol());
        return dial.connector(service.url("/"), all, deadlines);
    }

    private Link open() throws Exception {
        return connector(Map.of(), Deadlines.defaults()).open(caller());
    }

    private Link open(Deadlines deadlines) throws Exception {
        return connector(Map.of(), deadlines).open(caller());
    }

    @ParameterizedTest
    @CsvSource({
        "text/html;charset=utf-8, true", "application/json, true",
        "application/octet-stream, false", "image/png, false"
    })
    void theContentTypeSaysWhetherAnAnswerIsText(String type, boolean isText) throws Exception {
        service.becomes(call -> call.header("Content-Type", type).answer(200, "hello"));
        Link link = open();
        link.send(text("question"));

        Message answer = (Message) link.receive();
        assertThat(answer.isText()).isEqualTo(isText);
        assertThat(answer.asText()).isEqualTo("hello");
    }

    @Test
    void withoutAContentTypeAnAnswerIsOfTheKindOfItsQuestion() throws Exception {
        service.becomes(call -> call.answer(200, "hello"));
        Link link = open();
        link.send(text("question"));
        link.send(Message.outgoing("m", false, new byte[1], HttpDial.NOW, null));

        assertThat(((Message) link.receive()).isText()).isTrue();
        assertThat(((Message) link.receive()).isText()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"body", "stream"})
    void textThatIsNoUtf8FailsInsteadOfEndingTheClient(String answer) throws Exception {
        byte[] bad = {'a', (byte) 0xc3, '\n'};
        service.becomes(call ->
                call.header("Content-Type", "application/x-ndjson").answer(200, bad));
        Link link = connector(Map.of("answer", answer), Deadlines.defaults()).open(caller());

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageEndingWith("the answer is text but no UTF-8");
    }

    @Test
    void anAnswerWithNothingInItIsNoMessage() throws Exception {
        Link link = open();
        service.becomes(call -> call.answer(204));
        link.send(text("1"));
        service.becomes(call -> call.answer(202, "queued"));
        link.send(text("2"));
        service.becomes(call -> call.header("Content-Type", "text/html").answer(200));
        link.send(text("3"));
        service.becomes(call -> call.answer(200, "the first"));
        link.send(text("4"));

        assertThat(received(link)).isEqualTo("the first");
        assertThat(service.connections()).isEqualTo(1);
    }

    @Test
    void whereNoAnswerIsWantedItIsDropped() throws Exception {
        service.becomes(call -> call.answer(200, "hello"));
        Link link = connector(Map.of("answer", "none"), Deadlines.defaults()).open(caller());
        link.send(text("1"));
        link.send(text("2"));
        service.becomes(call -> call.answer(500));

        assertThat(failure(() -> link.send(text("3"))).kind()).isEqualTo(Kind.FAILED);
        assertThat(service.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "300, REJECTED", "302, REJECTED", "307, REJECTED", "304, REJECTED",
        "400, REJECTED", "401, REJECTED", "404, REJECTED", "405, REJECTED", "413, REJECTED",
        "408, FAILED", "429, BUSY",
        "500, FAILED", "501, FAILED", "502, FAILED", "503, BUSY", "504, FAILED", "507, FAILED"
    })
    void theStatusSaysWhatKindOfFailureItIs(int status, Kind kind) throws Exception {
        service.becomes(call -> call.header("Location", service.url("/elsewhere"))
                .header("WWW-Authenticate", "Basic realm=x").answer(status));
        Link link = open();

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageStartingWith("orders: http://127.0.0.1:" + service.port()
                + ": the message was answered " + status);
        assertThat(service.calls()).hasSize(1);
        service.becomes(call -> call.answer(200, "well again"));
        link.send(text("again"));
        assertThat(received(link)).isEqualTo("well again");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", delimiter = '|', value = {
        "120 | 120", "0 | 0", "Sun, 22 Nov 2026 10:01:00 GMT | 60",
        "Sun, 22 Nov 2026 09:00:00 GMT | 0", "soon | none", "-5 | none", "1.5 | none"
    })
    void aBusyServiceSaysWhenToComeBack(String header, Integer seconds) throws Exception {
        service.becomes(call -> call.header("Retry-After", header).answer(503));
        Link link = open();

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.retryAfter())
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }

    @Test
    void aRedirectIsNotFollowedAndSaidSo() throws Exception {
        service.becomes(call -> call.header("Location", service.url("/secret")).answer(307));
        Link link = open();

        assertThat(failure(() -> link.send(text("question"))))
                .hasMessageEndingWith("307 Temporary Redirect: redirects are not followed");
        assertThat(service.calls()).hasSize(1);
    }

    @Test
    void goneIsHowAServiceHangsUp() throws Exception {
        Link link = open();
        service.becomes(call -> call.answer(200, "last words"));
        link.send(text("1"));
        service.becomes(call -> call.answer(410));
        link.send(text("2"));

        assertThat(received(link)).isEqualTo("last words");
        assertThat(link.receive()).isEqualTo(new Goodbye(1000, "the service answered 410 Gone"));
        assertThat(failure(() -> link.send(text("3"))).kind()).isEqualTo(Kind.REJECTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatIsTooLargeFailsAndIsNotReadOn(boolean saysItsLength) throws Exception {
        AtomicLong written = new AtomicLong();
        byte[] part = new byte[64 * 1024];
        long parts = 1600; // 100 MiB, while 1 MiB is allowed
        service.becomes(call -> {
            call.header("Content-Length", saysItsLength ? "" + parts * part.length : "");
            for (int i = 0; i < parts; i++) {
                call.write(part);
                written.addAndGet(part.length);
            }
            call.end();
        });
        Link link = open();

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageEndingWith("larger than the 1048576 bytes allowed");
        assertThat(written.get()).isLessThan(64L * 1024 * 1024);
        service.becomes(call -> call.answer(200, "small"));
        link.send(text("again"));
        assertThat(received(link)).isEqualTo("small");
    }

    @Test
    void theLargestAnswerIsTakenAndOneByteMoreIsNot() throws Exception {
        Link link = open();
        service.becomes(call -> call.answer(200, new byte[(int) HttpDial.LIMIT]));
        link.send(text("question"));
        assertThat(((Message) link.receive()).length()).isEqualTo(HttpDial.LIMIT);

        service.becomes(call -> call.answer(200, new byte[(int) HttpDial.LIMIT + 1]));
        assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.FAILED);
    }

    @Test
    void aServiceThatDripsIsCutOffAtTheDeadline() throws Exception {
        service.becomes(call -> {
            while (!Thread.interrupted()) {
                call.write("x");
                Thread.sleep(50);
            }
        });
        Link link = open(seconds(1));

        assertThat(failure(() -> link.send(text("question"))).kind()).isEqualTo(Kind.TIMED_OUT);
    }

    @Test
    void aServiceThatHangsIsCutOffAtTheDeadline() throws Exception {
        service.becomes(call -> service.hang());
        Link link = open(seconds(1));

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(failure.mayHaveArrived()).isTrue();
        service.becomes(call -> call.answer(200, "well again"));
        link.send(text("again"));
        assertThat(received(link)).isEqualTo("well again");
    }

    @Test
    void anAnswerThatTakesLongerThanConnectionsAreKeptStillComes() throws Exception {
        service.becomes(call -> {
            Thread.sleep(2500);
            call.answer(200, "late");
        });
        Link link = connector(Map.of("keep-alive", Duration.ofSeconds(1)), Deadlines.defaults())
                .open(caller());
        link.send(text("question"));

        assertThat(received(link)).isEqualTo("late");
    }

    @Test
    void anAnswerThatIsCutInTheMiddleIsLostAndNeverShown() throws Exception {
        service.becomes(call -> {
            call.header("Content-Length", "100").write("half of");
            call.cut();
        });
        Link link = open();

        LinkException failure = failure(() -> link.send(text("question")));

        assertThat(failure.kind()).isEqualTo(Kind.LOST);
        service.becomes(call -> call.answer(200, "whole"));
        link.send(text("again"));
        assertThat(received(link)).isEqualTo("whole");
    }

    @Test
    void closingTheLinkEndsWhatIsOnItsWay() throws Exception {
        service.becomes(call -> service.hang());
        Link link = open();
        CompletableFuture<Boolean> hanging = sending(link, text("hangs"));
        await().until(() -> service.calls().size() == 1);

        link.close(Goodbye.NORMAL);

        assertThat(failureOf(hanging).kind()).isEqualTo(Kind.CLOSED);
        assertThat(failure(() -> link.send(text("late"))).kind()).isEqualTo(Kind.CLOSED);
    }

    @Test
    void closingTheConnectorEndsWhatIsOnItsWay() throws Exception {
        service.becomes(call -> service.hang());
        Connector connector = connector(Map.of(), Deadlines.defaults());
        CompletableFuture<Boolean> hanging = sending(connector.open(caller()), text("hangs"));
        await().until(() -> service.calls().size() == 1);

        connector.close();

        assertThat(failureOf(hanging).kind()).isEqualTo(Kind.CLOSED);
        await().until(() -> Inventory.take(service.port()).connections() == 0);
    }

    @Test
    void aClientThatTakesNoAnswerHoldsUpItselfOnly() throws Exception {
        service.becomes(call -> call.answer(200, "x".repeat(1000)));
        Connector connector = connector(Map.of("answers", 2000L), seconds(3));
        Link slow = connector.open(caller());
        CompletableFuture<Boolean> held = async(() -> {
            while (true) {
                slow.send(text("question"));
            }
        });
        await().until(() -> service.calls().size() >= 3);
        Link other = connector.open(caller());
        other.send(text("question"));
        assertThat(received(other)).hasSize(1000);

        LinkException failure = failureOf(held);
        assertThat(failure.kind()).isEqualTo(Kind.CLOSED);
        assertThat(failure).hasMessage("orders: the client took no answer for 3000 ms");
        assertThat(service.calls().size()).isLessThan(10);
    }

    static LinkException failureOf(CompletableFuture<?> call) {
        return failure(() -> {
            try {
                get(call);
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        });
    }
}
