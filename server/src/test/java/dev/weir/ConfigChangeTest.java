package dev.weir;

import static dev.weir.RunningRelay.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.ScriptedConnector.Script;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigLoader;
import dev.weir.connectors.Message;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** What a changed config does to a relay that runs, and does not do to its sessions. */
class ConfigChangeTest {

    private static final String NODE = "listen: { host: 127.0.0.1, port: 0 }\nadmin: { port: 0 }\n";

    @RegisterExtension
    final RunningRelay weir = new RunningRelay();

    private void change(String yaml) throws ConfigException {
        weir.relay().change(new ConfigLoader().parse("changed.yaml", NODE + yaml));
    }

    private static String route(String name, String clients, String workers, String... more) {
        return "  - {name: " + name + ", clients: \"" + clients + "\", workers: \"" + workers + "\""
                + (more.length == 0 ? "" : ", " + String.join(", ", more)) + "}\n";
    }

    private static String usual(String... more) {
        return "routes:\n" + route("default", "/client/{key}", "/worker/{key}", more);
    }

    private int status(String path) throws Exception {
        return weir.dial(path).answer().status();
    }

    @Test
    void aRouteThatIsAddedTakesClientsAtOnceAndLivePairsGoOn() throws Exception {
        weir.node("log: { level: info } # aRouteThatIsAdded");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        assertThat(status("/new/client/b")).isEqualTo(404);
        change(usual() + route("new", "/new/client/{key}", "/new/worker/{key}"));
        RawPeer newClient = weir.open("/new/client/b");
        RawPeer newWorker = weir.open("/new/worker/b");
        newClient.text("new");
        assertThat(newWorker.text()).isEqualTo("new");
        client.text("old");
        assertThat(worker.text()).isEqualTo("old");
    }

    @Test
    void aRouteThatIsRemovedTakesNobodyAndEndsWithItsSessions() throws Exception {
        weir.node("log: { level: info } # aRouteThatIsRemoved");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        RawPeer free = weir.worker("free");
        client.text("before");
        assertThat(worker.text()).isEqualTo("before");
        change("routes:\n" + route("other", "/other/{key}", "/ow/{key}"));
        assertThat(status("/client/b")).isEqualTo(404);
        assertThat(free.end()).isEqualTo("1013 no partner came in time");
        client.text("after");
        assertThat(worker.text()).isEqualTo("after");
        JsonNode routes = weir.admin("/routes").json().path("routes");
        assertThat(routes).hasSize(2);
        assertThat(routes.get(0).path("name").asString()).isEqualTo("other");
        assertThat(routes.get(1).path("active").asBoolean()).isFalse();
        client.close(1000, "");
        worker.end();
        soon().until(() -> weir.admin("/routes").json().path("routes").size() == 1);
    }

    @Test
    void aRouteThatComesBackStillKnowsWhoHoldsAKey() throws Exception {
        weir.node("log: { level: info } # aRouteThatComesBack");
        RawPeer client = weir.client("a");
        RawPeer worker = weir.worker("a");
        client.text("1");
        assertThat(worker.text()).isEqualTo("1");
        change("routes:\n" + route("other", "/other/{key}", "/ow/{key}"));
        change(usual());
        assertThat(status("/client/a")).isEqualTo(409);
        client.close(1000, "");
        worker.end();
        soon().until(() -> weir.admin("/sessions").json().path("total").asInt() == 0);
        weir.client("a").text("2");
        assertThat(weir.worker("a").text()).isEqualTo("2");
    }

    @Test
    void changedPoliciesAreForThoseWhoComeLater() throws Exception {
        weir.node("log: { level: info } # changedPolicies");
        RawPeer waiting = weir.client("a");
        change(usual("wait: off", "queue: {messages: 3}"));
        assertThat(status("/client/b")).isEqualTo(504);
        RawPeer worker = weir.worker("a");
        waiting.text("1").text("2").text("3").text("4");
        for (String text : new String[] {"1", "2", "3", "4"}) {
            assertThat(worker.text()).isEqualTo(text);
        }
    }

    @Test
    void changedLimitsCountFromTheNextHandshakeOn() throws Exception {
        weir.node("log: { level: info } # changedLimits");
        weir.client("a");
        weir.client("b");
        change("limits: { connections: 2 }\n" + usual());
        assertThat(status("/client/c")).isEqualTo(503);
        assertThat(weir.admin("/sessions").json().path("total").asInt()).isEqualTo(2);
        change("limits: { connections: 3, queued-bytes: 8MiB }\n" + usual());
        weir.client("c");
        soon().until(() -> weir.admin("/overview").json().path("queues").path("memoryLimit")
                .asLong() == 8 << 20);
    }

    @Test
    void whatCannotChangeIsNamedAndTheRestIsInForce() throws Exception {
        weir.node("log: { level: info } # whatCannotChange");
        weir.client("a");
        weir.relay().change(new ConfigLoader().parse("changed.yaml", """
                listen: { host: 127.0.0.1, port: 9, close-deadline: 1s }
                admin: { port: 0 }
                drain: { deadline: 7s }
                heartbeat: { ping: 99s }
                """));
        JsonNode config = weir.admin("/config").json();
        assertThat(config.path("needsRestart").toString()).isEqualTo(
                "[\"heartbeat.ping\",\"listen.close-deadline\",\"listen.port\"]");
        JsonNode settings = config.path("settings");
        assertThat(settings.path("listen").path("port").asInt()).isZero();
        assertThat(settings.path("drain").path("deadline").asString()).isEqualTo("7s");
    }

