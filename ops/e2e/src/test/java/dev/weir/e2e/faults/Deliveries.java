package dev.weir.e2e.faults;

import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What a worker did, by its ledger.
 *
 * @param idsByMessage for each message the id of each of its deliveries, empty where the protocol
 *     has none
 */
record Deliveries(Map<String, List<String>> idsByMessage) {

    /** {@return different messages that it did its work for} */
    long messages() {
        return idsByMessage.size();
    }

    /** {@return messages that it did its work for more than once} */
    long doubled() {
        return idsByMessage.values().stream().filter(ids -> ids.size() > 1).count();
    }

    /** {@return those of them that it could not have known by the id} */
    long unrecognisable() {
        return idsByMessage.values().stream()
                .filter(ids -> ids.size() > 1)
                .filter(ids -> ids.contains("") || new HashSet<>(ids).size() > 1)
                .count();
    }
}
