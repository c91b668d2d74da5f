package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.connectors.LinkException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that is killed, frozen and flooded. */
class NatsFailureTest extends ConnectorTesting {

    private static NatsServer server;

    private NatsWorker worker;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = new NatsServer(directory, "");
        server.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void startWorker() throws Exception {
        worker = NatsWorker.start(server);
    }

    @AfterEach
    void stopWorker() throws Exception {
        worker.close();
    }

    @Override
    protected Connector.Provider provider() {
        return new NatsConnector.Provider();
    }

    private void restart() throws Exception {
        server.start();
        startWorker();
    }

    private static Map<String, Object> to(String subject) {
        return NatsWorker.to(server, subject);
    }

    @Test
    void noStoredMessageIsLostWhenTheServerIsKilled() throws Exception {
        worker.stream("KILLED", "killed");
        Map<String, Object> settings = NatsWorker.toStream(server, "killed");
        settings.remove("ack");
        Connector connector = connector(settings, new Deadlines(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2)));
        Sent sent = sendUntilKilled(
                connector,
                () -> worker.connection().jetStreamManagement().getStreamInfo("KILLED")
                        .getStreamState().getMsgCount() > 500,
                server::kill);
        restart();
        Set<String> arrived = worker.messageIdsOf("killed");
        assertThat(arrived).containsAll(sent.confirmed());
        arrived.removeAll(sent.confirmed());
        assertThat(sent.uncertain()).containsAll(arrived);
    }

    @Test
    void aReplyThatComesAfterTheServersRestartFindsTheClientThatWaited() throws Exception {
        Link link = connector(to("echo"), Deadlines.defaults()).open(caller("session-7", "red"));
        server.kill();
        restart();
        CompletableFuture<Message> received = async(() -> (Message) link.receive());
        await().atMost(PATIENCE).until(() -> {
            worker.connection().publish(NatsWorker.INBOX, "late".getBytes(UTF_8));
            return received.isDone();
        });
        assertThat(get(received).asText()).isEqualTo("late");
    }

    @Test
    void whoGivesUpOnAFrozenServerBreaksNothingForTheOthers() throws Exception {
        Connector connector = connector(to("echo"), new Deadlines(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(1)));
        Link link = open(connector);
        server.freeze();
        try {
            Waiting interrupted = Waiting.in(() -> link.send(text("interrupted")));
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
            assertThatFailure(() -> link.send(text("late"))).satisfies(failure ->
                    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT));
        } finally {
            server.thaw();
        }
        link.send(text("after"));
        List<String> texts = new ArrayList<>();
        while (!texts.contains("after")) {
            texts.add(receive(link).asText());
        }
        assertThat(texts).containsExactly("interrupted", "late", "after");
    }

    @Test
    void aFloodEndsTheLinkThatDoesNotTakeItAndNobodyElseNotices() throws Exception {
        Map<String, Object> settings = to("echo");
        settings.put("answers", 10 * 1024L);
        Connector connector = connector(settings, Deadlines.defaults());
        Link slow = connector.open(caller("session-7", "red"));
        Link other = connector.open(caller("other", "red"));
        byte[] kilobyte = new byte[1024];
        for (int i = 0; i < 200_000; i++) {
            worker.connection().publish(NatsWorker.INBOX, kilobyte);
            if (i % 20_000 == 0) {
                other.send(text("between"));
                assertThat(receive(other).asText()).isEqualTo("between");
            }
        }
        worker.flush();
        other.send(text("after"));
        assertThat(receive(other).asText()).isEqualTo("after");
        for (int i = 0; i < 10; i++) {
            receive(slow);
        }
        assertThatFailure(slow::receive).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.OVERFLOWED));
        assertThat(server.log()).doesNotContainIgnoringCase("slow consumer");
    }

    @Test
    void repliesThatHadToBeDroppedAreNamedToEveryClient() throws Exception {
        Map<String, Object> settings = to("echo");
        settings.put("pending-messages", 1);
        settings.put("answers", 1L << 30);
        Link link = connector(settings, Deadlines.defaults()).open(caller("session-7", "red"));
        CompletableFuture<Object> end = async(() -> {
            while (true) {
                link.receive();
            }
        });
        await().atMost(PATIENCE).until(() -> {
            for (int i = 0; i < 1_000; i++) {
                worker.connection().publish(NatsWorker.INBOX, new byte[0]);
                worker.connection().publish(NatsWorker.INBOX, "x".getBytes(UTF_8));
            }
            return end.isDone();
        });
        assertThatFailure(() -> get(end)).satisfies(failure ->
                assertThat(failure.kind()).isEqualTo(Kind.LOST));
    }
}
