package dev.weir.session;

import java.nio.ByteBuffer;

/**
 * Checks that a text message is UTF-8 (RFC 3629 section 4), as its bytes come by and without
 * decoding them. Keeps its state between the fragments of a message, for a fragment may end in the
 * middle of a character (RFC 6455 section 5.6). Not thread-safe.
 */
final class Utf8 {

    private static final long NOT_ASCII = 0x8080808080808080L;

    /** Continuation bytes that the current character still needs. */
    private int missing;

    /** What the next continuation byte may be; narrower than 80..BF after some first bytes. */
    private int lowest;

    private int highest;

    /** Forgets the last message. */
    void reset() {
        missing = 0;
    }

    /** {@return whether the message may end here} */
    boolean atCharacterEnd() {
        return missing == 0;
    }

    /** {@return whether these bytes continue a valid message} The buffer's position stays. */
    boolean accept(ByteBuffer bytes) {
        int at = bytes.position();
        int end = bytes.limit();
        while (at < end) {
            if (missing == 0) {
                at = skipAscii(bytes, at, end);
                if (at < end && !first(bytes.get(at++) & 0xff)) {
                    return false;
                }
            } else if (!continuation(bytes.get(at++) & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static int skipAscii(ByteBuffer bytes, int from, int end) {
        int at = from;
        // Four at a time: one branch for 32 bytes.
        while (end - at >= 4 * Long.BYTES
                && ((bytes.getLong(at)
                                        | bytes.getLong(at + Long.BYTES)
                                        | bytes.getLong(at + 2 * Long.BYTES)
                                        | bytes.getLong(at + 3 * Long.BYTES))
                                & NOT_ASCII)
                        == 0) {
            at += 4 * Long.BYTES;
        }
        while (end - at >= Long.BYTES && (bytes.getLong(at) & NOT_ASCII) == 0) {
            at += Long.BYTES;
        }
        while (at < end && bytes.get(at) >= 0) {
            at++;
        }
        return at;
    }

    /** The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF. */
    private boolean first(int b) {
        lowest = 0x80;
        highest = 0xbf;
        if (b >= 0xc2 && b <= 0xdf) {
            missing = 1;
        } else if (b >= 0xe0 && b <= 0xef) {
            missing = 2;
            lowest = b == 0xe0 ? 0xa0 : lowest;
            highest = b == 0xed ? 0x9f : highest;
        } else if (b >= 0xf0 && b <= 0xf4) {
            missing = 3;
            lowest = b == 0xf0 ? 0x90 : lowest;
            highest = b == 0xf4 ? 0x8f : highest;
        } else {
            return false;
        }
        return true;
    }

    private boolean continuation(int b) {
        boolean valid = b >= lowest && b <= highest;
        missing--;
        lowest = 0x80;
        highest = 0xbf;
        return valid;
    }
}
