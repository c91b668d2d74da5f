package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.HeartbeatConfig;
import dev.weir.config.RouteConfig;
import dev.weir.pair.Close;
import dev.weir.pair.Side;
import dev.weir.queue.BufferPool;
import dev.weir.queue.FrameBuffer;
import dev.weir.queue.Opcode;
import dev.weir.session.Identity;
import dev.weir.session.Ids;
import dev.weir.session.Reception;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import dev.weir.session.Wire;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetersTest {

    private static final long BUDGET = 1 << 20;

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();
    private final RouteConfig route = Config.defaults().routes().getFirst();
    private final Sessions sessions = new Sessions();
    private final BufferPool pool = new BufferPool(BUDGET);
    private final Ids ids = new Ids();
    private final Reception reception = new Reception(List.of(route), Map.of(), sessions, ids);
    private Meters meters;

    @BeforeEach
    void observe() {
        meters = new Meters(provider.get("test"), sessions, reception, pool);
    }

    @AfterEach
    void stop() {
        meters.close();
        provider.close();
    }

    @Test
    void aWaitingClientAndWhatItSaidAreCounted() throws Exception {
        Session client = admit(Side.CLIENT);
        client.opened();
        client.frame(Opcode.TEXT, true, ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));

        assertThat(points("weir.sessions")).containsExactly(Map.entry("waiting default client", 1L));
        assertThat(points("weir.waiting.clients")).containsExactly(Map.entry("default", 1L));
        assertThat(points("weir.waiting.workers")).containsExactly(Map.entry("default", 0L));
        assertThat(points("weir.messages.received")).containsExactly(Map.entry("default client", 1L));
        assertThat(points("weir.bytes.received")).containsExactly(Map.entry("default client", 5L));
        assertThat(points("weir.queue.memory.used").get("")).isPositive();
        assertThat(points("weir.queue.memory.limit")).containsExactly(Map.entry("", BUDGET));
        client.gone();
    }

    @Test
    void aSessionThatIsOverStaysInTheTotalsWithTheReasonOfItsEnd() throws Exception {
        Session worker = admit(Side.WORKER);
        worker.opened();
        worker.frame(Opcode.BINARY, true, ByteBuffer.wrap(new byte[7]));
        worker.closedByPeer(new Close(1000, "done"));
        worker.gone();

        assertThat(points("weir.sessions")).isEmpty();
        assertThat(points("weir.sessions.ended"))
                .containsExactly(Map.entry("closed default worker", 1L));
        assertThat(points("weir.bytes.received")).containsExactly(Map.entry("default worker", 7L));
        assertThat(points("weir.messages.undelivered"))
                .containsExactly(Map.entry("default worker", 1L));
        assertThat(points("weir.queue.memory.used")).containsExactly(Map.entry("", 0L));
    }

    @Test
    void nothingIsObservedAfterTheEnd() {
        meters.close();
        assertThat(reader.collectAllMetrics()).isEmpty();
    }

    private Session admit(Side side) throws Exception {
        Identity identity = new Identity(
                ids.next(), side, route, "k", Map.of("key", "k"), "", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                ids.nextTrace(), Map.of(), null, Instant.EPOCH);
        Session session = new Session(identity, new SilentWire(), new Session.Shared(
                new HeartbeatConfig(Duration.ofSeconds(25), Duration.ofSeconds(10)),
                Duration.ofSeconds(10), Duration.ofSeconds(5), pool, InstantSource.system(),
                System::nanoTime));
        reception.admit(session);
        return session;
    }

    /** {@return the values of an instrument by the values of its attributes, in order of key} */
    private Map<String, Long> points(String name) {
        Map<String, Long> points = new TreeMap<>();
        reader.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals(name))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .forEach(point -> points.put(attributesOf(point), point.getValue()));
        return points;
    }

    private static String attributesOf(LongPointData point) {
        Map<String, String> values = new TreeMap<>();
        point.getAttributes().forEach((AttributeKey<?> key, Object value) ->
                values.put(key.getKey(), String.valueOf(value)));
        return String.join(" ", values.values());
    }

    private static final class SilentWire implements Wire {
        @Override
        public void write(FrameBuffer run, long nanos) {}

        @Override
        public void ping(ByteBuffer payload) {}

        @Override
        public void pong(ByteBuffer payload) {}

        @Override
        public void close(Close close) {}

        @Override
        public void abort() {}
    }
}
