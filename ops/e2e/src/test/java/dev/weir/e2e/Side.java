package dev.weir.e2e;

import dev.weir.e2e.Peer.Connection;
import dev.weir.e2e.PeerKind.Match;
import java.util.Locale;

/** The two sides of a relay; what one test says about one of them holds for the other as well. */
enum Side {
    CLIENT,
    WORKER;

    /** Where this side of the default route dials in. */
    String path(String key) {
        return "/" + label() + "/" + key;
    }

    /** As the admin port and the logs call it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Side other() {
        return this == CLIENT ? WORKER : CLIENT;
    }

    Connection of(Pair pair) {
        return this == CLIENT ? pair.client() : pair.worker();
    }

    PeerKind of(Match match) {
        return this == CLIENT ? match.client() : match.worker();
    }

    /** The close code that tells the other side of the loss of this one. */
    int codeOfItsLoss() {
        return this == CLIENT ? 1001 : 1014;
    }
}
