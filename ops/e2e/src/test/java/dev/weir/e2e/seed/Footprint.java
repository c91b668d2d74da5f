package dev.weir.e2e.seed;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a relay process takes: the highest resident memory and, where it can tell (an address that
 * lists the sessions as JSON), the highest sum of the bytes in its queues, over all samples taken.
 * One thread.
 */
public final class Footprint {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path status;
    private final @Nullable URI sessions;
    private final HttpClient http = HttpClient.newHttpClient();
    private long residentBytes;
    private long queuedBytes;

    public Footprint(long pid, @Nullable URI sessions) {
        this.status = Path.of("/proc", Long.toString(pid), "status");
        this.sessions = sessions;
    }

    /** Looks once. */
    public void sample() throws IOException, InterruptedException {
        residentBytes = Math.max(residentBytes, resident());
        if (sessions != null) {
            queuedBytes = Math.max(queuedBytes, queued(sessions));
        }
    }

    /** The highest values since the last call of this method. */
    public Peak peak() {
        Peak peak = new Peak(residentBytes, queuedBytes);
        residentBytes = 0;
        queuedBytes = 0;
        return peak;
    }

    /** The highest resident memory and the highest number of queued bytes. */
    public record Peak(long residentBytes, long queuedBytes) {}

    private long resident() throws IOException {
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS in " + status);
    }

    private long queued(URI uri) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        long sum = 0;
        for (JsonNode bytes : JSON.readTree(response.body()).findValues("queue")) {
            sum += bytes.path("bytes").asLong();
        }
        return sum;
    }
}
