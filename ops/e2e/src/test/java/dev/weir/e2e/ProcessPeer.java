package dev.weir.e2e;

import dev.weir.e2e.Inbox.Closed;
import dev.weir.e2e.Inbox.Opened;
import dev.weir.e2e.Inbox.Refused;
import dev.weir.e2e.Message.Received;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A peer in a process of its own, driven by lines of JSON ({@code src/test/peers/README.md}). */
final class ProcessPeer implements Peer {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final PeerKind kind;
    private final Process process;
    private final BufferedWriter commands;
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final Map<String, Inbox> inboxes = new ConcurrentHashMap<>();
    private final AtomicInteger connectionCount = new AtomicInteger();
    private boolean frozen;

    private ProcessPeer(PeerKind kind, Process process) {
        this.kind = kind;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts the process and waits until it takes commands. */
    static ProcessPeer start(PeerKind kind, Path directory, List<String> command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var peer = new ProcessPeer(kind, process);
        Thread.ofVirtual().name(kind + " events").start(peer::readEvents);
        try {
            peer.ready.get(Inbox.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            peer.close();
            throw new IOException(String.join(" ", command) + " did not get ready", e);
        }
        return peer;
    }

    @Override
    public PeerKind kind() {
        return kind;
    }

    /** Stops the process as a debugger would; it stays so until it is closed. */
    void freeze() throws IOException, InterruptedException {
        Signal.STOP.sendTo(process);
        frozen = true;
    }

    @Override
    public Connection connect(URI url, List<String> subprotocols) {
        var name = kind.name().toLowerCase(Locale.ROOT) + connectionCount.incrementAndGet();
        var connection = new ProcessConnection(name, new Inbox(name));
        inboxes.put(name, connection.inbox);
        var command = connection.command("connect").put("url", url.toString());
        subprotocols.forEach(command.putArray("subprotocols")::add);
        write(command);
        return connection;
    }

    @Override
    public void close() {
        try {
            commands.close();
            if (frozen || !process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void write(ObjectNode command) {
        synchronized (commands) {
            try {
                commands.write(command.toString());
                commands.newLine();
                commands.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(kind + " takes no commands any more", e);
            }
        }
    }

    private void readEvents() {
        try (BufferedReader events = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = events.readLine(); line != null; line = events.readLine()) {
                dispatch(JSON.readTree(line));
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("the process ended"));
    }

    private void dispatch(JsonNode event) {
        var what = event.get("event").asString();
        if (what.equals("ready")) {
            ready.complete(event.get("version").asString());
            return;
        }
        var inbox = inboxes.get(event.get("conn").asString());
        if (inbox == null) {
            throw new IllegalStateException("an event of an unknown connection: " + event);
        }
        switch (what) {
            case "open" -> inbox.handshakeAnswered(new Opened(
                    event.get("subprotocol").asString(), stringOrNull(event, "session")));
            case "refused" -> inbox.handshakeAnswered(new Refused(intOrNull(event, "status")));
            case "message" -> inbox.received(new Received(
                    Message.Type.valueOf(event.get("type").asString().toUpperCase(Locale.ROOT)),
                    event.get("size").asLong(),
                    event.get("sha256").asString()));
            case "pong" -> inbox.pong(
                    new String(base64(event.get("data").asString()), StandardCharsets.UTF_8));
            case "closed" -> inbox.closed(
                    new Closed(event.get("code").asInt(), event.get("reason").asString()));
            case "error" -> inbox.error(event.get("detail").asString());
            default -> throw new IllegalStateException("an unknown event: " + event);
        }
    }

    private static @Nullable String stringOrNull(JsonNode event, String key) {
        var value = event.get(key);
        return value == null || value.isNull() ? null : value.asString();
    }

    private static @Nullable Integer intOrNull(JsonNode event, String key) {
        var value = event.get(key);
        return value == null || value.isNull() ? null : value.asInt();
    }

    private static byte[] base64(String data) {
        return Base64.getDecoder().decode(data);
    }

    private static String base64(byte[] data) {
        return Base64.getEncoder().encodeToString(data);
    }

    private final class ProcessConnection implements Connection {

        private final String name;
        private final Inbox inbox;

        ProcessConnection(String name, Inbox inbox) {
            this.name = name;
            this.inbox = inbox;
        }

        @Override
        public Inbox inbox() {
            return inbox;
        }

        @Override
        public void send(Message message) {
            write(command("send", message.type())
                    .put("data", base64(message.unit()))
                    .put("repeat", message.repeat()));
        }

        @Override
        public void sendFragments(List<Message> fragments) {
            var command = command("fragments", fragments.getFirst().type());
            var data = command.putArray("fragments");
            fragments.forEach(fragment -> data.add(base64(fragment.payload())));
            write(command);
        }

        @Override
        public void ping(String data) {
            write(command("ping").put("data", base64(data.getBytes(StandardCharsets.UTF_8))));
        }

        @Override
        public void close(int code, String reason) {
            write(command("close").put("code", code).put("reason", reason));
        }

        @Override
        public void closeWithoutCode() {
            write(command("close").putNull("code").put("reason", ""));
        }

        @Override
        public void abort() {
            write(command("abort"));
        }

        private ObjectNode command(String verb) {
            return JSON.createObjectNode().put("do", verb).put("conn", name);
        }

        private ObjectNode command(String verb, Message.Type type) {
            return command(verb).put("type", type.name().toLowerCase(Locale.ROOT));
        }
    }
}
