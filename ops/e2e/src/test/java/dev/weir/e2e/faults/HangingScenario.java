package dev.weir.e2e.faults;

import dev.weir.e2e.seed.Recording;
import dev.weir.e2e.seed.RelayProcess;
import dev.weir.e2e.seed.SteadyPairs;
import dev.weir.e2e.seed.WsPeer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients, each with a message at an HTTP service that never answers it, all at once; raw
 * pairs of another route send all the while.
 */
final class HangingScenario {

    private static final int PAIRS = 20;
    private static final int PAIR_MESSAGES_PER_SECOND = 500;
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Limits that let every client's call through, and deadlines that end none of them. */
    private static final String CONFIG = """
            log: { level: warn }
            routes:
              - { name: default, clients: '/client/{key}', workers: '/worker/{key}' }
              - name: hanging
                clients: /hanging/{key}
                connector:
                  type: http
                  url: http://127.0.0.1:PORT/
                  connections: 5000
                  bulkhead: { calls: 5000 }
                  deadlines: { connect: 60s, send: 60s, answer: 120s }
            """;

    private HangingScenario() {}

    /**
     * What was seen.
     *
     * @param waiting calls that the service had at once
     * @param calm the other route before
     * @param hanging the other route while they waited
     * @param others what became of the other route's messages
     * @param before the relay before
     * @param during the relay while they waited
     */
    record Result(
            int waiting,
            Recording calm,
            Recording hanging,
            SteadyPairs.Totals others,
            Size before,
            Size during) {}

    /** Of the relay's process. */
    record Size(long residentBytes, int platformThreads) {

        static Size of(RelayProcess relay) throws IOException {
            Path status = Path.of("/proc", Long.toString(relay.pid()), "status");
            long residentKib = 0;
            int threads = 0;
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    residentKib = Long.parseLong(line.replaceAll("\\D", ""));
                } else if (line.startsWith("Threads:")) {
                    threads = Integer.parseInt(line.replaceAll("\\D", ""));
                }
            }
            return new Size(residentKib << 10, threads);
        }
    }

    /** Runs it; returns when all is over. */
    static Result run(int sessions, Duration window, String jvmOptions)
            throws IOException, InterruptedException {
        List<WsPeer> clients = new ArrayList<>();
        try (HangingService service = HangingService.start();
                RelayProcess relay = RelayProcess.weir(
                        CONFIG.replace("PORT", String.valueOf(service.port())), jvmOptions);
                SteadyPairs others = SteadyPairs.start(relay.endpoints(), "steady",
                        PAIRS, PAIR_MESSAGES_PER_SECOND, 256)) {
            Thread.sleep(window);
            Recording calm = others.record();
            Thread.sleep(window);
            others.record();
            Size before = Size.of(relay);
            for (int i = 0; i < sessions; i++) {
                WsPeer client = WsPeer.connect(URI.create(
                        "ws://127.0.0.1:" + relay.endpoints().port() + "/hanging/c" + i));
                clients.add(client);
                client.send(WsPeer.TEXT, "anybody there?".getBytes(StandardCharsets.US_ASCII));
            }
            long end = System.nanoTime() + GRACE.toNanos();
            while (service.asked() < sessions && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            Thread.sleep(window); // What connecting cost is over.
            Recording hanging = others.record();
            Thread.sleep(window);
            others.record();
            Size during = Size.of(relay);
            return new Result(
                    service.asked(), calm, hanging, others.finish(GRACE), before, during);
        } finally {
            for (WsPeer client : clients) {
                client.close();
            }
        }
    }
}
