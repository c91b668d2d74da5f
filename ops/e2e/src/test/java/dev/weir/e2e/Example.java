package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.connectors.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An example for a connector, as a user runs it: the relay with its configuration, and the broker
 * where there is one.
 */
final class Example {

    static final Path EXAMPLES = Path.of("../../connectors/examples");

    private final WeirProcess weir;
    private final @Nullable Broker broker;

    private Example(WeirProcess weir, @Nullable Broker broker) {
        this.weir = weir;
        this.broker = broker;
    }

    /** {@return its configuration} */
    static String configuration(String name) throws IOException {
        return Files.readString(EXAMPLES.resolve(name).resolve("weir.yaml"));
    }

    /** {@return the configuration of one whose service is at another port of loopback} */
    static String configuration(String name, int usualPort, int port) throws IOException {
        String yaml = configuration(name);
        assertThat(yaml).contains("127.0.0.1:" + usualPort);
        return yaml.replace("127.0.0.1:" + usualPort, "127.0.0.1:" + port);
    }

    /** Starts the relay with that. */
    static Example start(String configuration) throws Exception {
        return new Example(WeirProcess.start(configuration), null);
    }

    /** Starts that broker, and then the relay. */
    static Example start(String name, int usualPort, Broker broker) throws Exception {
        boolean done = false;
        try {
            broker.start();
            Example started = new Example(
                    WeirProcess.start(configuration(name, usualPort, broker.port())), broker);
            done = true;
            return started;
        } finally {
            if (!done) {
                broker.close();
            }
        }
    }

    /** {@return a client whose handshake has not been answered yet} */
    Peer.Connection dial(Peers peers, PeerKind kind, String path, String... subprotocols)
            throws Exception {
        return peers.get(kind).connect(weir.url(path), List.of(subprotocols));
    }

    /** {@return a client that is connected} */
    Peer.Connection connect(Peers peers, PeerKind kind, String path) throws Exception {
        Peer.Connection client = dial(peers, kind, path);
        assertThat(client.inbox().awaitHandshake()).isInstanceOf(Inbox.Opened.class);
        return client;
    }

    Peer.Connection connect(Peers peers, String path) throws Exception {
        return connect(peers, PeerKind.WS, path);
    }

    /** {@return these, as a client receives them} */
    static List<Message.Received> received(String... texts) {
        return Stream.of(texts).map(text -> Message.text(text).asReceived()).toList();
    }

    /** Ends the relay, then the broker. */
    void stop() throws Exception {
        try {
            weir.stop();
        } finally {
            if (broker != null) {
                broker.close();
            }
        }
    }
}
