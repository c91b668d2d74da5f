package dev.weir.connectors;


import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A worker behind NATS that echoes what comes to the subject "echo". */
final class NatsWorker {

    /** Where replies to the client with session "session-7" go. */
    static final String INBOX = "weir.under-test.node-1.session-7";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

    private final Connection connection;

    private NatsWorker(Connection connection) {
        this.connection = connection;
    }

    static NatsWorker start(NatsServer server) throws Exception {
        NatsWorker worker = new NatsWorker(Nats.connect(Options.builder()
                .server("nats://127.0.0.1:" + server.port())
                .connectionTimeout(Duration.ofSeconds(10))
                .noReconnect().executor(EXECUTOR)
                .maxMessagesInOutgoingQueue(1_000_000).build()));
        worker.echo();
        return worker;
    }

    private void echo() throws Exception {
        Dispatcher dispatcher = connection.createDispatcher(message -> {
            Headers headers = new Headers();
            headers.put("Content-Type", message.getHeaders().getFirst("Content-Type"));
            connection.publish(NatsMessage.builder().subject(message.getReplyTo())
                    .headers(headers).data(message.getData()).build());
        });
        dispatcher.subscribe("echo", "workers"); // Two workers share it.
        flush();
    }

    /** {@return its connection, for whatever else a test wants of the server} */
    Connection connection() {
        return connection;
    }

    /** Returns when the server has all that was sent. */
    void flush() throws Exception {
        connection.flush(PATIENCE);
    }

    /** {@return settings of a connector that sends to this subject} */
    static Map<String, Object> to(NatsServer server, String subject) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("url", "nats://127.0.0.1:" + server.port());
        settings.put("subject", subject);
        return settings;
    }

    /** {@return settings of a connector that sends into the stream of this subject} */
    static Map<String, Object> toStream(NatsServer server, String subject) {
        Map<String, Object> settings = to(server, subject);
        settings.put("mode", "jetstream");
        settings.put("ack", "accepted");
        return settings;
    }

    Subscription subscribe(String subject) throws Exception {
        Subscription subscription = connection.subscribe(subject);
        flush();
        return subscription;
    }

    void stream(String name, String subject) throws Exception {
        connection.jetStreamManagement().addStream(StreamConfiguration.builder()
                .name(name).subjects(subject).storageType(StorageType.File).build());
    }

    /** {@return the ids of all messages in a stream} */
    Set<String> messageIdsOf(String subject) throws Exception {
        Set<String> ids = new HashSet<>();
        JetStreamSubscription all = connection.jetStream().subscribe(
                subject, PullSubscribeOptions.builder().durable("reader").build());
        while (true) {
            List<io.nats.client.Message> batch = all.fetch(500, Duration.ofSeconds(1));
            if (batch.isEmpty()) {
                return ids;
            }
            for (io.nats.client.Message message : batch) {
                ids.add(header(message, "ce-id"));
                message.ack();
            }
        }
    }

    static String header(io.nats.client.Message message, String name) {
        return String.valueOf(message.getHeaders().getFirst(name));
    }

    void close() throws InterruptedException {
        connection.close();
    }
}
