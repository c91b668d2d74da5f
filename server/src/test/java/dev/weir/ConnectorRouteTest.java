package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.ScriptedConnector.Script;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Clients whose worker is an external service, played by the test. */
class ConnectorRouteTest {

    private static final long PATIENCE_SECONDS = RawPeer.PATIENCE.toSeconds();

    @RegisterExtension
    private final RunningRelay relay = new RunningRelay();

    private final String name = UUID.randomUUID().toString();
    private final Script service = Script.of(name);

    /** A route {@code /client/{key}} to the scripted service, without retries. */
    private void route(String... settings) {
        guardedRoute("", settings);
    }

    private void guardedRoute(String guard, String... settings) {
        relay.node(
                "connectors:",
                "  - { name: spare, type: scripted, script: " + name + "-spare }",
                "  - { name: main, type: scripted, script: " + name
                        + ", retry: { attempts: 1 }" + guard + " }");
        relay.serviceRoute("served", "/client/{key}", "main", settings);
    }

    private Script spare() {
        return Script.of(name + "-spare");
    }

    private static LinkException failure(Kind kind) {
        return new LinkException(kind, "the service says so");
    }

    private void breaker(String force) throws Exception {
        HttpAnswer answer = relay.admin("POST", "/connectors/main/breaker?force=" + force);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("state").asString())
                .isEqualTo(force.equals("open") ? "forced-open" : "closed");
    }

    @Test
    void whatAClientSaysIsAnsweredByTheService() throws Exception {
        route();
        RawPeer client = relay.client("a");
        assertThat(client.text("hello").text()).isEqualTo("hello");
        assertThat(client.text("").text()).isEmpty();
        assertThat(client.binary(new byte[] {1, -1}).binary()).containsExactly(1, -1);
        String large = "0123456789".repeat(30_000);
        assertThat(client.text(large).text()).isEqualTo(large);
        client.part(false, Frame.TEXT, "half ").part(true, Frame.CONTINUATION, "and half");
        assertThat(client.text()).isEqualTo("half and half");
    }

    @Test
    void theServiceLearnsWhoTheClientIs() throws Exception {
        route("forward-headers: [Cookie]");
        RawPeer client = relay.dial("/client/r2").header("Cookie: a=1").header("X-Other: 2").open();
        client.text("hello").text();
        assertThat(service.link().caller.session()).isEqualTo(client.id());
        assertThat(service.link().caller.key()).isEqualTo("r2");
        assertThat(service.link().caller.variables()).containsEntry("key", "r2");
        assertThat(service.link().caller.headers()).containsOnlyKeys("cookie");
        assertThat(service.link().caller.address()).startsWith("127.0.0.1:");
    }

    @Test
    void messagesKeepTheirOrder() throws Exception {
        route();
        RawPeer client = relay.client("a");
        List<String> numbers = IntStream.range(0, 500).mapToObj(String::valueOf).toList();
        client.sending(() -> numbers.forEach(client::text));
        for (String number : numbers) {
            assertThat(client.text()).isEqualTo(number);
        }
        assertThat(service.got).isEqualTo(numbers);
    }

    @Test
    void withConcurrencySeveralMessagesOfAClientAreOnTheirWay() throws Exception {
        CyclicBarrier four = new CyclicBarrier(4);
        service.behaviour = (link, message) -> {
            try {
                four.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw failure(Kind.FAILED);
            }
            link.says(message);
        };
        guardedRoute(", concurrency: 4");
        RawPeer client = relay.client("a");
        IntStream.range(0, 8).forEach(i -> client.text("m" + i));
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(client.text());
        }
        assertThat(answers).containsExactlyInAnyOrder(
                "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7");
    }

    @Test
    void theServiceMaySpeakFirst() throws Exception {
        route();
        RawPeer client = relay.client("a");
        soon().until(() -> !service.links.isEmpty());
        service.link().says(Message.text("welcome"));
        assertThat(client.text()).isEqualTo("welcome");
    }

    @Test
    void theGoodbyeOfTheServiceIsPassedOnAfterItsLastWords() throws Exception {
        route();
        RawPeer client = relay.client("a");
        soon().until(() -> !service.links.isEmpty());
        service.link().says(Message.text("last"));
        service.link().says(new Goodbye(4001, "that was all"));
        assertThat(client.text()).isEqualTo("last");
        assertThat(client.end()).isEqualTo("4001 that was all");
    }

    @Test
    void aServiceThatSaysGoodbyeForGoodEndsAlsoAClientThatMayStay() throws Exception {
        route("on-worker-lost: wait");
        RawPeer client = relay.client("a");
        soon().until(() -> !service.links.isEmpty());
        service.link().says(new Goodbye(1012, "back soon"));
        soon().until(() -> service.links.size() == 2);
        assertThat(client.text("still here").text()).isEqualTo("still here");
        service.link().says(new Goodbye(4001, "that was all"));
        assertThat(client.end()).isEqualTo("4001 that was all");
    }

    @Test
    void theCloseOfTheClientReachesTheServiceAfterItsLastWords() throws Exception {
        route();
        RawPeer client = relay.client("a");
        client.text("last").close(4002, "enough");
        soon().until(() -> !service.links.isEmpty() && service.link().goodbye != null);
        assertThat(service.link().goodbye).isEqualTo(new Goodbye(4002, "enough"));
        assertThat(service.got).containsExactly("last");
    }

    @Test
    void aFailedMessageEndsItsClientWith1014() throws Exception {
        service.behaviour = (link, message) -> {
            throw failure(Kind.FAILED);
        };
        route();
        RawPeer client = relay.client("a");
        client.text("hello");
        assertThat(client.end()).isEqualTo("1014 the service failed");
        assertThat(relay.endOf(client)).isEqualTo("service-failed");
        assertThat(relay.undeliveredOf(client)).isEqualTo(1);
    }

    @Test
    void aRefusedMessageSaysSo() throws Exception {
        service.behaviour = (link, message) -> {
            throw failure(Kind.REJECTED);
        };
        route();
        RawPeer client = relay.client("a");
        client.text("hello");
        assertThat(client.end()).isEqualTo("1014 the service refused it");
    }

    @Test
    void aClientThatMayStayOutlivesAFailedMessage() throws Exception {
        service.behaviour = (link, message) -> {
            if (message.asText().equals("bad")) {
                throw failure(Kind.FAILED);
            }
            link.says(message);
        };
        route("on-worker-lost: wait");
        RawPeer client = relay.client("a");
        client.text("one").text("bad").text("two");
        assertThat(client.text()).isEqualTo("one");
        assertThat(client.text()).isEqualTo("two");
        assertThat(relay.shown(client).path("undelivered").asInt()).isEqualTo(1);
    }

    @Test
    void whatTheServiceDidNotTakeGoesToTheDeadLetters() throws Exception {
        service.behaviour = (link, message) -> {
            throw failure(Kind.REJECTED);
        };
        route("dead-letter: spare");
        RawPeer client = relay.client("a");
        client.text("one").text("two").roundTrip();
        soon().untilAsserted(() -> assertThat(spare().got).containsExactly("one", "two"));
        assertThat(relay.shown(client).path("undelivered").asInt()).isZero();
    }

    @Test
    void whileTheBreakerIsOpenClientsAreClosedWith1014() throws Exception {
        route();
        RawPeer before = relay.client("before");
        before.text("hello").text();
        breaker("open");
        assertThat(relay.client("new").end())
                .isEqualTo("1014 the service is failing and not asked for now");
        before.text("again");
        assertThat(before.end()).isEqualTo("1014 the service is failing and not asked for now");
        assertThat(service.got).containsExactly("hello");
    }

    @Test
    void clientsMayWaitUntilTheBreakerClosesAndLoseNothing() throws Exception {
        route("when-open: wait");
        RawPeer before = relay.client("before");
        before.text("hello").text();
        breaker("open");
        RawPeer late = relay.client("late");
        late.text("one").text("two").roundTrip();
        before.text("again").roundTrip();
        soon().untilAsserted(() -> assertThat(
                relay.admin("/connectors/main").json().path("waiting").asInt()).isEqualTo(2));
        breaker("auto");
        assertThat(late.text()).isEqualTo("one");
        assertThat(late.text()).isEqualTo("two");
        assertThat(before.text()).isEqualTo("again");
    }

    @Test
    void whoLeavesWhileItWaitsForTheBreakerWaitsNoLonger() throws Exception {
        route("when-open: wait");
        relay.relay();
        breaker("open");
        RawPeer client = relay.client("a");
        soon().untilAsserted(() -> assertThat(
                relay.admin("/connectors/main").json().path("waiting").asInt()).isEqualTo(1));
        client.reset();
        soon().untilAsserted(() -> assertThat(
                relay.admin("/connectors/main").json().path("waiting").asInt()).isZero());
    }

    @Test
    void whoWaitsTooLongIsToldToComeBack() throws Exception {
        route("when-open: wait", "wait: 300ms");
        relay.relay();
        breaker("open");
        assertThat(relay.client("a").end()).isEqualTo("1013 no partner came in time");
    }

    @Test
    void theFallbackServesWhileTheBreakerIsOpen() throws Exception {
        route("when-open: fallback", "fallback: spare");
        RawPeer client = relay.client("a");
        client.text("one").text();
        breaker("open");
        assertThat(client.text("two").text()).isEqualTo("two");
        assertThat(relay.client("b").text("three").text()).isEqualTo("three");
        breaker("auto");
        assertThat(client.text("four").text()).isEqualTo("four");
        assertThat(service.got).containsExactly("one", "four");
        assertThat(spare().got).containsExactly("two", "three");
    }

    @Test
    void aLostLinkEndsItsClient() throws Exception {
        route();
        RawPeer client = relay.client("a");
        soon().until(() -> !service.links.isEmpty());
        service.link().breaks();
        assertThat(client.end()).isEqualTo("1014 the service failed");
    }

    @Test
    void aClientThatMayStayGetsANewLink() throws Exception {
        route("on-worker-lost: wait");
        RawPeer client = relay.client("a");
        client.text("one").text();
        AtomicInteger attempts = new AtomicInteger();
        AtomicBoolean down = new AtomicBoolean(true);
        service.opening = caller -> {
            attempts.incrementAndGet();
            if (down.get()) {
                throw failure(Kind.UNREACHABLE);
            }
        };
        service.link().breaks();
        soon().until(() -> attempts.get() >= 2);
        client.text("two").roundTrip();
        down.set(false);
        assertThat(client.text()).isEqualTo("two");
        assertThat(service.links).hasSize(2);
    }

    @Test
    void whatWasNotTriedBeforeALinkBrokeGoesToTheNextInOrder() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        AtomicBoolean broken = new AtomicBoolean();
        service.behaviour = (link, message) -> {
            queued.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message.asText().equals("3") && broken.compareAndSet(false, true)) {
                link.breaks();
                throw failure(Kind.UNREACHABLE);
            }
            link.says(message);
        };
        route("on-worker-lost: wait");
        RawPeer client = relay.client("a");
        List<String> numbers = IntStream.range(0, 20).mapToObj(String::valueOf).toList();
        numbers.forEach(client::text);
        client.roundTrip();
        queued.countDown();
        soon().untilAsserted(() -> assertThat(service.got).isEqualTo(numbers));
    }

    @Test
    void aServiceThatIsDownAtFirstIsWaitedForByAClientThatMay() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        service.opening = caller -> {
            if (down.get()) {
                throw failure(Kind.UNREACHABLE);
            }
        };
        route("on-worker-lost: wait");
        RawPeer client = relay.client("a");
        client.text("early").roundTrip();
        down.set(false);
        assertThat(client.text()).isEqualTo("early");
    }

    @Test
    void aClientThatLeavesWhileItsLinkOpensLeavesNothingBehind() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        service.opening = caller -> {
            opening.countDown();
            try {
                new CountDownLatch(1).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        route();
        RawPeer client = relay.client("a");
        assertThat(opening.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        client.close(1000, "");
        assertThat(interrupted.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        service.opening = caller -> {};
        assertThat(relay.client("a").text("next").text()).isEqualTo("next");
    }

    @Test
    void aClientThatDoesNotReadIsClosedAndTheServiceServesTheOthers() throws Exception {
        route("queue: { bytes: 128KiB, stall: 500ms }", "write-deadline: 1s");
        RawPeer slow = relay.dial("/client/slow").stalled().open();
        soon().until(() -> !service.links.isEmpty());
        Message flood = Message.binary(new byte[60_000]);
        IntStream.range(0, 500).forEach(i -> service.links.getFirst().says(flood));
        assertThat(relay.client("quick").text("hello").text()).isEqualTo("hello");
        assertThat(relay.endOf(slow)).isIn("stalled", "slow-consumer");
        soon().until(() -> service.links.getFirst().goodbye != null);
    }

    @Test
    void whatTheServiceMustNotSendEndsItsLinkOnly() throws Exception {
        route();
        RawPeer client = relay.client("a");
        soon().until(() -> !service.links.isEmpty());
        service.link().says(Message.text(new byte[] {(byte) 0xff}));
        assertThat(client.end()).isEqualTo("1014 the worker failed");
    }

    @Test
    void aKeyStillHasOneClientAtATime() throws Exception {
        route();
        relay.client("a");
        assertThat(relay.dial("/client/a").answer().status()).isEqualTo(409);
    }

    @Test
    void aDrainLetsTheServiceHaveWhatWasSent() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        service.behaviour = (link, message) -> {
            draining.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            link.says(message);
        };
        relay.node("drain: { deadline: off, jitter: off }");
        route();
        RawPeer client = relay.client("a");
        client.text("one").text("two").roundTrip();
        Thread drain = Thread.ofVirtual().start(() -> {
            try {
                relay.relay().drain();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        soon().until(() -> relay.relay().draining());
        draining.countDown();
        soon().untilAsserted(() -> assertThat(service.got).containsExactly("one", "two"));
        assertThat(client.endAfter(frame -> {})).startsWith("1012");
        drain.join();
    }

    @Test
    void theAdminPortTellsHowEachServiceIsDoing() throws Exception {
        service.behaviour = (link, message) -> {
            throw failure(Kind.FAILED);
        };
        route();
        relay.client("a").text("hello").end();
        JsonNode shown = relay.admin("/connectors").json().path(1);
        assertThat(shown.path("name").asString()).isEqualTo("main");
        assertThat(shown.path("state").asString()).isEqualTo("closed");
        assertThat(shown.path("failed").asInt()).isEqualTo(1);
        assertThat(shown.at("/lastError/text").asString()).contains("the service says so");
        assertThat(relay.admin("/connectors/none").status()).isEqualTo(404);
        assertThat(relay.admin("POST", "/connectors/main/breaker?force=half").status())
                .isEqualTo(400);
    }

    @Test
    void readinessTellsOfAServiceThatIsDownAndWaitsForARequiredOne() throws Exception {
        service.opening = caller -> {
            throw failure(Kind.UNREACHABLE);
        };
        guardedRoute(", required: on");
        soon().untilAsserted(() -> {
            HttpAnswer answer = relay.admin("/readyz");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("connector main", "not reachable");
        });
        service.opening = caller -> {};
        soon().until(() -> relay.admin("/readyz").status() == 200);
    }
}
