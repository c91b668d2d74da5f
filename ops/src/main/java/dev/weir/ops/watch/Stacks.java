package dev.weir.ops.watch;

import java.util.List;
import java.util.stream.Stream;

/** Stacks as people read them. */
final class Stacks {

    private Stacks() {}

    /** {@return what the thread does, the innermost call first; empty when it does nothing} */
    static List<String> of(Thread thread) {
        return Stream.of(thread.getStackTrace()).map(Stacks::text).toList();
    }

    /** Without class loader and module, which tell nothing. */
    private static String text(StackTraceElement frame) {
        String whole = frame.toString();
        return whole.substring(whole.lastIndexOf('/', whole.indexOf('(')) + 1);
    }

    /** {@return its name, and its number where it has none} */
    static String name(Thread thread) {
        return thread.getName().isEmpty() ? "virtual-" + thread.threadId() : thread.getName();
    }
}
