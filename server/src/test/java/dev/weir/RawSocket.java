package dev.weir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A TCP connection that need not become a WebSocket. */
final class RawSocket implements AutoCloseable {

    private final Socket socket;

    RawSocket(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) RawPeer.PATIENCE.toMillis());
    }

    HttpAnswer ask(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return HttpAnswer.read(socket.getInputStream());
    }

    /** Sends that, then a byte now and then. {@return what fails when it is cut off} */
    CompletableFuture<Void> drip(String beginning) throws IOException {
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));
        return drop();
    }

    private CompletableFuture<Void> drop() {
        Executor nowAndThen = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);
        return CompletableFuture.runAsync(this::writeOne, nowAndThen).thenCompose(done -> drop());
    }

    private void writeOne() {
        try {
            socket.getOutputStream().write('x');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return all that comes before the end of the connection} */
    String readToEnd() throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return ""; // reset, for something of ours was not read
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
