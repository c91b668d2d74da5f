package dev.weir.e2e.leak;

import dev.weir.e2e.seed.Endpoints;
import dev.weir.e2e.seed.WsPeer;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;

/**
 * A way for a connection to end. Each walks one connection or pair through its whole life and
 * returns when the relay has ended what was left of it, with whatever code: other tests look at
 * the codes. Variants of a way alternate by number.
 */
enum WayToGo {
    /** With a close frame from one side, which the other gets and both answer. */
    CLEAN {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            try (Pair pair = Pair.connect(relay, key(number), number)) {
                pair.exchange();
                pair.leaver().sendClose(1000);
                pair.other().awaitClose();
                pair.other().sendClose(1000);
                pair.leaver().awaitClose();
            }
        }
    },
    /** With a reset, or with a FIN and no close frame, from one side. */
    ABRUPT {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            try (Pair pair = Pair.connect(relay, key(number), number)) {
                pair.exchange();
                pair.leave(number);
                awaitEnd(pair.other());
            }
        }
    },
    /** Without a word: one side answers nothing any more and holds on to its socket. */
    HALF_OPEN {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            try (Pair pair = Pair.connect(relay, key(number), number)) {
                pair.exchange();
                awaitEnd(pair.other());
                awaitEnd(pair.leaver());
            }
        }
    },
    /** In the middle of the request: with a reset, a FIN, or by sending no more of it. */
    DURING_HANDSHAKE {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            URI uri = relay.client(key(number));
            byte[] request = WsPeer.request(uri);
            try (WsPeer peer = WsPeer.dial(uri)) {
                peer.send(Arrays.copyOf(request, 1 + number % (request.length - 1)));
                switch (number % 3) {
                    case 0 -> peer.reset();
                    case 1 -> peer.hangUp();
                    default -> awaitEnd(peer);
                }
            }
        }
    },
    /** While it waits for the other side, with messages that nobody took. */
    WHILE_WAITING {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            String key = key(number);
            URI uri = number % 2 == 0 ? relay.client(key) : relay.worker(key);
            try (WsPeer peer = WsPeer.connect(uri)) {
                peer.send(WsPeer.TEXT, SMALL);
                peer.send(WsPeer.BINARY, SMALL);
                switch (number % 3) {
                    case 0 -> peer.reset();
                    case 1 -> peer.hangUp();
                    default -> {
                        peer.sendClose(1000);
                        peer.awaitClose();
                    }
                }
            }
        }
    },
    /** While what one side sends is held back, because the other reads nothing: any of them goes. */
    WHILE_BACKPRESSURED {
        @Override
        void walk(Endpoints relay, int number) throws IOException {
            try (Pair pair = Pair.connect(relay, key(number), number)) {
                pair.exchange();
                pair.sendUntilHeldBack();
                switch (number % 3) {
                    case 0 -> pair.leave(number);
                    case 1 -> pair.other().reset();
                    default -> awaitEnd(pair.leaver()); // the relay's own deadline
                }
                awaitEnd(pair.leaver());
                awaitEnd(pair.other());
            }
        }
    };

    private static final byte[] SMALL = new byte[100];

    /** Returns when the relay, or we, have ended this connection. */
    abstract void walk(Endpoints relay, int number) throws IOException;

    /** Whether it mostly waits, and costs little while it does. */
    boolean isSilent() {
        return this == HALF_OPEN || this == DURING_HANDSHAKE;
    }

    String key(int number) {
        return name() + "-" + number;
    }

    private static void awaitEnd(WsPeer peer) {
        try {
            peer.awaitClose();
        } catch (IOException ended) {
            return; // without a close frame, which is as good
        }
    }
}
