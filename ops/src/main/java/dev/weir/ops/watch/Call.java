package dev.weir.ops.watch;

import org.jspecify.annotations.Nullable;

/**
 * A call that runs now.
 *
 * @param what it does, as the end of a sentence: "handles what its socket read"
 * @param nanos how long it has run
 * @param thread it runs on, if that is known
 * @param caller whose call it is
 */
public record Call(
        String subject, String what, long nanos, @Nullable Thread thread, Culprit caller) {}
