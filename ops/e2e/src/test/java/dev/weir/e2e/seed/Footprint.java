package dev.weir.e2e.seed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * What a relay process takes: the highest resident memory and, where it can tell, the highest
 * number of bytes in all its queues, over all samples. One thread.
 */
final class Footprint {
    private final RelayProcess relay;
    private long residentBytes;
    private long queuedBytes;

    Footprint(RelayProcess relay) {
        this.relay = relay;
    }

    /** The highest resident memory and the highest sum of queued bytes. */
    record Peak(long residentBytes, long queuedBytes) {
        Peak max(Peak other) {
            return new Peak(
                    Math.max(residentBytes, other.residentBytes),
                    Math.max(queuedBytes, other.queuedBytes));
        }
    }

    /** Looks at the memory, which costs the relay nothing. */
    void sampleMemory() throws IOException {
        residentBytes = Math.max(residentBytes, resident());
    }

    /** Looks at the queues, for which the relay has to write down all its sessions. */
    void sampleQueues() throws IOException, InterruptedException {
        long queued = 0;
        for (JsonNode session : relay.sessions()) {
            queued += session.path("queue").path("bytes").asLong();
        }
        queuedBytes = Math.max(queuedBytes, queued);
    }

    /** The highest values since the last call of this method. */
    Peak peak() {
        Peak peak = new Peak(residentBytes, queuedBytes);
        residentBytes = 0;
        queuedBytes = 0;
        return peak;
    }

    private long resident() throws IOException {
        Path status = Path.of("/proc", Long.toString(relay.pid()), "status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS in " + status);
    }
}
