package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.with;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigLoader;
import dev.weir.ops.telemetry.Telemetry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * A relay for a test, started with its first connection and kept for tests of the same class with
 * the same configuration. After every test all peers vanish; then each session must have ended
 * exactly once, and nothing of it may be left.
 */
final class RunningRelay implements BeforeEachCallback, AfterEachCallback {

    private final List<String> node = new ArrayList<>();
    private final List<String> routes = new ArrayList<>();
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
            list.add(event);
        }
    };
    private Relays relays = new Relays();
    private @Nullable Relay relay;

    /** The relays of one test class, for to start one takes longer than most tests. */
    private static final class Relays implements AutoCloseable {
        private final Map<String, Relay> byConfig = new HashMap<>();
        private final List<Telemetry> telemetry = new ArrayList<>();

        Relay with(String yaml) {
            return byConfig.computeIfAbsent(yaml, this::start);
        }

        private Relay start(String yaml) {
            try {
                telemetry.add(Telemetry.start("test", InstantSource.system()));
                return Relay.start(new ConfigLoader().parse("test", yaml), telemetry.getLast());
            } catch (ConfigException | IOException e) {
                throw new AssertionError(yaml, e);
            }
        }

        @Override
        public void close() {
            byConfig.values().forEach(Relay::close);
            byConfig.clear();
            telemetry.forEach(Telemetry::close);
        }
    }

    /** Settings of the node, as YAML. */
    RunningRelay node(String... lines) {
        node.addAll(List.of(lines));
        return this;
    }

    /** Settings of the one route with the usual paths and keys, as YAML. */
    RunningRelay route(String... settings) {
        return namedRoute("default", "/client/{key}", "/worker/{key}", settings);
    }

    /** Settings of a pool, {@code /client} and {@code /worker}, as YAML. */
    RunningRelay pool(String... settings) {
        return namedRoute("pool", "/client", "/worker", settings);
    }

    /** Settings of the one route, {@code /client/{key}}, whose worker is a service. */
    RunningRelay served(String... settings) {
        routes.add("  - name: default");
        routes.add("    clients: /client/{key}");
        for (String setting : settings) {
            routes.add("    " + setting);
        }
        return this;
    }

    RunningRelay namedRoute(String name, String clients, String workers, String... settings) {
        routes.add("  - name: " + name);
        routes.add("    clients: " + clients);
        routes.add("    workers: " + workers);
        for (String setting : settings) {
            routes.add("    " + setting);
        }
        return this;
    }

    /** A route whose clients are served by the connector of that name. */
    RunningRelay serviceRoute(String name, String clients, String connector, String... settings) {
        routes.add("  - name: " + name);
        routes.add("    clients: " + clients);
        routes.add("    connector: " + connector);
        for (String setting : settings) {
            routes.add("    " + setting);
        }
        return this;
    }

    private String yaml() {
        List<String> yaml = new ArrayList<>();
        if (node.stream().noneMatch(line -> line.startsWith("listen:"))) {
            yaml.add("listen: { host: 127.0.0.1, port: 0 }");
        }
        if (node.stream().noneMatch(line -> line.startsWith("admin:"))) {
            yaml.add("admin: { host: 127.0.0.1, port: 0 }");
        }
        yaml.addAll(node);
        if (!routes.isEmpty()) {
            yaml.add("routes:");
            yaml.addAll(routes);
        }
        return String.join("\n", yaml) + "\n";
    }

    Relay relay() {
        if (relay == null) {
            relay = relays.with(yaml());
        }
        return relay;
    }

    Dial dial(String path) {
        return new Dial(relay().port(), path, opened::add);
    }

    /** {@return a bare connection} */
    RawSocket socket() throws IOException {
        RawSocket socket = new RawSocket(relay().port());
        opened.add(socket);
        return socket;
    }

    RawPeer open(String path) throws IOException {
        return dial(path).open();
    }

    RawPeer client(String key) throws IOException {
        return open("/client/" + key);
    }

    RawPeer worker(String key) throws IOException {
        return open("/worker/" + key);
    }

    /** {@return a wait for what must come true} */
    static ConditionFactory soon() {
        return with().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .await().atMost(RawPeer.PATIENCE);
    }

    /** {@return the answer of the admin port} */
    HttpAnswer admin(String method, String path) throws IOException {
        try (RawSocket admin = new RawSocket(relay().adminPort())) {
            return admin.ask(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
    }

    /** {@return the answer of the admin port to a request with a body} */
    HttpAnswer admin(String method, String path, String type, String body) throws IOException {
        try (RawSocket admin = new RawSocket(relay().adminPort())) {
            return admin.ask(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: " + type + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
        }
    }

    HttpAnswer admin(String path) throws IOException {
        return admin("GET", path);
    }

    /** {@return what the admin port tells of the session of that peer} */
    JsonNode shown(RawPeer peer) throws IOException {
        return admin("/sessions/" + peer.id()).json();
    }

    /** {@return whether the relay does not read that peer now, for its queue is full} */
    boolean blocked(RawPeer peer) throws IOException {
        JsonNode shown = shown(peer);
        return shown.path("blockedMillis").asLong() > 0;
    }

    /** {@return the name of the reason for which the session of that peer ended} */
    String endOf(RawPeer peer) {
        soon().until(() -> ended().containsKey(peer.id()));
        return Objects.requireNonNull(ended().get(peer.id())).getFirst();
    }

    /** {@return how many messages of that peer reached nobody, by the line about its end} */
    int undeliveredOf(RawPeer peer) {
        endOf(peer);
        return log.list.stream()
                .filter(line -> line.getMessage().equals("session ended"))
                .filter(line -> value(line, "session").equals(peer.id()))
                .mapToInt(line -> Integer.parseInt(value(line, "undelivered")))
                .sum();
    }

    /** By session id, the reasons that were logged; there must be one each. */
    private Map<String, List<String>> ended() {
        return log.list.stream()
                .filter(line -> line.getMessage().equals("session ended"))
                .collect(Collectors.groupingBy(
                        line -> value(line, "session"),
                        Collectors.mapping(line -> value(line, "reason"), Collectors.toList())));
    }

    private static String value(ILoggingEvent line, String key) {
        return line.getKeyValuePairs().stream()
                .filter(pair -> pair.key.equals(key))
                .map(pair -> String.valueOf(pair.value))
                .findFirst()
                .orElse("");
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("dev.weir.session");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        // The store of the class is closed with the class: each relay has threads of its own.
        ExtensionContext of = context;
        while (of.getTestMethod().isPresent()) {
            of = of.getParent().orElseThrow();
        }
        relays = of.getStore(ExtensionContext.Namespace.create(RunningRelay.class))
                .computeIfAbsent(context.getRequiredTestClass(), c -> new Relays(), Relays.class);
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger().setLevel(Level.INFO);
        logger().setAdditive(false);
        logger().addAppender(log);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            for (AutoCloseable peer : opened) {
                peer.close();
            }
            if (relay != null) {
                Relay running = relay;
                soon().untilAsserted(() -> assertThat(running.liveSessions()).isZero());
                soon().untilAsserted(() -> assertThat(running.queuedBytes()).isZero());
                assertThat(ended().values()).allSatisfy(ends -> assertThat(ends).hasSize(1));
            }
        } finally {
            logger().detachAppender(log);
            logger().setAdditive(true);
        }
    }
}
