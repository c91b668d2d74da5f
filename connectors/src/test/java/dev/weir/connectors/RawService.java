package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP/1.1 service that is written by hand, for what a proper one does not do. */
final class RawService implements AutoCloseable {

    /** What it does on a connection after it has read a request whole. */
    @FunctionalInterface
    interface Script {
        void run(Socket connection, OutputStream out) throws Exception;
    }

    private final ServerSocket server;
    private final Script script;
    private final AtomicInteger requests = new AtomicInteger();

    private RawService(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
    }

    static RawService start(Script script) throws IOException {
        RawService service = new RawService(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
        Thread.ofVirtual().start(service::accept);
        return service;
    }

    /** A script that says this and closes. */
    static Script says(String answer) {
        return (connection, out) -> out.write(answer.getBytes(ISO_8859_1));
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    int requests() {
        return requests.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return; // Closed.
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            readRequest(connection.getInputStream());
            requests.incrementAndGet();
            script.run(connection, connection.getOutputStream());
        } catch (Exception e) {
            // The other side sees what it sees.
        }
    }

    /** Its length is in its head: connectors do not send chunks. */
    private static void readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no whole request");
            }
            head.append((char) next);
        }
        for (String line : head.toString().lines().toList()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                in.readNBytes(Integer.parseInt(line.substring(15).strip()));
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
