package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.ByteSize;
import dev.weir.config.MessageConfig;
import dev.weir.config.QueueConfig;
import dev.weir.config.RouteConfig;
import dev.weir.config.WhenFull;
import dev.weir.pair.Close;
import dev.weir.pair.CloseReason;
import dev.weir.pair.End;
import dev.weir.pair.Pair;
import dev.weir.pair.Side;
import dev.weir.pair.TestRoute;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.session.TestNode.Peer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {

    private static final RouteConfig ROUTE = new TestRoute()
            .queue(new QueueConfig(3, new ByteSize(500), WhenFull.BLOCK, Duration.ZERO))
            .message(new MessageConfig(new ByteSize(400), new ByteSize(100), 2))
            .waitingRoom(10, 10, Duration.ofMinutes(5))
            .idle(Duration.ofMinutes(3))
            .build();

    private final TestNode node = new TestNode(ROUTE);

    @ParameterizedTest
    @EnumSource(Side.class)
    void whateverHappensASessionEndsOnceAndNothingIsLeftOfIt(Side side) throws Exception {
        for (long seed = 0; seed < 400; seed++) {
            new Life(new Random(seed), node.session(side), side + ", seed " + seed).live();
            assertThat(node.pool.used()).as("%s, seed %d", side, seed).isZero();
        }
    }

    /** A random life, and what follows from what has happened in it. */
    private final class Life {
        private final Random random;
        private final String name;
        private final Peer peer;
        private final Session session;
        private final Peer partner;
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger burials = new AtomicInteger();

        private boolean open;
        private boolean gone;
        private boolean midMessage;
        private @Nullable Pair pair;
        private @Nullable End first;
        private long firstAt;

        Life(Random random, Peer peer, String name) {
            this.random = random;
            this.name = name;
            this.peer = peer;
            this.session = peer.session();
            this.partner = node.session(session.side().other());
            session.onEnd(ends::incrementAndGet);
            session.onGone(burials::incrementAndGet);
        }

        void live() throws InterruptedException {
            for (int step = 0; step < 60; step++) {
                step();
                if (first == null) {
                    first = session.end();
                    firstAt = node.now();
                }
                assertThat(session.end()).as(name).isSameAs(first);
                assertThat(session.phase()).as(name).isEqualTo(expected());
                assertThat(ends.get()).as(name).isEqualTo(first == null ? 0 : 1);
            }
            part();
            session.gone();
            session.release(); // as its conversation does
            partner.session().gone();
            partner.session().release();
            assertThat(session.phase()).as(name).isEqualTo(Phase.ENDED);
            assertThat(ends).as(name).hasValue(1);
            assertThat(burials).as(name).hasValue(1);
            assertThat(peer.wire().closes()).as(name).hasSizeLessThanOrEqualTo(1)
                    .allMatch(Close::mayBeSent);
            assertThat(session.outbox().depth().messages()).as(name).isZero();
        }

        private Phase expected() {
            if (gone) {
                return Phase.ENDED;
            } else if (first != null) {
                return Phase.CLOSING;
            } else if (pair != null) {
                return Phase.PAIRED;
            }
            return open ? Phase.WAITING : Phase.OPENING;
        }

        private void step() throws InterruptedException {
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> open();
                case 3 -> {
                    session.gone();
                    gone = true;
                }
                case 4 -> session.closedByPeer(new Close(1000 + random.nextInt(16), "bye"));
                case 5 -> session.end(new End(session.side(), anyReason()));
                case 6 -> session.drain();
                case 7, 8, 9 -> join();
                case 10, 11 -> part();
                case 12, 13, 14, 15 -> {
                    node.pass(Duration.ofSeconds(random.nextInt(20)));
                    session.beat(node.now(), random.nextInt(4) == 0);
                    // A socket that never tells that it is gone is forgotten.
                    Duration forget = TestNode.CLOSE_DEADLINE.multipliedBy(2);
                    gone |= first != null && node.now() - firstAt > forget.toNanos();
                }
                case 16, 17 -> session.pong(last(peer.wire().pings()));
                case 18 -> session.ping(ByteBuffer.allocate(5), true);
                default -> frame();
            }
        }

        private CloseReason anyReason() {
            CloseReason[] all = CloseReason.values();
            return all[random.nextInt(all.length)];
        }

        private void open() {
            if (!open && !gone) {
                session.opened();
                open = true;
            }
        }

        private void frame() throws InterruptedException {
            int opcode = midMessage ? Opcode.CONTINUATION : 1 + random.nextInt(2);
            boolean fin = random.nextBoolean();
            midMessage = !fin;
            byte[] payload = new byte[random.nextInt(10) == 0 ? 450 : random.nextInt(60)];
            session.arrived();
            session.frame(opcode, fin, ByteBuffer.wrap(payload), true);
            session.flush();
        }

        private void join() {
            if (pair == null) {
                boolean client = session.side() == Side.CLIENT;
                Session other = partner.session();
                pair = new Pair(
                        "pair", client ? session : other, client ? other : session, Duration.ZERO);
                session.join(pair);
            }
        }

        private void part() {
            if (pair != null) {
                session.part();
                pair = null;
            }
        }

        private ByteBuffer last(List<ByteBuffer> pings) {
            return pings.isEmpty() ? ByteBuffer.allocate(8) : pings.getLast();
        }
    }

    @Test
    void ofManyEndsAtOnceOneWins() throws Exception {
        for (int round = 0; round < 200; round++) {
            Peer peer = node.session(Side.WORKER);
            AtomicInteger burials = new AtomicInteger();
            peer.session().onGone(burials::incrementAndGet);
            peer.session().opened();
            CyclicBarrier start = new CyclicBarrier(4);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = List.of(
                        threads.submit(() -> at(start, peer.session()::gone)),
                        threads.submit(() -> at(start, () ->
                                peer.session().closedByPeer(new Close(1000, "")))),
                        threads.submit(() -> at(start, peer.session()::drain)),
                        threads.submit(() -> at(start, () -> peer.says("x"))));
                for (Future<?> one : all) {
                    one.get();
                }
            }
            assertThat(burials).hasValue(1);
            assertThat(peer.session().end()).isNotNull();
            assertThat(peer.wire().closes()).hasSizeLessThanOrEqualTo(1);
            assertThat(peer.session().phase()).isEqualTo(Phase.ENDED);
            peer.session().release(); // as the waiting room does
            assertThat(node.pool.used()).as("round %d", round).isZero();
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static @Nullable Void at(CyclicBarrier start, Step step) throws Exception {
        start.await();
        step.run();
        return null;
    }

    @Test
    void aPeerThatIsHalfOpenIsFoundWithinPingAndPongTime() {
        Peer peer = node.session(Side.CLIENT);
        peer.session().opened();
        node.pass(Duration.ofSeconds(1));
        peer.session().beat(node.now(), false);
        node.pass(Duration.ofSeconds(1));
        peer.session().pong(peer.wire().pings().getLast());
        assertThat(peer.session().rtt()).isEqualTo(Duration.ofSeconds(1));
        int seconds = 0;
        while (peer.session().end() == null) {
            node.pass(Duration.ofSeconds(1));
            seconds++;
            peer.session().beat(node.now(), false);
        }
        assertThat(seconds).isBetween(35, 37);
        assertThat(reasonOf(peer)).isEqualTo(CloseReason.NO_PONG);
        assertThat(peer.wire().aborts()).as("nobody would read a close frame").isEqualTo(1);
        assertThat(peer.wire().closes()).isEmpty();
    }

    @Test
    void aSocketThatNeverOpensIsGivenUp() {
        Peer peer = node.session(Side.CLIENT);
        node.pass(TestNode.OPEN_DEADLINE.plusSeconds(1));
        peer.session().beat(node.now(), false);
        assertThat(reasonOf(peer)).isEqualTo(CloseReason.NOT_OPENED);
    }

    @Test
    void aPeerThatDoesNotAnswerOurCloseFrameIsDroppedAndAtLastForgotten() {
        Peer peer = node.session(Side.WORKER);
        peer.session().opened();
        peer.session().end(new End(Side.WORKER, CloseReason.OPERATOR));
        peer.session().beat(node.now(), false);
        assertThat(peer.wire().aborts()).isZero();
        node.pass(TestNode.CLOSE_DEADLINE.plusSeconds(1));
        peer.session().beat(node.now(), false);
        assertThat(peer.wire().aborts()).isEqualTo(1);
        assertThat(peer.session().phase()).isEqualTo(Phase.CLOSING);
        node.pass(TestNode.CLOSE_DEADLINE);
        peer.session().beat(node.now(), false);
        assertThat(peer.session().phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void anIdleSessionEndsAlthoughItAnswersPings() {
        Peer peer = node.session(Side.CLIENT);
        peer.session().opened();
        while (peer.session().end() == null) {
            node.pass(Duration.ofSeconds(1));
            peer.session().beat(node.now(), false);
            peer.session().pong(ByteBuffer.allocate(0));
        }
        assertThat(reasonOf(peer)).isEqualTo(CloseReason.IDLE);
        assertThat(peer.wire().pings()).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aWriteThatTakesTooLongEndsTheSlowSideAsSuch(Side side) throws Exception {
        Peer slow = node.session(side);
        slow.wire().failWith(new SocketTimeoutException());
        writeTo(slow);
        assertThat(reasonOf(slow)).isEqualTo(CloseReason.SLOW_CONSUMER);
        Peer gone = node.session(side);
        gone.wire().failWith(new IOException());
        writeTo(gone);
        assertThat(reasonOf(gone)).isEqualTo(CloseReason.LOST);
    }

    private void writeTo(Peer receiver) throws Exception {
        Peer sender = node.session(receiver.session().side().other());
        sender.session().outbox().attach(() -> {});
        sender.says("x");
        FrameBuffer run = Objects.requireNonNull(sender.session().outbox().take());
        try {
            receiver.session().write(run);
            throw new AssertionError("it was written");
        } catch (IOException expected) {
            sender.session().outbox().release(run);
        }
    }

    private static CloseReason reasonOf(Peer peer) {
        return Objects.requireNonNull(peer.session().end()).reason();
    }
}
