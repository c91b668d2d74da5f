package dev.weir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A viewer of server-sent events of the admin port. */
final class LiveEvents implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader lines;

    LiveEvents(int port, String path) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) RawPeer.PATIENCE.toMillis());
        socket.getOutputStream().write(
                ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        lines = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** {@return the data of the next event} */
    JsonNode next() throws IOException {
        String line = lines.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return new JsonMapper().readTree(line == null ? "null" : line.substring(6));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
