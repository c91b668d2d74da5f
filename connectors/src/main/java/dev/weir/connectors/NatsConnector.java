package dev.weir.connectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.connectors.LinkException.Kind;
import io.nats.client.JetStreamApiException;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what clients send to a NATS subject, and brings them the replies.
 *
 * <p>Each client has an inbox subject. A message carries it in the header {@code ce-weirreply}, so
 * that a service may send at any time, and has a reply subject of its own below it. One
 * subscription per node hears all inboxes, in order, and its thread never waits for a client: the
 * server must not take this node for a slow consumer.
 */
public final class NatsConnector implements Connector {

    private static final String PREFIX = "ce-";
    private static final String MESSAGE_ID = "Nats-Msg-Id";
    private static final String SERVICE_ERROR = "Nats-Service-Error";
    private static final String SERVICE_ERROR_CODE = "Nats-Service-Error-Code";
    private static final String CONTENT_TYPE = "Content-Type";
    private static final Set<String> SCHEMES = Set.of("nats", "tls");
    private static final byte[] NOTHING = new byte[0];

    private final Settings settings;
    private final Environment environment;
    private final Deadlines deadlines;
    private final WordTemplate subject;
    private final String mode;
    private final String inboxes;
    private final ExecutorService threads;
    private final ScheduledThreadPoolExecutor timer;
    private final Reconnecting<NatsWire> wires;
    private final Semaphore permits;
    private final BrokerLinks links;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, CompletableFuture<Boolean>> expected = new ConcurrentHashMap<>();

    private NatsConnector(Settings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
        this.deadlines = environment.deadlines();
        this.subject = new WordTemplate("subject", settings.text("subject"));
        this.mode = settings.text("mode");
        if (mode.equals("request") && !settings.text("ack").isEmpty()) {
            throw new IllegalArgumentException("ack: not in mode: request, where services answer");
        }
        ensureUsable(settings.text("url"));
        this.inboxes = "weir." + WordTemplate.word(environment.name()) + "."
                + WordTemplate.word(environment.node()) + ".";
        ThreadFactory virtual = Thread.ofVirtual().name(environment.name() + "-nats").factory();
        this.threads = Executors.newThreadPerTaskExecutor(virtual);
        this.timer = new ScheduledThreadPoolExecutor(1, virtual);
        timer.setRemoveOnCancelPolicy(true);
        this.wires = new Reconnecting<>(environment.name(), this::connect);
        this.permits = new Semaphore(settings.count("in-flight"));
        this.links = new BrokerLinks(settings, environment, this::publish);
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        String filled = subject.fill(caller);
        wires.get(deadlines.connect());
        return links.open(filled, caller);
    }

    /** Asks the server, not the service. */
    @Override
    public void check() throws LinkException, InterruptedException {
        NatsWire wire = wires.get(deadlines.connect());
        try {
            wire.check();
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new LinkException(Kind.TIMED_OUT,
                    environment.name() + ": the server does not answer", e);
        }
    }

    @Override
    public boolean opensAtService() {
        return links.openAtService();
    }

    @Override
    public boolean viaBroker() {
        return !mode.equals("request");
    }

    @Override
    public void close() {
        links.close();
        wires.close();
        timer.shutdownNow();
        threads.shutdownNow();
    }

    private NatsWire connect() throws LinkException, InterruptedException {
        long[] limits = {settings.count("pending-messages"), settings.bytes("pending-bytes")};
        try {
            boolean tls = settings.text("url").startsWith("tls:");
            Options.Builder options = tls ? NatsWire.secured(options()) : options();
            return new NatsWire(environment.name(), options, inboxes + ">", limits, this::take,
                    new NatsWire.Events() {
                        @Override
                        public void ended() {
                            wires.look();
                            failExpected(Kind.LOST, "the connection broke before the answer");
                        }

                        @Override
                        public void dropped() {
                            String why = "replies were dropped: more than pending-messages came";
                            links.fail(Kind.LOST, why);
                            failExpected(Kind.LOST, why);
                        }
                    });
        } catch (IOException | IllegalStateException | GeneralSecurityException e) {
            throw new LinkException(Kind.UNREACHABLE,
                    environment.name() + ": no connection to the server: " + e.getMessage(), e);
        }
    }

    private void failExpected(Kind kind, String why) {
        for (CompletableFuture<Boolean> each : expected.values()) {
            each.completeExceptionally(
                    new LinkException(kind, environment.name() + ": " + why));
        }
    }

