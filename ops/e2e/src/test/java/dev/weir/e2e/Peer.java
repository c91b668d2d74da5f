package dev.weir.e2e;

import java.net.URI;
import java.util.List;

/** A WebSocket implementation that opens connections for the tests. */
interface Peer extends AutoCloseable {

    PeerKind kind();

    /** Starts a handshake; its answer comes into the connection's inbox. */
    Connection connect(URI url, List<String> subprotocols);

    /** Ends every connection and the process, if there is one. */
    @Override
    void close();

    /** Orders are carried out one after the other, without the caller waiting for them. */
    interface Connection {

        Inbox inbox();

        void send(Message message);

        /** Sends one message in as many frames as there are fragments of it. */
        void sendFragments(List<Message> fragments);

        void ping(String data);

        void close(int code, String reason);

        void closeWithoutCode();

        void abort();
    }
}
