package dev.weir.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A result in the making. */
final class Findings {

    private static final double SECOND = 1e9;
    private static final double MICRO = 1e3;
    private static final double MEGA = 1e6;
    private static final double BUSY = 0.92;

    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Curve> curves = new ArrayList<>();

    Findings figure(String name, String label, double value, String unit) {
        figures.add(new Figure(name, label, value, unit));
        return this;
    }

    Findings fact(String name, String text) {
        facts.put(name, text);
        return this;
    }

    /** Adds a distribution, unless nothing is in it. */
    Findings curve(String name, String label, Histogram nanos) {
        if (nanos.getTotalCount() > 0) {
            curves.add(new Curve(name, label, nanos));
        }
        return this;
    }

    /** What so many of something cost between two samples. */
    Findings cost(String one, long count, Sample from, Sample to) {
        double seconds = (to.nanos() - from.nanos()) / SECOND;
        if (from.relay() != null && to.relay() != null) {
            double cpu = to.relay().cpuNanos() - from.relay().cpuNanos();
            if (count > 0) {
                figure("relay_cpu_us_per_" + one, "relay, CPU a " + one, cpu / MICRO / count, "µs");
            }
            figure("relay_cpu_cores", "relay, cores in use", cpu / SECOND / seconds,
                    "of " + to.relay().cores());
            figure("relay_rss_mb", "relay, resident memory", to.relay().rssBytes() / MEGA, "MB");
            figure("relay_threads", "relay, threads", to.relay().threads(), "");
        }
        if (count > 0) {
            double own = to.generatorCpu() - from.generatorCpu();
            figure("generator_cpu_us_per_" + one, "generator, CPU a " + one, own / MICRO / count,
                    "µs");
        }
        return this;
    }

    /** Who could not do more, of a load that is as high as it goes. */
    Findings bottleneck(Sample from, Sample to) {
        double seconds = (to.nanos() - from.nanos()) / SECOND;
        double generator = (to.threadCpu() - from.threadCpu()) / SECOND / seconds;
        figure("generator_busy", "generator, its thread is busy", 100 * generator, "%");
        if (from.relay() == null || to.relay() == null) {
            return fact("limited_by", generator > BUSY
                    ? "the generator" : "not the generator");
        }
        double cores = (to.relay().cpuNanos() - from.relay().cpuNanos()) / SECOND / seconds;
        boolean relay = cores > BUSY * to.relay().cores();
        String who = relay && generator > BUSY ? "relay and generator"
                : relay ? "the relay"
                : generator > BUSY ? "the generator"
                : "neither relay nor generator: the window, or the machine";
        return fact("limited_by", who);
    }

    Result result(String mode, String summary, double seconds, Rig rig) {
        return new Result(mode, summary, seconds, figures, facts, curves, rig.received(),
                rig.violations());
    }
}
