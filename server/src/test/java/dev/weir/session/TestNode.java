package dev.weir.session;

import dev.weir.config.HeartbeatConfig;
import dev.weir.config.RouteConfig;
import dev.weir.config.TraceConfig;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.queue.Opcode;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A node without sockets, whose time stands still until it is moved. */
final class TestNode {

    static final Duration OPEN_DEADLINE = Duration.ofSeconds(10);
    static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    final BufferPool pool = new BufferPool(8 << 20);
    final Sessions sessions = new Sessions();
    final Ids ids = new Ids();
    final RouteConfig route;
    final Reception reception;

    private final AtomicLong nanos = new AtomicLong(1_000_000_000);
    private final Session.Shared shared;

    TestNode(RouteConfig route) {
        this(route, TracerProvider.noop().get(""), TraceConfig.defaults());
    }

    TestNode(RouteConfig route, Tracer tracer, TraceConfig trace) {
        this.route = route;
        this.shared = new Session.Shared(
                HeartbeatConfig.defaults(), OPEN_DEADLINE, CLOSE_DEADLINE, pool,
                new FlightRecorder.Memory(100, 1 << 20), () -> Instant.EPOCH,
                nanos::get, new Tallies(), new Traces(
                        tracer, trace, () -> Instant.ofEpochSecond(1_000_000), nanos::get));
        this.reception = new Reception(List.of(route), Map.of(), sessions, ids);
    }

    /** A session and its socket. */
    record Peer(Session session, TestWire wire) {

        void says(String text) throws InterruptedException {
            part(Opcode.TEXT, true, text);
        }

        void part(int opcode, boolean fin, String text) throws InterruptedException {
            session.arrived();
            session.frame(
                    opcode, fin, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true);
            session.flush();
        }
    }

    Peer session(Side side) {
        TestWire wire = new TestWire();
        InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000);
        Identity identity = new Identity(
                ids.next(), side, route, "key", Map.of("key", "key"), "", remote,
                ids.nextTrace(), Map.of(), null, SpanContext.getInvalid(), Instant.EPOCH);
        return new Peer(new Session(identity, wire, shared), wire);
    }

    /** A session that its route has let in and whose socket is not open yet. */
    Peer admitted(Side side) throws RefusedException {
        Peer peer = session(side);
        reception.admit(peer.session);
        return peer;
    }

    /** A session that its route has let in. */
    Peer open(Side side) throws RefusedException {
        Peer peer = admitted(side);
        peer.session.opened();
        return peer;
    }

    int waitingClients() {
        return reception.waitingClients().getOrDefault("test", -1);
    }

    int waitingWorkers() {
        return reception.waitingWorkers().getOrDefault("test", -1);
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    long now() {
        return nanos.get();
    }
}
