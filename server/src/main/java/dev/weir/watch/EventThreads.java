package dev.weir.watch;

import dev.weir.ops.watch.Call;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The calls in which the event threads of sessions are. One that waits for room in its queue is not
 * told: that is backpressure, and has findings of its own. Times are exact to one look. One thread.
 */
final class EventThreads implements Supplier<List<Call>> {

    /** Seen in a call: it is the same call when thread and last frame are the same. */
    private record Mark(Thread thread, long lastHeard, long since) {}

    private final Sessions sessions;
    private final LongSupplier nanoClock;
    private final Marks<Mark> marks = new Marks<>();

    EventThreads(Sessions sessions, LongSupplier nanoClock) {
        this.sessions = sessions;
        this.nanoClock = nanoClock;
    }

    @Override
    public List<Call> get() {
        List<Call> calls = new ArrayList<>();
        long now = nanoClock.getAsLong();
        for (Session session : sessions.all()) {
            Thread reader = session.activity().reader();
            if (reader != null && !session.outbox().blocking()) {
                Mark before = marks.of(session);
                long heard = session.lastHeard();
                Mark mark = before != null
                                && before.thread.equals(reader)
                                && before.lastHeard == heard
                        ? before
                        : new Mark(reader, heard, now);
                marks.keep(session, mark);
                calls.add(new Call(
                        Culprits.words(session),
                        "is handled by a thread that does not come back",
                        now - mark.since,
                        reader,
                        Culprits.of(session)));
            }
        }
        marks.turn();
        return calls;
    }
}
