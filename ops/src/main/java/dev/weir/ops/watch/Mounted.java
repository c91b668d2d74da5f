package dev.weir.ops.watch;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A virtual thread that is on a carrier, and what it does there.
 *
 * @param threadId its {@link Thread#threadId()}
 * @param stack the innermost call first, without the machinery below the thread's own code
 */
record Mounted(long threadId, List<String> stack) {

    private static final Pattern HEAD = Pattern.compile(" {3}Mounted virtual thread #(\\d+).*");
    private static final String FRAME = "\tat ";

    /** "java.base@25.0.3/Thread.java:12": the module's version tells nothing. */
    private static final Pattern MODULE = Pattern.compile("\\((?:[\\w.]+(?:@[^/]*)?/)?");

    private static final List<String> MACHINERY = List.of(
            "jdk.internal.vm.Continuation.",
            "java.lang.VirtualThread.run(",
            "java.lang.VirtualThread$",
            "java.lang.Thread.runWith(");

    /**
     * {@return the virtual threads that are on a carrier right now}
     *
     * <p>From the JVM's own thread print ({@code jcmd PID Thread.print}), the one place that tells
     * them: {@link Thread#getAllStackTraces} shows a carrier, but not what it carries; a dump of
     * all virtual threads grows with the sessions (0.3 s for 20,000); samples of the flight
     * recorder cost all the time and come too late. This takes well below a millisecond, whatever
     * the number of sessions, and works when no virtual thread gets to run.
     */
    static List<Mounted> now() {
        try {
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            Object printed = ManagementFactory.getPlatformMBeanServer().invoke(
                    commands,
                    "threadPrint",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
            return parse(String.valueOf(printed));
        } catch (JMException e) {
            throw new IllegalStateException("this JVM prints no threads", e);
        }
    }

    static List<Mounted> parse(String print) {
        List<Mounted> mounted = new ArrayList<>();
        List<String> stack = null;
        for (String line : print.lines().toList()) {
            Matcher head = HEAD.matcher(line);
            if (head.matches()) {
                stack = new ArrayList<>();
                mounted.add(new Mounted(Long.parseLong(head.group(1)), stack));
            } else if (line.isEmpty() || line.startsWith("\"")) {
                stack = null;
            } else if (stack != null && line.startsWith(FRAME)) {
                String frame = line.substring(FRAME.length());
                if (MACHINERY.stream().noneMatch(frame::startsWith)) {
                    stack.add(MODULE.matcher(frame).replaceFirst("("));
                }
            }
        }
        return mounted;
    }
}
