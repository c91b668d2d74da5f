package dev.weir.ops.watch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who or what is behind a finding, as far as it is known.
 *
 * @param session its id
 * @param side of the session: client or worker
 * @param route its name
 * @param connector its name
 * @param thread its name
 * @param stack what that thread does, the innermost call first; empty when it is not known
 */
public record Culprit(
        @Nullable String session,
        @Nullable String side,
        @Nullable String route,
        @Nullable String connector,
        @Nullable String thread,
        List<String> stack) {

    private static final Culprit NOBODY = new Culprit(null, null, null, null, null, List.of());
    private static final int FRAMES_MAX = 40;

    /** Keeps a copy of the upper part of the stack. */
    public Culprit {
        stack = List.copyOf(stack.subList(0, Math.min(stack.size(), FRAMES_MAX)));
    }

    /** {@return nobody in particular} */
    public static Culprit nobody() {
        return NOBODY;
    }

    /** {@return a session, without a thread} */
    public static Culprit session(String id, String side, String route) {
        return new Culprit(id, side, route, null, null, List.of());
    }

    /** {@return a connector, and the session that it works for} */
    public static Culprit connector(String name, String session) {
        return new Culprit(session, null, null, name, null, List.of());
    }

    /** {@return the same one, caught in this thread at that} */
    public Culprit in(@Nullable String caughtThread, List<String> caughtStack) {
        return new Culprit(session, side, route, connector, caughtThread, caughtStack);
    }

    /** {@return the same one, with what that thread does now} */
    public Culprit in(Thread caught) {
        return in(Stacks.name(caught), Stacks.of(caught));
    }
}
