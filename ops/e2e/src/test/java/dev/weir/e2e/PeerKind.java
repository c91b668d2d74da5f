package dev.weir.e2e;

import static dev.weir.e2e.Ability.ABORT;
import static dev.weir.e2e.Ability.CLOSE_WITHOUT_CODE;
import static dev.weir.e2e.Ability.CUT_CHARACTERS;
import static dev.weir.e2e.Ability.FRAGMENTS;
import static dev.weir.e2e.Ability.HANDSHAKE_HEADERS;
import static dev.weir.e2e.Ability.PING;
import static dev.weir.e2e.Ability.REFUSAL_STATUS;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The WebSocket implementations that Weir is tested against; none of them was written for it. */
enum PeerKind {
    WS,
    WEBSOCKETS,
    TORNADO,
    JDK,
    CHROMIUM;

    boolean can(Ability ability) {
        return abilities().contains(ability);
    }

    private Set<Ability> abilities() {
        return switch (this) {
            case WS -> EnumSet.allOf(Ability.class);
            case WEBSOCKETS ->
                EnumSet.of(FRAGMENTS, PING, ABORT, HANDSHAKE_HEADERS, REFUSAL_STATUS);
            case TORNADO ->
                EnumSet.of(PING, CLOSE_WITHOUT_CODE, ABORT, HANDSHAKE_HEADERS, REFUSAL_STATUS);
            case JDK -> EnumSet.of(FRAGMENTS, PING, ABORT, REFUSAL_STATUS);
            case CHROMIUM -> EnumSet.of(CLOSE_WITHOUT_CODE);
        };
    }

    static Stream<PeerKind> ableTo(Ability ability) {
        return Stream.of(values()).filter(kind -> kind.can(ability));
    }

    /** Which implementation is the client and which the worker. */
    record Match(PeerKind client, PeerKind worker) {

        /** Each kind as client of each kind. */
        static List<Match> everyPair() {
            return Stream.of(values())
                    .flatMap(client -> Stream.of(values()).map(worker -> new Match(client, worker)))
                    .toList();
        }

        /** Each kind once as client and once as worker: for what takes long. */
        static List<Match> ring() {
            var kinds = List.of(values());
            return IntStream.range(0, kinds.size())
                    .mapToObj(i -> new Match(kinds.get(i), kinds.get((i + 1) % kinds.size())))
                    .toList();
        }

        @Override
        public String toString() {
            return client + " client, " + worker + " worker";
        }
    }
}
