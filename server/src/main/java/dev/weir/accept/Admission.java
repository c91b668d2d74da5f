package dev.weir.accept;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.config.LimitsConfig;
import dev.weir.session.Refusal;
import dev.weir.session.RefusedException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** How many handshakes and connections the node takes on, in all and per address. Thread-safe. */
final class Admission {

    /** Addresses whose handshake rate is remembered; the least recent is forgotten beyond. */
    private static final int ADDRESSES_MAX = 100_000;

    private final TimeMeter clock;
    private volatile LimitsConfig limits;
    private volatile Bucket handshakes;
    private final Cache<String, Bucket> handshakesOf;
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> connectionsOf = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Admission(LimitsConfig limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.clock = new NanoMeter(nanoClock);
        this.handshakes = bucket(limits.handshakesPerSecond());
        this.handshakesOf = Caffeine.newBuilder()
                .maximumSize(ADDRESSES_MAX)
                .expireAfterAccess(Duration.ofSeconds(10))
                .executor(Runnable::run)
                .ticker(nanoClock::getAsLong)
                .build();
    }

    private Bucket bucket(int perSecond) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perSecond)
                        .refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(clock)
                .build();
    }

    /** Changes the limits for those who come from now on. */
    void limit(LimitsConfig changed) {
        LimitsConfig before = limits;
        limits = changed;
        if (changed.handshakesPerSecond() != before.handshakesPerSecond()) {
            handshakes = bucket(changed.handshakesPerSecond());
        }
        if (changed.handshakesPerSecondPerAddress() != before.handshakesPerSecondPerAddress()) {
            handshakesOf.invalidateAll();
        }
    }

    /** Refuses everything from now on: the node drains. */
    void close() {
        closed = true;
    }

    /** {@return whether it refuses everything} */
    boolean closed() {
        return closed;
    }

    /** Counts a handshake, before anything else is done for it. */
    void handshake(String address) throws RefusedException {
        if (closed) {
            throw new RefusedException(Refusal.DRAINING);
        }
        if (!handshakes.tryConsume(1) || !addressMay(address)) {
            throw new RefusedException(Refusal.TOO_MANY_HANDSHAKES);
        }
    }

    private boolean addressMay(String address) {
        int perSecond = limits.handshakesPerSecondPerAddress();
        if (perSecond >= limits.handshakesPerSecond()) {
            return true; // the limit of the node is reached first
        }
        return handshakesOf.get(address, a -> bucket(perSecond)).tryConsume(1);
    }

    /** Takes a connection in; each needs one {@link #leave}. */
    void enter(String address) throws RefusedException {
        if (connections.incrementAndGet() > limits.connections()) {
            connections.decrementAndGet();
            throw new RefusedException(Refusal.TOO_MANY_CONNECTIONS);
        }
        int ofAddress = connectionsOf.merge(address, 1, Integer::sum);
        if (ofAddress > limits.connectionsPerAddress()) {
            leave(address);
            throw new RefusedException(Refusal.TOO_MANY_FROM_ADDRESS);
        }
    }

    /** Lets a connection go. */
    void leave(String address) {
        connections.decrementAndGet();
        connectionsOf.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
    }

    private record NanoMeter(LongSupplier nanoClock) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanoClock.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
