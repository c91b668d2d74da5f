package dev.weir.accept;

import dev.weir.pair.Close;
import java.nio.ByteBuffer;
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
        if (close.code() == Close.NO_CODE) {
            return new CloseFrame(ByteBuffer.allocate(0));
        }
        byte[] text = close.text().getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(Short.BYTES + text.length);
        return new CloseFrame(payload.putShort((short) close.code()).put(text).flip());
    }

    @Override
    public CloseStatus getCloseStatus() {
        return CloseStatus.NORMAL_STATUS;
    }
}
