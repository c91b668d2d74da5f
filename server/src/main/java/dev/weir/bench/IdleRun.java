package dev.weir.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** What it costs to connect many pairs, and to keep them while they say little or nothing. */
public final class IdleRun {

    private static final double SECOND = 1e9;
    private static final double MICRO = 1e3;
    private static final double KILO = 1e3;

    private final Load load;
    private final double trickle;
    private final Surroundings surroundings;
    private final Histogram times = Times.histogram();

    /**
     * @param trickle messages a second, all pairs together, while they are kept; 0 for none
     * @throws IllegalArgumentException if it is negative
     */
    public IdleRun(Load load, double trickle, Surroundings surroundings) {
        Load.check(trickle >= 0, "rate: 0 or more");
        this.load = load;
        this.trickle = trickle;
        this.surroundings = surroundings;
    }

    /** Runs it to its end, or until it is stopped. */
    public Result run() throws IOException, BenchException {
        try (Rig rig = new Rig(load, load.size(), surroundings, (_, due) ->
                Times.record(times, surroundings.nanoClock().getAsLong() - due))) {
            List<Peer> peers = rig.peers();
            Sample before = rig.sample();
            rig.connect(peers);
            Sample connected = rig.sample();
            rig.idle(load.settle());

            Sample from = rig.sample();
            hold(rig, peers);
            Sample to = rig.sample();
            rig.drain(peers);
            return result(rig, peers.size(), before, connected, from, to);
        }
    }

    private void hold(Rig rig, List<Peer> peers) throws IOException {
        Duration duration = load.duration();
        long until = rig.now() + duration.toNanos();
        if (trickle == 0) {
            while (!rig.over(until)) {
                rig.network().poll(Rig.TURN);
                rig.progress(() -> progress(rig, until));
            }
            return;
        }
        Schedule schedule = new Schedule(rig, rig.senders(peers), trickle, false,
                Random.from(surroundings.random()));
        schedule.start();
        schedule.drive(until, () -> progress(rig, until));
    }

    private static String progress(Rig rig, long until) {
        return String.format(Locale.ROOT, "holding %,d connections, %.1f s left, %d wrong",
                rig.network().open(), (until - rig.now()) / SECOND, rig.violations().total());
    }

    private Result result(
            Rig rig, int connections, Sample before, Sample connected, Sample from, Sample to) {
        double connecting = (connected.nanos() - before.nanos()) / SECOND;
        Findings findings = new Findings()
                .figure("connections", "connections", connections, "")
                .figure("connects_per_s", "connected a second", connections / connecting, "");
        if (before.relay() != null && connected.relay() != null
                && from.relay() != null && to.relay() != null) {
            double held = (to.nanos() - from.nanos()) / SECOND;
            findings.figure("relay_cpu_us_per_connect", "relay, CPU a connection",
                            (connected.relay().cpuNanos() - before.relay().cpuNanos()) / MICRO
                                    / connections, "µs")
                    .figure("relay_rss_kb_per_connection", "relay, memory a connection",
                            (to.relay().rssBytes() - before.relay().rssBytes()) / KILO
                                    / connections, "KB")
                    .figure("relay_rss_mb", "relay, resident memory",
                            to.relay().rssBytes() / KILO / KILO, "MB")
                    .figure("relay_idle_cores", "relay, cores in use while idle",
                            (to.relay().cpuNanos() - from.relay().cpuNanos()) / SECOND / held, "")
                    .figure("relay_threads", "relay, threads", to.relay().threads(), "")
                    .figure("relay_descriptors", "relay, open descriptors",
                            to.relay().descriptors(), "");
        }
        return findings.curve("handshake", "handshake", rig.network().handshakes())
                .curve("latency", "from when it was due", times)
                .result("idle", load.pairs() + " pairs"
                                + (trickle > 0 ? ", " + trickle + " messages a second" : ""),
                        (to.nanos() - from.nanos()) / SECOND, rig);
    }
}
