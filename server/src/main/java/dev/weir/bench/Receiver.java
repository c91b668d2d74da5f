package dev.weir.bench;

import dev.weir.bench.Violations.Kind;

/**
 * Reads the frames that the relay sends to one peer (RFC 6455, 5.2) and checks every message in
 * them as its bytes pass: nothing is kept of it but its stamp. Belongs to one thread.
 */
final class Receiver {

    private final Peer peer;
    private final Messages messages;
    private final Violations violations;
    private final Stamp stamp;
    private final Events events;

    // The frame.
    private final byte[] header = new byte[14];
    private int headerLength;
    private boolean inPayload;
    private int opcode;
    private boolean last;
    private long left;
    private byte[] control = {};
    private int controlLength;

    // The message: how much of it has come, and whether it is what it should be so far.
    private final byte[] start = new byte[Stamp.LENGTH];
    private boolean inMessage;
    private int type;
    private long position;
    private boolean sound;
    private long number;
    private long due;

    /** @param stamp to read stamps with, shared by the receivers of a thread */
    Receiver(Peer peer, Messages messages, Violations violations, Stamp stamp, Events events) {
        this.peer = peer;
        this.messages = messages;
        this.violations = violations;
        this.stamp = stamp;
        this.events = events;
    }

    /** Reads bytes as they come, and {@return whether they are frames} */
    boolean read(byte[] bytes, int from, int to) {
        int next = from;
        while (next < to || (inPayload && left == 0)) {
            if (!inPayload) {
                header[headerLength++] = bytes[next++];
                if (headerLength < 2 || headerLength < Frames.headerLength(header[1])) {
                    continue;
                }
                headerLength = 0;
                if (!begin()) {
                    return bad();
                }
            }
            int end = (int) Math.min(to, next + left);
            payload(bytes, next, end);
            left -= end - next;
            next = end;
            if (left > 0) {
                return true;
            }
            inPayload = false;
            end();
        }
        return true;
    }

    /** Looks at a whole header. */
    private boolean begin() {
        int first = header[0];
        opcode = first & 0x0F;
        last = (first & Frames.FIN) != 0;
        left = Frames.payloadLength(header);
        inPayload = true;
        if ((first & Frames.RESERVED) != 0 || (header[1] & Frames.MASKED) != 0 || left < 0) {
            return false;
        }
        if (opcode >= Frames.CLOSE) {
            controlLength = 0;
            return last && left <= Frames.CONTROL_PAYLOAD_MAX && opcode <= Frames.PONG;
        }
        boolean continues = opcode == Frames.CONTINUATION;
        if (continues != inMessage || opcode > Frames.BINARY) {
            return false;
        }
        if (!continues) {
            inMessage = true;
            type = opcode;
            position = 0;
            sound = true;
        }
        return true;
    }

    private boolean bad() {
        violations.add(Kind.BAD_FRAMES, String.format(
                "%s got a frame that begins %02x %02x", peer, header[0], header[1]));
        return false;
    }

    private void payload(byte[] bytes, int from, int to) {
        int count = to - from;
        if (opcode >= Frames.CLOSE) {
            if (control.length == 0) {
                control = new byte[Frames.CONTROL_PAYLOAD_MAX];
            }
            System.arraycopy(bytes, from, control, controlLength, count);
            controlLength += count;
            return;
        }
        int next = from;
        if (position < Stamp.LENGTH) {
            int more = (int) Math.min(Stamp.LENGTH - position, count);
            System.arraycopy(bytes, from, start, (int) position, more);
            position += more;
            next += more;
            if (position == Stamp.LENGTH) {
                stamped();
            }
        }
        if (next < to) {
            body(bytes, next, to);
        }
    }

    private void stamped() {
        if (!stamp.read(start)) {
            damaged("with a stamp that is none of ours");
        } else if (stamp.run() != messages.run()
                || stamp.pair() != peer.pair()
                || stamp.side() == peer.side()) {
            sound = false;
            violations.add(Kind.MISDELIVERED, peer + " got message " + stamp.number()
                    + " of the " + stamp.side() + " of pair " + stamp.pair());
        } else {
            number = stamp.number();
            due = stamp.time();
        }
    }

    private void body(byte[] bytes, int from, int to) {
        long at = position - Stamp.LENGTH;
        position += to - from;
        if (!sound) {
            return;
        }
        if (position > peer.mate().size()) {
            damaged("longer than it was sent");
        } else if (!messages.matches(bytes, from, to, peer.pair(), number, at)) {
            damaged("with other bytes than were sent");
        }
    }

    private void damaged(String how) {
        sound = false;
        violations.add(Kind.DAMAGED, peer + " got a message " + how);
    }

    private void end() {
        if (opcode >= Frames.CLOSE) {
            events.control(peer, opcode, control, controlLength);
        } else if (last) {
            inMessage = false;
            whole();
        }
    }

    private void whole() {
        if (sound && position != peer.mate().size()) {
            damaged("shorter than it was sent");
        } else if (sound && type != messages.content().opcode()) {
            damaged("as the other type of frame");
        }
        if (!sound) {
            return;
        }
        switch (peer.arrivals().arrived(number)) {
            case DUPLICATE -> violations.add(Kind.DUPLICATED, peer + " got " + number + " again");
            case LATE -> {
                violations.add(Kind.REORDERED, peer + " got " + number + " after a later one");
                events.message(peer, due);
            }
            case IN_ORDER, EARLY -> events.message(peer, due);
        }
    }
}