    private static String connector(String name, String script, String... more) {
        return "  - {name: " + name + ", type: scripted, script: " + script
                + (more.length == 0 ? "" : ", " + String.join(", ", more)) + "}\n";
    }

    private static String served(String name, String connector, String... more) {
        return "  - {name: " + name + ", clients: \"/" + name + "/{key}\", connector: " + connector
                + (more.length == 0 ? "" : ", " + String.join(", ", more)) + "}\n";
    }

    private List<String> keys(String which) throws Exception {
        return weir.admin("/config").json().path(which).valueStream()
                .map(JsonNode::asString).toList();
    }

    /** Together with the route that names it, and with what watches and shows a connector. */
    @Test
    void aConnectorThatIsAddedServesAtOnce() throws Exception {
        String script = UUID.randomUUID().toString();
        weir.node("log: { level: info } # aConnectorThatIsAdded");
        RawPeer client = weir.client("a");
        change("connectors:\n" + connector("echo", script)
                + usual() + served("orders", "echo"));
        RawPeer customer = weir.open("/orders/b");
        assertThat(customer.text("hello").text()).isEqualTo("hello");
        assertThat(keys("applied")).containsExactly("connectors[echo]", "routes[orders]");
        assertThat(keys("needsRestart")).isEmpty();
        assertThat(weir.admin("/connectors/echo").json().path("calls").asInt()).isEqualTo(2);
        assertThat(weir.admin("/readyz").body()).contains("connector echo");
        client.text("goes on");
        assertThat(weir.worker("a").text()).isEqualTo("goes on");
    }

    @Test
    void aConnectorThatIsChangedKeepsNoRouteFromChanging() throws Exception {
        String one = UUID.randomUUID().toString();
        String two = UUID.randomUUID().toString();
        Script.of(one).behaviour = (link, message) -> link.says(Message.text("one"));
        Script.of(two).behaviour = (link, message) -> link.says(Message.text("two"));
        weir.node("connectors:\n" + connector("main", one) + connector("old", one))
                .serviceRoute("orders", "/orders/{key}", "main");
        assertThat(weir.open("/orders/a").text("who?").text()).isEqualTo("one");

        change("connectors:\n" + connector("main", two) + connector("spare", two)
                + "routes:\n" + served("orders", "main", "queue: {messages: 7}")
                + served("more", "spare"));

        assertThat(keys("applied")).containsExactly(
                "connectors[spare]", "routes[more]", "routes[orders].queue.messages");
        assertThat(keys("needsRestart"))
                .containsExactly("connectors[main].script", "connectors[old]");
        assertThat(weir.open("/orders/b").text("who?").text()).isEqualTo("one");
        assertThat(weir.open("/more/b").text("who?").text()).isEqualTo("two");
        assertThat(weir.admin("/connectors").json().valueStream()
                        .map(shown -> shown.path("name").asString()))
                .containsExactly("main", "old", "spare");
    }

    @Test
    void whatWasChangedIsNamedRouteByRoute() throws Exception {
        weir.node("log: { level: info } # whatWasChanged");
        weir.client("a");
        change("limits: { connections: 77 }\n" + usual("wait: 5s") + route("b", "/b", "/wb"));
        assertThat(keys("applied"))
                .containsExactly("limits.connections", "routes[b]", "routes[default].wait");
        change("limits: { connections: 77 }\nroutes:\n" + route("b", "/b", "/wb")
                + route("default", "/client/{key}", "/worker/{key}", "wait: 5s"));
        assertThat(keys("applied")).containsExactly("routes"); // their order
        change("limits: { connections: 77 }\n" + usual("wait: 5s"));
        assertThat(keys("applied")).containsExactly("routes[b]");
    }

    @Test
    void aWrongConfigIsShownWithAllItsMistakesAndTheOldOneStays() throws Exception {
        weir.node("log: { level: info } # aWrongConfig");
        weir.client("a");
        ConfigException wrong = catchThrowableOfType(ConfigException.class,
                () -> new ConfigLoader().parse("changed.yaml", "lisen: 1\nlog: { level: loud }\n"));
        weir.relay().refuse(wrong);
        JsonNode config = weir.admin("/config").json();
        assertThat(config.path("refused").path("problems")).hasSize(2);
        assertThat(config.path("refused").path("problems").get(0).asString())
                .isEqualTo("changed.yaml:1:1 lisen: unknown key, did you mean listen?");
        weir.client("b");
        change(usual());
        assertThat(weir.admin("/config").json().path("refused").isNull()).isTrue();
    }

    @Test
    void theLogLevelOfTheConfigIsInForceAtOnce() throws Exception {
        weir.node("log: { level: info } # theLogLevel");
        weir.client("a");
        change("log: { level: warn }\n" + usual());
        assertThat(weir.admin("/log-level").json().path("level").asString()).isEqualTo("warn");
        change("log: { level: info }\n" + usual());
        assertThat(weir.admin("/log-level").json().path("level").asString()).isEqualTo("info");
    }

    @Test
    void theDefaultsAreWhatTheyWere() {
        assertThat(dev.weir.config.ConfigChange.between(Config.defaults(), Config.defaults()))
                .satisfies(change -> {
                    assertThat(change.inForce()).isEqualTo(Config.defaults());
                    assertThat(change.needsRestart()).isEmpty();
                });
    }
}
