package dev.weir.queue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A run of WebSocket data frames, encoded just as a server sends them: unmasked, header and payload
 * in a row (RFC 6455 section 5.2). Encoding happens once, when a frame enters the queue, so that a
 * whole run leaves in one write.
 *
 * <p>It holds either complete messages only, one frame each, or a single frame of a message that is
 * cut through; {@link #fragment()} tells which. This is what lets a run be sent as if it were one
 * frame: the fragmentation state of the connection is the same before and after it.
 *
 * <p>Not thread-safe. The outbox that fills it guards it with its lock; whoever took it from the
 * outbox owns it until it gives it back.
 */
public final class FrameBuffer {

    /** The largest payload of one frame: the cut-through limit cannot be set higher. Bytes. */
    public static final int PAYLOAD_MAX = 64 * 1024;

    /** The largest header of an unmasked frame. Bytes. */
    public static final int HEADER_MAX = 10;

    private static final int FIN = 0x80;
    private static final int OPCODE = 0x0f;
    private static final int LENGTH = 0x7f;

    private final ByteBuffer bytes;
    private int start;
    private int end;
    private int frames;
    private long payloadBytes;
    private boolean fragment;
    private boolean last;

    /** When its first frame was read from the sender's socket. */
    private long since;

    private int droppedFrames;

    /** The messages in it that are traced, in their order; null as long as there are none. */
    private @Nullable Queue<MessageTrace> traces;

    FrameBuffer(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** One decoded frame; {@code payload} is a view, valid while the buffer is owned. */
    public record Frame(int opcode, boolean fin, ByteBuffer payload) {}

    /** {@return how many frames it holds} */
    public int frames() {
        return frames;
    }

    /** {@return how many messages end in it} */
    public int messages() {
        return fragment && !last ? 0 : frames;
    }

    /** {@return when the first of its frames was read, nanoseconds of the nano clock} */
    public long since() {
        return since;
    }

    void since(long nanos) {
        since = nanos;
    }

    /** Follows the message whose last frame was put in just now. */
    void trace(MessageTrace trace) {
        if (traces == null) {
            traces = new ArrayDeque<>(1);
        }
        trace.frame = droppedFrames + frames - 1;
        traces.add(trace);
    }

    /** {@return the traced messages in it, in their order; whoever has the buffer ends them} */
    public Collection<MessageTrace> traces() {
        return traces == null ? List.of() : traces;
    }

    /** {@return the trace of the message that ends with that frame, counted from 0; or null} */
    public @Nullable MessageTrace traceOf(int frame) {
        for (MessageTrace trace : traces()) {
            if (trace.frame - droppedFrames == frame) {
                return trace;
            }
        }
        return null;
    }

    /** {@return the payload of its frames, headers not counted, in bytes} */
    public long payloadBytes() {
        return payloadBytes;
    }

    /** {@return whether it holds one frame that is only a part of its message} */
    public boolean fragment() {
        return fragment;
    }

    /** {@return whether it goes on with a message that began before it} */
    public boolean continues() {
        return fragment && (bytes.get(start) & OPCODE) == Opcode.CONTINUATION;
    }

    /** {@return whether the message that it belongs to goes on after it} */
    public boolean unfinished() {
        return fragment && !last;
    }

    /** {@return the memory it occupies, in bytes} */
    public int capacity() {
        return bytes.capacity();
    }

    /** {@return a view of the encoded frames} */
    public ByteBuffer encoded() {
        return bytes.slice(start, end - start);
    }

    /** {@return the frame whose header starts {@code offset} bytes into {@link #encoded()}} */
    public Frame frameAt(int offset) {
        int at = start + offset;
        int first = bytes.get(at);
        int header = headerLengthAt(at);
        return new Frame(
                first & OPCODE, (first & FIN) != 0, bytes.slice(at + header, payloadLength(at)));
    }

    /** {@return the bare memory, for an owner that does not keep frames in it} */
    ByteBuffer raw() {
        return bytes;
    }

    private static int encodedLength(int payloadLength) {
        return headerLength(payloadLength) + payloadLength;
    }

    boolean fits(int payloadLength) {
        return !fragment && bytes.capacity() - end >= encodedLength(payloadLength);
    }

    void append(int opcode, boolean fin, ByteBuffer payload) {
        int length = payload.remaining();
        if (!fin || opcode == Opcode.CONTINUATION) {
            fragment = true;
            last = fin;
            start = HEADER_MAX - headerLength(length); // its header may grow
            end = start;
        }
        putHeader(end, opcode, fin, length);
        end += headerLength(length);
        putPayload(payload);
        frames++;
    }

    /** {@return whether its fragment can take that much more of its message} */
    boolean canExtend(int payloadLength) {
        return unfinished() && bytes.capacity() - end >= payloadLength;
    }

    /** Adds to its fragment what follows in the message (RFC 6455 section 5.4 allows that). */
    void extend(boolean fin, ByteBuffer payload) {
        int opcode = bytes.get(start) & OPCODE;
        putPayload(payload);
        start = HEADER_MAX - headerLength((int) payloadBytes);
        putHeader(start, opcode, fin, (int) payloadBytes);
        last = fin;
        fragment = !fin || opcode == Opcode.CONTINUATION;
    }

    private void putPayload(ByteBuffer payload) {
        int length = payload.remaining();
        bytes.put(end, payload, payload.position(), length);
        end += length;
        payloadBytes += length;
    }

    private void putHeader(int at, int opcode, boolean fin, int length) {
        bytes.put(at, (byte) ((fin ? FIN : 0) | opcode));
        switch (headerLength(length)) {
            case 2 -> bytes.put(at + 1, (byte) length);
            case 4 -> {
                bytes.put(at + 1, (byte) 126);
                bytes.putShort(at + 2, (short) length);
            }
            default -> {
                bytes.put(at + 1, (byte) 127);
                bytes.putLong(at + 2, length);
            }
        }
    }

    /** Forgets its first frame. {@return that frame's payload in bytes} */
    int dropFirst() {
        int length = payloadLength(start);
        start += headerLengthAt(start) + length;
        frames--;
        droppedFrames++;
        if (traces != null && !traces.isEmpty() && traces.element().frame < droppedFrames) {
            traces.remove().lost("the queue was full");
        }
        payloadBytes -= length;
        return length;
    }

    void clear() {
        start = 0;
        end = 0;
        frames = 0;
        payloadBytes = 0;
        fragment = false;
        last = false;
        droppedFrames = 0;
        if (traces != null) {
            traces.forEach(trace -> trace.lost("discarded")); // without effect on those written
            traces = null;
        }
    }

    private int headerLengthAt(int at) {
        return switch (bytes.get(at + 1) & LENGTH) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    private int payloadLength(int at) {
        int length = bytes.get(at + 1) & LENGTH;
        return switch (length) {
            case 126 -> bytes.getShort(at + 2) & 0xffff;
            case 127 -> (int) bytes.getLong(at + 2);
            default -> length;
        };
    }

    /** {@return the length of the header of a frame with that payload, in bytes} */
    public static int headerLength(int payloadLength) {
        if (payloadLength < 126) {
            return 2;
        }
        return payloadLength < 65_536 ? 4 : 10;
    }
}
