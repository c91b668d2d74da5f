package dev.weir;

import dev.weir.connectors.Caller;
import dev.weir.connectors.Connector;
import dev.weir.connectors.Environment;
import dev.weir.connectors.Goodbye;
import dev.weir.connectors.Incoming;
import dev.weir.connectors.Link;
import dev.weir.connectors.LinkException;
import dev.weir.connectors.LinkException.Kind;
import dev.weir.connectors.Message;
import dev.weir.connectors.Setting;
import dev.weir.connectors.Settings;
import dev.weir.connectors.SettingsSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A connector as anybody could write one: in one file, registered by one line, and used through the
 * relay. It does what the script of that name says, so that tests can be the service.
 */
public final class ScriptedConnector implements Connector {

    private static final Map<String, Script> SCRIPTS = new ConcurrentHashMap<>();

    /** What a service does with a message. */
    @FunctionalInterface
    interface Behaviour {
        void on(ScriptedLink link, Message message) throws LinkException, InterruptedException;
    }

    /** What a service does when a link is opened. */
    @FunctionalInterface
    interface Opening {
        void on(Caller caller) throws LinkException, InterruptedException;
    }

    /** A service, as a test plays it. */
    static final class Script {
        final List<ScriptedLink> links = new CopyOnWriteArrayList<>();
        final List<String> got = new CopyOnWriteArrayList<>();
        volatile Opening opening = caller -> {};
        volatile Behaviour behaviour = (link, message) -> link.says(message);

        static Script of(String name) {
            return SCRIPTS.computeIfAbsent(name, n -> new Script());
        }

        ScriptedLink link() {
            return links.getLast();
        }
    }

    /** One client's link. */
    static final class ScriptedLink implements Link {
        final Caller caller;
        private final Script script;
        private final BlockingQueue<Object> coming = new LinkedBlockingQueue<>(10_000);
        volatile @Nullable Goodbye goodbye;

        ScriptedLink(Caller caller, Script script) {
            this.caller = caller;
            this.script = script;
        }

        void says(Incoming incoming) {
            coming.add(incoming instanceof Message message
                    ? message.isText()
                            ? Message.text(message.payload())
                            : Message.binary(message.payload())
                    : incoming);
        }

        void breaks() {
            coming.add(new LinkException(Kind.LOST, "the service died"));
        }

        @Override
        public void send(Message message) throws LinkException, InterruptedException {
            script.behaviour.on(this, message);
            script.got.add(message.asText());
        }

        @Override
        public Incoming receive() throws LinkException, InterruptedException {
            return switch (coming.take()) {
                case Incoming incoming -> incoming;
                case LinkException failure -> throw failure;
                default -> throw new IllegalStateException();
            };
        }

        @Override
        public void close(Goodbye how) {
            if (goodbye == null) {
                goodbye = how;
                coming.add(new LinkException(Kind.CLOSED, "closed"));
            }
        }
    }

    private final Script script;

    private ScriptedConnector(String script) {
        this.script = Script.of(script);
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        script.opening.on(caller);
        ScriptedLink link = new ScriptedLink(caller, script);
        script.links.add(link);
        return link;
    }

    @Override
    public void check() throws LinkException, InterruptedException {
        script.opening.on(new Caller(
                "check", "", "", Map.of(), "", List.of(), Map.of(), null, java.time.Instant.EPOCH));
    }

    @Override
    public void close() {
        script.links.forEach(link -> link.close(Goodbye.GOING_AWAY));
    }

    /** Registers it. */
    public static final class Provider implements Connector.Provider {
        @Override
        public String type() {
            return "scripted";
        }

        @Override
        public String summary() {
            return "Does what a test says.";
        }

        @Override
        public SettingsSpec settings() {
            return SettingsSpec.of("{ type: scripted, script: echo }",
                    Setting.text("script", "the name of the script", "echo"));
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new ScriptedConnector(settings.text("script"));
        }
    }
}