    private void publish(
            String address, Caller caller, CloudEvent event, @Nullable Message message)
            throws LinkException, InterruptedException {
        NatsWire wire = wires.get(deadlines.connect());
        if (!permits.tryAcquire(deadlines.send().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new LinkException(Kind.BUSY, environment.name() + ": "
                    + settings.count("in-flight") + " messages wait for an answer");
        }
        try {
            byte[] body = message == null ? NOTHING : message.payload();
            String inbox = WordTemplate.word(caller.session());
            Headers headers = headers(caller, event, message, inboxes + inbox);
            if (mode.equals("jetstream")) {
                headers.put(MESSAGE_ID, event.attributes().get("id"));
                await(address, wire.store(address, headers, body));
            } else {
                boolean answered = mode.equals("request") && message != null;
                publish(wire, address, inbox, headers, body, answered);
            }
        } finally {
            permits.release();
        }
    }

    /**
     * Publishes with a reply subject of its own, on which the server says at once when nobody is
     * subscribed. Where no answer of the service is waited for, a second message goes to that
     * subject: it comes back after whatever the server had to say about the first.
     */
    private void publish(NatsWire wire, String address, String inbox, Headers headers,
            byte[] body, boolean answered) throws LinkException, InterruptedException {
        String id = inbox + "." + numbers.incrementAndGet();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        expected.put(id, answer);
        try {
            wire.publish(address, inboxes + id, headers, body);
            if (!answered) {
                wire.publish(inboxes + id + ".sent", null, null, NOTHING);
            }
            await(address, answer);
        } finally {
            expected.remove(id);
        }
    }

    private void await(String address, CompletableFuture<?> answer)
            throws LinkException, InterruptedException {
        try {
            answer.get(deadlines.answer().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw new LinkException(Kind.TIMED_OUT, environment.name() + ": no answer on "
                    + address + " within " + deadlines.answer().toMillis() + " ms", e);
        } catch (CancellationException e) {
            throw new LinkException(Kind.LOST,
                    environment.name() + ": the connection broke before the answer", e);
        } catch (ExecutionException e) {
            throw failure(address, e);
        }
    }

    private LinkException failure(String address, ExecutionException failure) {
        Throwable cause = failure.getCause();
        while (cause instanceof RuntimeException && cause.getCause() != null) {
            cause = cause.getCause(); // The client library wraps what a stream answers.
        }
        String message = String.valueOf(cause == null ? failure : cause.getMessage());
        if (cause instanceof LinkException known) {
            return new LinkException(known.kind(), message + ", sent to " + address, known);
        }
        if (cause instanceof JetStreamApiException) {
            return new LinkException(Kind.FAILED,
                    environment.name() + ": the stream did not take it: " + message, cause);
        }
        return message.contains("503")
                ? new LinkException(Kind.UNREACHABLE,
                        environment.name() + ": no stream has subject " + address, cause)
                : new LinkException(Kind.FAILED, environment.name() + ": " + message, cause);
    }

    private static Headers headers(
            Caller caller, CloudEvent event, @Nullable Message message, String inbox) {
        Headers headers = new Headers();
        caller.headers().forEach((name, value) -> headers.put(name, printable(value)));
        event.encoded(PREFIX).forEach(headers::put);
        headers.put(PREFIX + "weirreply", inbox);
        if (event.traceparent() != null) {
            headers.put("traceparent", event.traceparent());
        }
        if (message != null) {
            headers.put(CONTENT_TYPE, message.isText() ? CloudEvent.TEXT : CloudEvent.BINARY);
        }
        return headers;
    }

    /** Header values of NATS are ASCII. */
    private static String printable(String value) {
        return value.replaceAll("[^ -~]", "?");
    }

    /** Called by one thread, for all clients: does not wait. */
    private void take(io.nats.client.Message message) {
        String[] words = message.getSubject().substring(inboxes.length()).split("\\.", 3);
        CompletableFuture<Boolean> waiting =
                words.length > 1 ? expected.get(words[0] + "." + words[1]) : null;
        LinkException failure = words.length > 2 ? null : failureIn(message);
        if (failure == null && words.length < 3) {
            deliver(URLDecoder.decode(words[0], UTF_8), message);
        }
        if (waiting != null && failure != null) {
            waiting.completeExceptionally(failure);
        } else if (waiting != null) {
            waiting.complete(true);
        }
    }

    private void deliver(String session, io.nats.client.Message message) {
        Headers headers = message.getHeaders();
        String contentType = headers == null ? null : headers.getFirst(CONTENT_TYPE);
        byte[] body = message.getData() == null ? NOTHING : message.getData();
        boolean goodbye = headers != null && headers.containsKey(PREFIX + "type");
        if (body.length == 0 && contentType == null && !goodbye) {
            return; // Says that the service has the message, and nothing to the client.
        }
        links.deliver(session, ServiceReply.of(contentType, body, name ->
                headers == null ? null : headers.getFirst(PREFIX + name)));
    }

    private @Nullable LinkException failureIn(io.nats.client.Message message) {
        if (message.isStatusMessage()) {
            return new LinkException(Kind.UNREACHABLE, environment.name()
                    + ": nobody is subscribed to the subject: " + message.getStatus().getMessage());
        }
        Headers headers = message.getHeaders();
        String code = headers == null ? null : headers.getFirst(SERVICE_ERROR_CODE);
        if (headers == null || code == null) {
            return null;
        }
        Kind kind = switch (code) {
            case "429", "503" -> Kind.BUSY;
            default -> code.startsWith("4") ? Kind.REJECTED : Kind.FAILED;
        };
        return new LinkException(kind, environment.name() + ": the service failed with " + code
                + " " + headers.getFirst(SERVICE_ERROR));
    }

    private Options.Builder options() {
        Options.Builder options = Options.builder()
                .connectionName("weir-" + environment.name())
                .noReconnect()
                // Shorter, so that those who wait for the connection hear what is wrong with it.
                .connectionTimeout(deadlines.connect().multipliedBy(3).dividedBy(4))
                .pingInterval(settings.duration("ping-interval"))
                .maxMessagesInOutgoingQueue(2 * settings.count("in-flight") + 100)
                .executor(threads)
                .scheduledExecutor(timer)
                .callbackExecutor(threads)
                .connectExecutor(threads)
                .server(settings.text("url"));
        if (!settings.text("user").isEmpty()) {
            options.userInfo(settings.text("user"), settings.text("password"));
        }
        if (!settings.text("token").isEmpty()) {
            options.token(settings.text("token").toCharArray());
        }
        return options;
    }

    private static void ensureUsable(String url) {
        URI parsed;
        try {
            parsed = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("url: " + e.getMessage(), e);
        }
        if (!SCHEMES.contains(parsed.getScheme()) || parsed.getHost() == null) {
            throw new IllegalArgumentException("url: is not nats://host:port or tls://host:port");
        }
        if (parsed.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "url: user, password and token have settings of their own");
        }
    }

    /** Makes connectors to NATS. */
    public static final class Provider implements Connector.Provider {

        @Override
        public String type() {
            return "nats";
        }

        @Override
        public String summary() {
            return "Sends each message to a NATS subject, as a request, a plain message or into a"
                    + " JetStream stream, and brings the client what is sent to its inbox.";
        }

        @Override
        public SettingsSpec settings() {
            return SettingsSpec.of("""
                    type: nats
                    url: nats://nats.internal:4222
                    subject: orders.{shop}
                    """,
                    Setting.url("url", "Where the server is; tls for TLS",
                            "nats://nats.internal:4222"),
                    Setting.text("user", "", "User name", "weir"),
                    Setting.secret("password", "The user's password", "env:NATS_PASSWORD"),
                    Setting.secret("token", "Token, where the server asks for one",
                            "env:NATS_TOKEN"),
                    Setting.text("subject", "Subject, with {variables} of the route's path and"
                            + " {session}, {route}, {key}; a value is always one word, its other"
                            + " signs are percent-encoded", "orders.{shop}"),
                    Setting.choice("mode", List.of("request", "publish", "jetstream"),
                            "When a message is done: a service answered, somebody was subscribed,"
                                    + " or a stream stored it"),
                    BrokerLinks.ACK,
                    BrokerLinks.EVENTS,
                    Setting.count("in-flight", 1_000, 1, 100_000,
                            "Messages of all clients that may wait for their answer"),
                    BrokerLinks.ANSWERS,
                    Setting.count("pending-messages", 100_000, 1, Integer.MAX_VALUE,
                            "Replies to all clients that may wait to be sorted; with more some are"
                                    + " lost, and every link ends"),
                    Setting.size("pending-bytes", 64 << 20, 1 << 10, 1L << 40,
                            "The same in bytes"),
                    Setting.duration("ping-interval", Duration.ofSeconds(20),
                            Duration.ofSeconds(1), Duration.ofMinutes(10),
                            "A connection on which two pings in a row stay unanswered is given"
                                    + " up"));
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new NatsConnector(settings, environment);
        }
    }
}
