package dev.weir.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which threads are inside a session right now, for whoever wants to know what they wait for.
 * Entering and leaving are two plain stores; others see them sooner or later, which is enough to
 * find a call that has lasted for seconds.
 */
public final class Activity {

    private static final VarHandle READER = handle("reader");
    private static final VarHandle WRITER = handle("writer");

    @SuppressWarnings("unused") // through READER
    private @Nullable Thread reader;

    @SuppressWarnings("unused") // through WRITER
    private @Nullable Thread writer;

    private volatile @Nullable Thread conversation;

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(Activity.class, field, Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The event thread begins to handle what its socket brought. */
    public void reading() {
        READER.setOpaque(this, Thread.currentThread());
    }

    /** It is done with that. */
    public void doneReading() {
        READER.setOpaque(this, null);
    }

    void writing() {
        WRITER.setOpaque(this, Thread.currentThread());
    }

    void doneWriting() {
        WRITER.setOpaque(this, null);
    }

    synchronized void conversation(Thread started) {
        conversation = started;
    }

    /** The thread of a conversation is done; perhaps the next one has begun. */
    synchronized void conversationOver(Thread done) {
        if (done.equals(conversation)) {
            conversation = null;
        }
    }

    /** {@return the event thread, while it handles something} */
    public @Nullable Thread reader() {
        return (Thread) READER.getOpaque(this);
    }

    /** {@return the pump that writes to this session, while it does} */
    public @Nullable Thread writer() {
        return (Thread) WRITER.getOpaque(this);
    }

    /** {@return the thread of its conversation, while there is something to wait for} */
    public @Nullable Thread conversation() {
        return conversation;
    }
}
