package dev.weir.ops.watch;

import java.util.Locale;

/**
 * Every kind of finding, and what to do about it. The order is the order of ranking among findings
 * of equal severity: what stops everybody comes before what stops one session.
 */
public enum Kind {
    CARRIER_STARVATION("Look at the stacks: what runs there without waiting keeps every session"
            + " from its turn. Take it off the virtual threads, or give the process more CPU."),
    QUEUE_MEMORY("Find out why the named session's partner does not take its messages, or raise"
            + " limits.queued-bytes. When it is spent, newcomers are refused and the worst"
            + " offenders are closed with 1013."),
    OPEN_FILES("Raise the limit of open files (LimitNOFILE, ulimit -n), or lower"
            + " limits.connections; when none is left, nobody can connect."),
    GC_PAUSE("Nothing moved meanwhile. Give the process more memory (-Xmx), or CPU, or another"
            + " collector (-XX:+UseZGC)."),
    PINNED_THREAD("A virtual thread waited without leaving its carrier, which was lost to all"
            + " others. The stack names the native call or class initialiser to get rid of."),
    CONNECTOR_STUCK("The worker service does not answer. Look at it; the connector's deadline and"
            + " breaker bound what waits for it."),
    STUCK_CALL("The stack shows what this session's thread does or waits for. Only this session"
            + " is held up; closing it (DELETE /sessions/ID) frees its partner."),
    SESSION_LEAK("A bug: keep GET /threads and the log of that session for the report. A restart"
            + " gives back what is held."),
    STALLED_PAIR("The named session or service does not take what its partner sends. Look at that"
            + " process: is it stopped, out of CPU, or not reading? A session is closed with 1013"
            + " at its deadline."),
    UNBOUNDED_SENDER("The named session sends more than its partner can take. Slow it down, give"
            + " its messages to more workers, or let the route drop some (queue.when-full)."),
    HALF_OPEN_PEER("Nothing has been heard of that peer since our ping: its host is gone, frozen,"
            + " or cut off by a firewall. It is dropped after heartbeat.pong."),
    LOG_LOSS("Lines of the log are lost. Is the disk full, or what reads standard output stuck?"),
    TELEMETRY_LOSS("Telemetry is lost. Is the collector up, and does it keep pace? Sessions are"
            + " not affected.");

    private final String whatToDo;

    Kind(String whatToDo) {
        this.whatToDo = whatToDo;
    }

    /** {@return the name in JSON, logs, metrics and the runbook} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return a sentence or two for the person who has to act} */
    public String whatToDo() {
        return whatToDo;
    }

    /** {@return where the runbook says more} */
    public String runbook() {
        return "ops/README.md#" + label();
    }
}
