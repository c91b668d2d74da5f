package dev.weir.session;

import dev.weir.session.Traffic.Count;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The last things that happened to a session: when, which way, how much; never what was in it.
 *
 * <p>Messages that follow each other within {@value #GRAIN_MILLIS} ms are one event, so a message
 * costs one comparison, and at most fifty times a second and direction something is written down. A
 * session without messages has no memory here, one with a few has a little; the memory of all
 * together is bounded, and who gets none keeps the last of what it has.
 *
 * <p>{@link #received} belongs to the event thread, {@link #sent} to the pump; the rest is
 * thread-safe.
 */
public final class FlightRecorder {

    /** Messages of one direction that are no further apart are one event. */
    public static final int GRAIN_MILLIS = 20;

    private static final long GRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(GRAIN_MILLIS);
    private static final int FIRST_EVENTS = 4;

    /** Words of an event: when, kind and two figures. */
    private static final int WORDS = 4;

    private static final int AT = 0;
    private static final int KIND = 1;
    private static final int MESSAGES = 2;
    private static final int BYTES = 3;

    private static final What[] WHATS = What.values();

    /** What may happen. */
    public enum What {
        /** Messages came from the peer. */
        RECEIVED,
        /** Messages were written to the peer. */
        SENT,
        /** The queue of what it sends was full; it is not read until there is room. */
        HELD_UP,
        /** A partner was found. */
        PAIRED,
        /** The pair is over. */
        PARTED,
        /** The session ended. */
        ENDED
    }

    /**
     * Something that happened.
     *
     * @param at nano clock
     * @param messages that ended in it; 0 where there are none
     * @param bytes of payload
     */
    public record Event(long at, What what, long messages, long bytes) {}

    /** The memory that all recorders of a node share. Thread-safe. */
    public static final class Memory {
        private final int events;
        private final long limit;
        private final AtomicLong used = new AtomicLong();

        /**
         * A memory that nobody uses yet.
         *
         * @param events of one session at most; 0 records nothing
         * @param limit bytes of all sessions
         */
        public Memory(int events, long limit) {
            this.events = events;
            this.limit = limit;
        }

        /** {@return bytes in use} */
        public long used() {
            return used.get();
        }

        private boolean take(long bytes) {
            if (used.addAndGet(bytes) <= limit) {
                return true;
            }
            used.addAndGet(-bytes);
            return false;
        }
    }

    private final Memory memory;
    private final Traffic traffic;

    /** Begin of the last event of the direction; its one thread only. */
    private long receivedAt;

    private long sentAt;

    // Guarded by this: a ring of events, null until something happened.
    private long @Nullable [] ring;
    private long recorded;
    private boolean closed;

    FlightRecorder(Memory memory, Traffic traffic, long now) {
        this.memory = memory;
        this.traffic = traffic;
        this.receivedAt = now - GRAIN_NANOS;
        this.sentAt = receivedAt;
    }

    /** Something is about to be counted as received. */
    void received(long now) {
        if (now - receivedAt >= GRAIN_NANOS) {
            receivedAt = now;
            record(now, What.RECEIVED, traffic.received());
        }
    }

    /** Something is about to be counted as sent. */
    void sent(long now) {
        if (now - sentAt >= GRAIN_NANOS) {
            sentAt = now;
            record(now, What.SENT, traffic.sent());
        }
    }

    /** Something else happened; only sessions that had messages remember that. */
    public void happened(long now, What what) {
        synchronized (this) {
            if (ring != null) {
                put(now, what, 0, 0);
            }
        }
    }

    private synchronized void record(long now, What what, Count soFar) {
        put(now, what, soFar.messages(), soFar.bytes());
    }

    @SuppressWarnings("EnumOrdinal") // It never leaves this memory.
    private void put(long now, What what, long messages, long bytes) {
        long[] into = room();
        if (into == null) {
            return;
        }
        int at = (int) (recorded++ % (into.length / WORDS)) * WORDS;
        into[at + AT] = now;
        into[at + KIND] = what.ordinal();
        into[at + MESSAGES] = messages;
        into[at + BYTES] = bytes;
    }

    /** {@return the ring, grown if it is full and there is memory for more; null without any} */
    private long @Nullable [] room() {
        long[] now = ring;
        int events = now == null ? 0 : now.length / WORDS;
        if (closed || recorded < events || events >= memory.events) {
            return closed ? null : now;
        }
        // It is full for the first time, so that its events are in order from the start.
        int more = Math.min(Math.max(FIRST_EVENTS, events), memory.events - events);
        if (recorded == events && memory.take((long) more * WORDS * Long.BYTES)) {
            ring = now == null
                    ? new long[more * WORDS]
                    : Arrays.copyOf(now, (events + more) * WORDS);
        }
        return ring;
    }

    /** Gives its memory back; nothing is recorded any more. */
    synchronized void close() {
        long[] held = ring;
        if (held != null) {
            memory.used.addAndGet(-(long) held.length * Long.BYTES);
        }
        ring = null;
        closed = true;
    }

    /** {@return what happened last, in the order of time} */
    public List<Event> events() {
        List<Event> events = raw();
        Count received = traffic.received();
        Count sent = traffic.sent();
        // What was written down is the count before; the difference to the next is the event.
        for (int i = events.size() - 1; i >= 0; i--) {
            Event event = events.get(i);
            Count soFar = new Count(event.messages, event.bytes);
            switch (event.what) {
                case RECEIVED -> {
                    events.set(i, between(event, received));
                    received = soFar;
                }
                case SENT -> {
                    events.set(i, between(event, sent));
                    sent = soFar;
                }
                default -> {}
            }
        }
        return events;
    }

    private static Event between(Event event, Count next) {
        return new Event(
                event.at, event.what, next.messages() - event.messages,
                next.bytes() - event.bytes);
    }

    private synchronized List<Event> raw() {
        List<Event> events = new ArrayList<>();
        long[] from = ring;
        if (from == null) {
            return events;
        }
        int size = from.length / WORDS;
        for (long i = Math.max(0, recorded - size); i < recorded; i++) {
            int at = (int) (i % size) * WORDS;
            events.add(new Event(
                    from[at + AT], WHATS[(int) from[at + KIND]],
                    from[at + MESSAGES], from[at + BYTES]));
        }
        events.sort(Comparator.comparingLong(Event::at));
        return events;
    }
}
