package dev.weir.session;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sessions that are over and forgotten by everybody else, kept until somebody has looked that
 * nothing of them is left. Bounded: when many end at once, the rest is not looked at. Thread-safe.
 */
public final class Graveyard {

    /** Buried sessions that are kept; each is a kilobyte or two, for about a second. */
    static final int KEPT_MAX = 10_000;

    private final ConcurrentLinkedQueue<Session> buried = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    void add(Session session) {
        if (count.incrementAndGet() <= KEPT_MAX) {
            buried.add(session);
        } else {
            count.decrementAndGet();
        }
    }

    /** Forgets those of which nothing is left, and {@return the others} One thread at a time. */
    public List<Session> visit() {
        List<Session> restless = new ArrayList<>();
        Iterator<Session> each = buried.iterator();
        while (each.hasNext()) {
            Session session = each.next();
            if (remainsOf(session).isEmpty()) {
                each.remove();
                count.decrementAndGet();
            } else {
                restless.add(session);
            }
        }
        return restless;
    }

    /** {@return what there still is of a session; when it ended long ago, that is too much} */
    public static List<String> remainsOf(Session session) {
        Activity activity = session.activity();
        Thread conversation = activity.conversation();
        List<String> remains = new ArrayList<>();
        addIf(session.hasSocket(), "socket", remains);
        addIf(session.pair() != null, "pair", remains);
        addIf(!session.outbox().isSettled(), "queue", remains);
        addIf(conversation != null && conversation.isAlive(), "conversation thread", remains);
        addIf(activity.reader() != null, "event thread", remains);
        addIf(activity.writer() != null, "pump thread", remains);
        return remains;
    }

    private static void addIf(boolean there, String what, List<String> to) {
        if (there) {
            to.add(what);
        }
    }
}
