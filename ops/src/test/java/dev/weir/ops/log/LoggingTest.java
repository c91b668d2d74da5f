package dev.weir.ops.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LoggingTest {

    private static final String HOSTILE =
            "a\nFAKE line\r\u001b[31mred\u009b0m\u007f\t\u2028\u202etxt.exe\u200b end";
    private static final JsonMapper JSON = new JsonMapper();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Logger log = LoggerFactory.getLogger("dev.weir.session.Session");

    @AfterEach
    void backToQuiet() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new QuietStart().configure(context);
        context.start();
    }

    /** Logs, closes (which flushes) and returns the lines. */
    private List<String> lines(String format, boolean terminal, Runnable logging) {
        try (Logging started = Logging.start(format, "info", out, terminal)) {
            logging.run();
            assertThat(started.dropped()).isZero();
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private JsonNode json(Runnable logging) {
        List<String> lines = lines("json", false, logging);
        assertThat(lines).hasSize(1);
        return JSON.readTree(lines.getFirst());
    }

    @Test
    void aJsonLineHasTheEventAndItsPairsAsFields() {
        JsonNode line = json(() -> log.atInfo()
                .addKeyValue("session", "01J")
                .addKeyValue("messages", 12)
                .addKeyValue("wait", Duration.ofSeconds(30))
                .log("opened"));

        assertThat(line.propertyNames()).containsExactly(
                "@timestamp", "level", "logger", "thread", "message", "session", "messages",
                "wait");
        assertThat(Instant.parse(line.get("@timestamp").asString()))
                .isBefore(Instant.now().plusSeconds(1));
        assertThat(line.get("@timestamp").asString()).endsWith("Z");
        assertThat(line.get("level").asString()).isEqualTo("INFO");
        assertThat(line.get("logger").asString()).isEqualTo("dev.weir.session.Session");
        assertThat(line.get("message").asString()).isEqualTo("opened");
        assertThat(line.get("session").asString()).isEqualTo("01J");
        assertThat(line.get("messages").isNumber()).isTrue();
        assertThat(line.get("wait").asString()).isEqualTo("PT30S");
    }

    @Test
    void aConsoleLineIsForPeople() {
        List<String> lines = lines("console", false, () -> log.atInfo()
                .addKeyValue("session", "01J")
                .addKeyValue("reason", "went away")
                .addKeyValue("empty", "")
                .addKeyValue("quote", "a\"b")
                .log("closed"));

        assertThat(lines).singleElement().asString().matches(
                "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  Session       closed  session=01J"
                        + " reason=\"went away\" empty=\"\" quote=\"a\\\\\"b\"");
    }

    @Test
    void coloursAreForTerminalsAlone() {
        assertThat(lines("console", false, () -> log.warn("careful")).getFirst())
                .doesNotContain("\u001b");

        Logging.start("console", "info", out, true).close();
        assertThat(new String(new ConsoleLines(true).encode(event()), StandardCharsets.UTF_8))
                .contains("\u001b[33mWARN \u001b[0m");
    }

    private static ch.qos.logback.classic.spi.ILoggingEvent event() {
        LoggerContext context = new LoggerContext();
        return new ch.qos.logback.classic.spi.LoggingEvent(
                "", context.getLogger("x"), Level.WARN, "careful", null, null);
    }

    @Test
    void autoIsConsoleOnATerminalAndJsonElsewhere() {
        assertThat(lines("auto", true, () -> log.info("hello")).getFirst()).contains("INFO");
        out.reset();
        assertThat(lines("auto", false, () -> log.info("hello")).getFirst()).startsWith("{");
    }

    @Test
    void hostileTextStaysOneConsoleLineAndMovesNoCursor() {
        List<String> lines = lines("console", false, () -> log.atInfo()
                .addKeyValue("key", HOSTILE)
                .addKeyValue("na\nme", "v")
                .log(HOSTILE));

        String escaped = "a\\nFAKE line\\r\\u001b[31mred\\u009b0m\\u007f\\t\\u2028\\u202etxt.exe"
                + "\\u200b end";
        assertThat(lines).singleElement().asString()
                .contains("Session       " + escaped + "  key=\"" + escaped + "\" na\\nme=v");
        assertThat(lines.getFirst().chars()).allMatch(c -> c >= ' ' && c < 0x7f);
    }

    @Test
    void hostileTextStaysOneJsonLineAndIsKeptExactly() {
        JsonNode line = json(() -> log.atInfo().addKeyValue("key", HOSTILE).log(HOSTILE));

        assertThat(line.get("message").asString()).isEqualTo(HOSTILE);
        assertThat(line.get("key").asString()).isEqualTo(HOSTILE);
        assertThat(out.toString(StandardCharsets.UTF_8).stripTrailing().chars())
                .allMatch(c -> c >= ' ' && c < 0x7f);
    }

    @Test
    void lettersOfAnyScriptAreNotEscaped() {
        assertThat(lines("console", false, () -> log.info("grüße 你好 😀")).getFirst())
                .contains("grüße 你好 😀");
        out.reset();
        assertThat(lines("json", false, () -> log.info("grüße 你好 😀")).getFirst())
                .contains("grüße 你好 😀");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "console"})
    void aValueThatCannotBeShownLosesNeitherTheLineNorTheNextOne(String format) {
        List<String> broken = new AbstractList<>() {
            @Override
            public String get(int index) {
                throw new IllegalStateException("no text");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        List<String> lines = lines(format, false, () -> {
            log.atInfo().addKeyValue("key", broken).log("first");
            log.atInfo().addKeyValue("key", "half a pair \ud83d").log("second");
            log.info("third");
        });

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("first", "<IllegalStateException in toString>");
        assertThat(lines.get(1)).contains("second");
        assertThat(lines.get(2)).contains("third");
        if (format.equals("json")) {
            assertThat(lines).allSatisfy(line -> JSON.readTree(line));
        }
    }

    @Test
    void anExceptionIsShownWithItsCausesAndItsTextIsEscaped() {
        List<String> lines = lines("console", false, () -> log.atError()
                .setCause(new IOException("outer\n12:00:00.000 INFO fake",
                        new IllegalStateException("\u001b[2J")))
                .log("failed"));

        assertThat(lines.get(0)).endsWith("failed");
        assertThat(lines.get(1)).isEqualTo("  java.io.IOException: outer\\n12:00:00.000 INFO fake");
        assertThat(lines.get(2)).startsWith("    at dev.weir.ops.log.LoggingTest");
        assertThat(lines).contains("  caused by java.lang.IllegalStateException: \\u001b[2J");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "console"})
    void aDeepStackTraceIsCutShort(String format) {
        lines(format, false, () -> log.atError().setCause(deep(5000)).log("failed"));

        assertThat(out.size()).isBetween(500, 12_000);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("StackOverflow stand-in");
    }

    private static Exception deep(int frames) {
        return frames == 0
                ? new IllegalStateException("StackOverflow stand-in") : deep(frames - 1);
    }

    @Test
    void aBlockedReaderOfTheLogHoldsNobodyUpAndWhatIsLostIsCountedAndReported() throws Exception {
        BlockedPipe pipe = new BlockedPipe();
        int lines = Logging.QUEUE_LINES * 2;
        try (Logging logging = Logging.start("json", "info", pipe, false)) {
            log.info("the first one, which the writer hangs on");
            pipe.entered.await();
            for (int i = 0; i < lines; i++) {
                log.info("line");
            }
            log.warn("a warning still finds room");
            int room = Logging.QUEUE_LINES - Logging.QUEUE_LINES / 5;
            assertThat(logging.dropped()).isBetween((long) lines - room, (long) lines - room + 1);
            long dropped = logging.dropped();

            pipe.opened.countDown();
            await().untilAsserted(() -> assertThat(pipe.text())
                    .contains("a warning still finds room")
                    .contains("\"message\":\"log lines were dropped\",\"count\":" + dropped));
            assertThat(pipe.text().lines().filter(line -> line.contains("\"line\"")).count())
                    .as("every line is written or counted").isEqualTo(lines - dropped);
        }
    }

    @Test
    void closingDoesNotWaitForeverForABlockedReader() throws Exception {
        BlockedPipe pipe = new BlockedPipe();
        Logging logging = Logging.start("json", "info", pipe, false);
        log.info("hangs");
        pipe.entered.await();

        Thread closing = Thread.ofPlatform().start(logging::close);

        assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
        pipe.opened.countDown();
    }

    @Test
    void afterAFailedWriteTheNextOneIsTried() {
        AtomicBoolean full = new AtomicBoolean(true);
        OutputStream disk = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (full.get()) {
                    throw new IOException("No space left on device");
                }
                out.write(bytes, from, length);
            }
        };
        try (Logging logging = Logging.start("json", "info", disk, false)) {
            log.info("lost");
            await().until(() -> logging.dropped() == 1);
            full.set(false);
            log.info("kept");
        }

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"message\":\"log lines were dropped\",\"count\":1", "kept")
                .doesNotContain("lost\"");
    }

    @Test
    void theLevelIsThatOfTheConfigAndCanBeChanged() {
        try (Logging logging = Logging.start("json", "warn", out, false)) {
            log.info("not shown");
            logging.level("debug");
            log.debug("shown");
        }

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"shown\"").doesNotContain("not shown");
    }

    @Test
    void jettyIsOneStepQuieter() {
        Logger jetty = LoggerFactory.getLogger("org.eclipse.jetty.server.Server");
        try (Logging logging = Logging.start("json", "info", out, false)) {
            assertThat(jetty.isInfoEnabled()).isFalse();
            logging.level("trace");
            assertThat(jetty.isDebugEnabled()).isFalse();
            logging.level("error");
            assertThat(jetty.isWarnEnabled()).isFalse();
        }
    }

    @Test
    void anUnknownFormatOrLevelIsRefused() {
        assertThatThrownBy(() -> Logging.start("xml", "info"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log format 'xml': must be auto, json or console");
        assertThatThrownBy(() -> Logging.start("json", "loud"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log level 'loud': must be trace, debug, info, warn or error");
    }

    @Test
    void beforeTheStartNoFileIsLookedForAndWarningsAreShown() {
        LoggerContext context = new LoggerContext();

        assertThat(ServiceLoader.load(Configurator.class))
                .hasAtLeastOneElementOfType(QuietStart.class);
        assertThat(new QuietStart().configure(context))
                .isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        assertThat(context.getLogger("x").getEffectiveLevel()).isEqualTo(Level.WARN);
    }

    /** A pipe whose reader has stopped: the first write hangs until it is opened. */
    private static final class BlockedPipe extends OutputStream {

        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch opened = new CountDownLatch(1);
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            entered.countDown();
            boolean interrupted = false;
            while (opened.getCount() > 0) {
                try {
                    opened.await();
                } catch (InterruptedException e) {
                    interrupted = true; // like a write to a real pipe, which goes on waiting
                }
            }
            written.write(bytes, from, length);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        String text() {
            return written.toString(StandardCharsets.UTF_8);
        }
    }
}
