package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the admin port tells of threads, profiles and the last events of a session. */
class FindingPagesTest {

    @RegisterExtension
    final RunningRelay weir = new RunningRelay()
            .node("watch: { pinned: off }");

    @TempDir private Path folder;

    private List<String> events(RawPeer peer) throws Exception {
        return StreamSupport.stream(
                        weir.admin("/sessions/" + peer.id() + "/events").json().path("events")
                                .spliterator(), false)
                .map(event -> event.path("what").asString() + " "
                        + event.path("messages").asInt() + "/" + event.path("bytes").asInt())
                .toList();
    }

    @Test
    void theLastEventsOfASessionAreToldWithoutWhatWasInThem() throws Exception {
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        soon().until(() -> weir.shown(client).path("phase").asString().equals("paired"));
        client.text("secret");
        assertThat(worker.text()).isEqualTo("secret");
        worker.text("answer!");
        assertThat(client.text()).isEqualTo("answer!");

        soon().untilAsserted(() ->
                assertThat(events(client)).containsExactly("received 1/6", "sent 1/7"));
        assertThat(events(worker)).containsExactly("sent 1/6", "received 1/7");
        assertThat(weir.admin("/sessions/" + client.id() + "/events").json().toString())
                .doesNotContain("secret");
    }

    @Test
    void findingsMayBeAskedForInPart() throws Exception {
        weir.client("a");
        assertThat(weir.admin("/findings?limit=5").json().path("open").asInt(-1)).isZero();
        assertThat(weir.admin("/findings?limit=0").status()).isEqualTo(400);
        assertThat(weir.admin("/findings?limit=many").status()).isEqualTo(400);
    }

    @Test
    void aSessionWithoutMessagesHasNoEventsAndAnUnknownOneIsNotFound() throws Exception {
        assertThat(events(weir.client("a"))).isEmpty();
        assertThat(weir.admin("/sessions/nobody/events").status()).isEqualTo(404);
    }

    @Test
    void threadsAreShownWithTheSessionThatTheyWorkFor() throws Exception {
        RawPeer client = weir.client("a"); // and somebody has to wait for its worker

        JsonNode threads = weir.admin("/threads?session=" + client.id()).json();

        assertThat(threads.path("sessions")).hasSize(1);
        JsonNode session = threads.path("sessions").path(0);
        assertThat(session.path("session").asString()).isEqualTo(client.id());
        assertThat(session.path("threads").valueStream()
                        .map(thread -> thread.path("name").asString()))
                .contains("conversation-" + client.id());
        assertThat(threads.path("stacks")).isNotEmpty();
    }

    @Test
    void profilesAreOffUnlessTheyAreAllowed() throws Exception {
        assertThat(weir.admin("/profile?seconds=1").status()).isEqualTo(403);
    }

    @Test
    void aProfileIsAFlightRecordingWithoutTheEnvironment() throws Exception {
        weir.node("admin: { host: 127.0.0.1, port: 0, profile: on }");
        URI base = URI.create("http://127.0.0.1:" + weir.relay().adminPort());
        assertThat(weir.admin("/profile?seconds=0").status()).isEqualTo(400);
        assertThat(weir.admin("/profile?seconds=ten").status()).isEqualTo(400);
        Path file = folder.resolve("weir.jfr");
        try (HttpClient http = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<Path>> made = http.sendAsync(
                    HttpRequest.newBuilder(base.resolve("/profile?seconds=2")).build(),
                    HttpResponse.BodyHandlers.ofFile(file));
            soon().until(() -> weir.admin("/threads").body().contains("Profiler.make"));
            assertThat(weir.admin("/profile?seconds=1").status()).isEqualTo(409);
            assertThat(made.join().statusCode()).isEqualTo(200);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).isNotEmpty()
                .noneMatch(event ->
                        event.getEventType().getName().equals("jdk.InitialEnvironmentVariable"));
    }
}
