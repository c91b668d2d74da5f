package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.Config;
import dev.weir.config.ConfigLoader;
import dev.weir.config.RouteConfig;
import dev.weir.ops.watch.Finding;
import dev.weir.ops.watch.Kind;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.session.FlightRecorder;
import dev.weir.session.Identity;
import dev.weir.session.Ids;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import dev.weir.session.Traces;
import dev.weir.session.Wire;
import dev.weir.watch.Diagnosis;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.SpanContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of which something stays, because what is under them never returns. */
class LeakFindingTest {

    /** A socket that blocks each write for ever, and never tells that it is gone. */
    private static final class HangingWire implements Wire {
        final CountDownLatch release = new CountDownLatch(1);

        @Override
        public boolean tryWrite(FrameBuffer run) {
            return false;
        }

        @Override
        public void write(FrameBuffer run, long nanos) {
            boolean released = false;
            while (!released) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    assertThat(e).isNotNull(); // deaf to it, as native code is
                }
            }
        }

        @Override
        public void ping(ByteBuffer payload) {}

        @Override
        public void pong(ByteBuffer payload) {}

        @Override
        public void close(Close close) {}

        @Override
        public void abort() {}
    }

    private final HangingWire wire = new HangingWire();
    private final Sessions sessions = new Sessions();
    private final BufferPool pool = new BufferPool(1 << 20);
    private final Ids ids = new Ids();
    private Config config;
    private RouteConfig route;
    private Reception reception;
    private Diagnosis diagnosis;

    @BeforeEach
    void start() throws Exception {
        config = new ConfigLoader().parse("test",
                "watch: { interval: 50ms, leak: 200ms, hold: 200ms, pinned: off }\n");
        route = config.routes().getFirst();
        reception = new Reception(config.routes(), Map.of(), sessions, ids);
        diagnosis = Diagnosis.start(
                config, sessions, pool, MeterProvider.noop().get("test"), InstantSource.system(),
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        wire.release.countDown();
        diagnosis.close();
    }

    private Session admit(Side side) throws Exception {
        Identity identity = new Identity(
                ids.next(), side, route, "k", Map.of("key", "k"), "",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), ids.nextTrace(),
                Map.of(), null, SpanContext.getInvalid(), Instant.EPOCH);
        Session session = new Session(identity, wire, new Session.Shared(
                config.heartbeat(), Duration.ofSeconds(10), Duration.ofSeconds(5), pool,
                new FlightRecorder.Memory(100, 1 << 20), InstantSource.system(), System::nanoTime,
                new Tallies(), Traces.off()));
        reception.admit(session);
        session.opened();
        return session;
    }

    private List<Finding> leaksOf(Session session) {
        return diagnosis.findings().open().stream()
                .filter(finding -> finding.kind() == Kind.SESSION_LEAK)
                .filter(finding -> session.identity().id().equals(finding.culprit().session()))
                .toList();
    }

    private Finding awaitLeakOf(Session session) {
        return await().until(() -> leaksOf(session), leaks -> !leaks.isEmpty()).getFirst();
    }

    @Test
    void aSocketThatNeverSaysThatItIsGoneIsALeak() throws Exception {
        Session worker = admit(Side.WORKER);
        worker.end(new End(Side.WORKER, CloseReason.OPERATOR));
        Finding leak = awaitLeakOf(worker);
        assertThat(leak.evidence())
                .containsEntry("remains", List.of("socket"))
                .containsEntry("reason", "operator");
        worker.gone();
        await().until(() -> leaksOf(worker).isEmpty());
    }

    @Test
    void aThreadThatStaysInAWriteIsALeakOfItsSessionAndShownWithItsStack() throws Exception {
        Session worker = admit(Side.WORKER);
        Session client = admit(Side.CLIENT);
        client.frame(Opcode.TEXT, true, ByteBuffer.wrap(new byte[] {'x'}), true);
        client.flush();
        await().until(() -> worker.activity().writer() != null);
        worker.gone();

        Finding leak = awaitLeakOf(worker);

        assertThat(leak.evidence().toString()).contains("pump thread");
        assertThat(leak.culprit().side()).isEqualTo("worker");
        assertThat(leak.culprit().thread()).startsWith("pump-to-worker-");
        assertThat(leak.culprit().stack()).anyMatch(frame -> frame.contains("HangingWire.write"));
        wire.release.countDown();
        client.gone();
        await().until(() -> leaksOf(worker).isEmpty() && sessions.graveyard().visit().isEmpty());
    }

    @Test
    void whatEndsInGoodOrderIsNoLeak() throws Exception {
        Session worker = admit(Side.WORKER);
        Session client = admit(Side.CLIENT);
        client.gone();
        worker.gone();
        await().until(() -> sessions.graveyard().visit().isEmpty());
        assertThat(diagnosis.findings().open()).isEmpty();
    }
}
