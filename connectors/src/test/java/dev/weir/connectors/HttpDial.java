package dev.weir.connectors;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** HTTP connectors and their clients, for a test; closed with it. */
final class HttpDial implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final long LIMIT = 1024 * 1024;

    private final List<Connector> connectors = new ArrayList<>();

    /** Settings of a connector. */
    Connector connector(String url, Map<String, ?> settings) {
        return connector(url, settings, Deadlines.defaults());
    }

    Connector connector(String url, Map<String, ?> settings, Deadlines deadlines) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("url", url);
        HttpConnector.Provider provider = new HttpConnector.Provider();
        Connector connector = provider.create(
                Settings.of(provider.settings(), all),
                new Environment("orders", "n1", deadlines, LIMIT,
                        InstantSource.fixed(NOW), System::nanoTime));
        connectors.add(connector);
        return connector;
    }

    static Caller caller(String key, Map<String, String> headers) {
        return new Caller("s-1", "robots", key, Map.of("robot", key), "192.0.2.7:4711", List.of(),
                headers, null, NOW.minusSeconds(1));
    }

    static Caller caller() {
        return caller("r2", Map.of());
    }

    static Message text(String text) {
        return Message.outgoing("m-" + text.hashCode(), true,
                text.getBytes(StandardCharsets.UTF_8), NOW, null);
    }

    /** One second for each step. */
    static Deadlines seconds(int each) {
        Duration seconds = Duration.ofSeconds(each);
        return new Deadlines(seconds, seconds, seconds);
    }

    /** {@return how that fails} */
    static LinkException failure(Failing action) {
        return requireNonNull(
                catchThrowableOfType(LinkException.class, action::run), "it did not fail");
    }

    /** Something that may throw anything. */
    @FunctionalInterface
    interface Failing {
        void run() throws Exception;
    }

    /** {@return what that gives, on a virtual thread} */
    static <T> CompletableFuture<T> async(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    static CompletableFuture<Boolean> sending(Link link, Message message) {
        return async(() -> {
            link.send(message);
            return true;
        });
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** {@return the next message as text} */
    static String received(Link link) throws Exception {
        return get(async(() -> ((Message) link.receive()).asText()));
    }

    @Override
    public void close() {
        connectors.forEach(Connector::close);
    }
}
