package dev.weir.connectors.guard;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Connector;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.Message;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Does in each call what the test says. */
final class ScriptedConnector implements Connector {

    /** What a call does. */
    interface Step {
        void run() throws LinkException, InterruptedException;
    }

    volatile Step onOpen = () -> {};
    volatile Step onSend = () -> {};
    volatile Step onReceive = () -> {};
    volatile Step onCheck = () -> {};
    volatile boolean opensAtService = true;
    volatile boolean viaBroker;
    final List<Caller> callers = new CopyOnWriteArrayList<>();
    final List<Message> sent = new CopyOnWriteArrayList<>();
    final AtomicInteger checks = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        callers.add(caller);
        onOpen.run();
        return new Link() {
            @Override
            public void send(Message message) throws LinkException, InterruptedException {
                sent.add(message);
                onSend.run();
            }

            @Override
            public Incoming receive() throws LinkException, InterruptedException {
                onReceive.run();
                return Goodbye.NORMAL;
            }

            @Override
            public void close(Goodbye how) {}
        };
    }

    @Override
    public void check() throws LinkException, InterruptedException {
        checks.incrementAndGet();
        onCheck.run();
    }

    @Override
    public boolean opensAtService() {
        return opensAtService;
    }

    @Override
    public boolean viaBroker() {
        return viaBroker;
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }

    /** {@return a client of such a service} */
    static Caller caller() {
        return new Caller("session-1", "orders", "key", Map.of(), "127.0.0.1:5000", List.of(),
                Map.of(), null, Instant.EPOCH);
    }

    /** {@return something that it says} */
    static Message message() {
        return Message.outgoing("id-1", true, "hi".getBytes(StandardCharsets.UTF_8),
                Instant.EPOCH, null);
    }
}
