package dev.weir.accept;

import dev.weir.pair.Close;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * A close frame of ours. Jetty drops the connection at once after a code such as 1001 or 1013; then
 * unread input makes the kernel send a reset, which can destroy the close frame before the peer has
 * read it. So Jetty is told that this is an ordinary close: it waits for the peer's answer, and the
 * session's close deadline bounds that wait (RFC 6455 section 7.1.1).
 */
final class CloseFrame extends Frame implements CloseStatus.Supplier {

    private CloseFrame(ByteBuffer payload) {
        super(OpCode.CLOSE, true, payload);
    }

    static CloseFrame of(Close close) {
        return new CloseFrame(payload(close));
    }

    /** {@return what is in a close frame that says this (RFC 6455 section 5.5.1)} */
    static ByteBuffer payload(Close close) {
        if (close.code() == Close.NO_CODE) {
            return ByteBuffer.allocate(0);
        }
        byte[] text = close.text().getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(Short.BYTES + text.length);
        return payload.putShort((short) close.code()).put(text).flip();
    }

    /**
     * {@return what a close frame with that payload says} It may be what no peer may send.
     *
     * @throws CharacterCodingException when its reason is not UTF-8
     */
    static Close parse(ByteBuffer payload) throws CharacterCodingException {
        return switch (payload.remaining()) {
            case 0 -> new Close(Close.NO_CODE, "");
            case 1 -> new Close(Close.NO_FRAME, "");
            default -> {
                ByteBuffer in = payload.duplicate(); // big-endian again
                int code = in.getShort() & 0xffff;
                boolean sayable = code != Close.NO_CODE;
                yield new Close(
                        sayable ? code : Close.NO_FRAME,
                        StandardCharsets.UTF_8.newDecoder().decode(in).toString());
            }
        };
    }

    @Override
    public CloseStatus getCloseStatus() {
        return CloseStatus.NORMAL_STATUS;
    }
}
