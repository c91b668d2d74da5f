package dev.weir.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What relay and generator have used up to a moment.
 *
 * @param nanos the moment
 * @param generatorCpu CPU time of this process, compiler and collector included
 * @param threadCpu CPU time of the thread that is the generator
 * @param relay the relay's, if its process is known
 */
record Sample(long nanos, long generatorCpu, long threadCpu, RelayProcess.@Nullable Usage relay) {

    /** {@return a sample for the calling thread} */
    static Sample take(Surroundings surroundings) throws IOException {
        RelayProcess relay = surroundings.relay();
        RelayProcess.Usage usage = relay == null ? null : relay.usage();
        long process = ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
        long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        return new Sample(surroundings.nanoClock().getAsLong(), process, thread, usage);
    }
}
