package dev.weir.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * The peers, each started when it is first asked for and kept until the last test. One that is
 * not installed skips the test that asks for it, and fails it where {@code CI=true} promises that
 * everything is there.
 */
final class Peers implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("src/test/peers").toAbsolutePath();
    private static final long NPM_DEADLINE_SECONDS = 180;

    private final Map<PeerKind, Peer> running = new EnumMap<>(PeerKind.class);
    private final Map<PeerKind, String> missing = new EnumMap<>(PeerKind.class);

    /** Gives tests the {@code Peers} that all test classes share. */
    static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Peers.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Peers.class))
                    .computeIfAbsent(Peers.class);
        }
    }

    /** The running peer of this kind; without it the test ends here. */
    synchronized Peer get(PeerKind kind) throws InterruptedException {
        var peer = running.get(kind);
        if (peer == null && !missing.containsKey(kind)) {
            try {
                peer = start(kind);
                running.put(kind, peer);
            } catch (IOException e) {
                missing.put(kind, kind + " is not available here: " + e.getMessage());
            }
        }
        if (peer != null) {
            return peer;
        }
        var reason = missing.get(kind);
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(reason);
        }
        throw new TestAbortedException(reason);
    }

    /** A peer of this kind in a process of its own, which the caller closes. */
    ProcessPeer another(PeerKind kind) throws IOException, InterruptedException {
        get(kind);
        return process(kind, command(kind));
    }

    /** Runs a script with the Python that has this kind's library. */
    Process script(PeerKind kind, String... command) throws IOException, InterruptedException {
        get(kind);
        var python = command(kind).getFirst();
        var builder = new ProcessBuilder(
                        Stream.concat(Stream.of(python), Stream.of(command)).toList())
                .directory(DIRECTORY.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // A linter is not to tell anybody about itself, nor to ask for its newest version.
        builder.environment().put("REDOCLY_TELEMETRY", "off");
        builder.environment().put("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        return builder.start();
    }

    @Override
    public synchronized void close() {
        running.values().forEach(Peer::close);
    }

    private static Peer start(PeerKind kind) throws IOException, InterruptedException {
        return kind == PeerKind.JDK ? new JdkPeer() : process(kind, command(kind));
    }

    private static ProcessPeer process(PeerKind kind, List<String> command)
            throws IOException, InterruptedException {
        return ProcessPeer.start(kind, DIRECTORY, command);
    }

    private static List<String> command(PeerKind kind) throws IOException, InterruptedException {
        return switch (kind) {
            case WS -> List.of(node(), "ws_peer.mjs");
            case WEBSOCKETS -> List.of(python("websockets"), "websockets_peer.py");
            case TORNADO -> List.of(python("tornado"), "tornado_peer.py");
            case CHROMIUM -> List.of(node(), "chromium_peer.mjs",
                    onPath("chromium", "chromium-browser", "google-chrome"));
            case JDK -> throw new IllegalArgumentException("the JDK's peer has no process");
        };
    }

    /** Node, with the packages of the lock file installed. */
    private static String node() throws IOException, InterruptedException {
        var node = onPath("node");
        if (!Files.exists(DIRECTORY.resolve("node_modules/.package-lock.json"))) {
            succeed(NPM_DEADLINE_SECONDS, onPath("npm"), "ci", "--ignore-scripts");
        }
        return node;
    }

    /** The first Python that has the module: Debian's packages are seen by its own Python only. */
    static String python(String module) throws IOException, InterruptedException {
        IOException failure = new IOException("no python3");
        for (var python : List.of("/usr/bin/python3", "python3")) {
            try {
                succeed(10, python, "-c", "import " + module);
                return python;
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static String onPath(String... names) throws IOException {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("no " + String.join(" or ", names) + " in PATH"))
                .toString();
    }

    private static void succeed(long deadlineSeconds, String... command)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(deadlineSeconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " took too long");
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command) + " ended with " + process.exitValue());
        }
    }
}
