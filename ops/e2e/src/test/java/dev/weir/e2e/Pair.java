package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.e2e.Inbox.Opened;
import dev.weir.e2e.Message.Received;
import dev.weir.e2e.Peer.Connection;
import dev.weir.e2e.PeerKind.Match;
import java.util.List;
import java.util.UUID;

/** A client and a worker that the relay has brought together under a key of their own. */
record Pair(String key, Connection client, Connection worker) implements AutoCloseable {

    /** Opens both, the worker first. */
    static Pair open(WeirProcess weir, Peers peers, Match match) throws InterruptedException {
        var key = newKey();
        var worker = connect(peers.get(match.worker()), weir, Side.WORKER.path(key));
        var client = connect(peers.get(match.client()), weir, Side.CLIENT.path(key));
        return new Pair(key, client, worker);
    }

    static String newKey() {
        return UUID.randomUUID().toString();
    }

    static Connection connect(Peer peer, WeirProcess weir, String path, String... subprotocols) {
        var connection = peer.connect(weir.url(path), List.of(subprotocols));
        assertThat(connection.inbox().awaitHandshake()).isInstanceOf(Opened.class);
        return connection;
    }

    /** Sends all of it, then says what came. */
    static List<Received> deliver(Connection from, Connection to, List<Message> messages)
            throws InterruptedException {
        messages.forEach(from::send);
        return to.inbox().awaitMessages(messages.size());
    }

    static List<Received> asReceived(List<Message> messages) {
        return messages.stream().map(Message::asReceived).toList();
    }

    /** Ends what the test has left open, and waits until it is over. */
    @Override
    public void close() {
        for (var connection : List.of(client, worker)) {
            if (!connection.inbox().isClosed()) {
                connection.close(1000, "");
            }
        }
        client.inbox().awaitClosed();
        worker.inbox().awaitClosed();
    }
}
