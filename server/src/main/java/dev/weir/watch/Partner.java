package dev.weir.watch;

import dev.weir.config.QueueConfig;
import dev.weir.ops.watch.Culprit;
import dev.weir.pair.Leg;
import dev.weir.session.LinkLeg;
import dev.weir.session.Session;
import dev.weir.session.Traffic;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of the two of a pair, with what a finding tells of it: a session, or a link to a service. */
sealed interface Partner {

    /** {@return whom the session is paired with, or null} */
    static @Nullable Partner of(Session session) {
        Session partner = session.partner();
        if (partner != null) {
            return new Peer(partner);
        }
        LinkLeg link = LinkLeg.of(session);
        return link == null ? null : new ServiceLink(link);
    }

    /** {@return its part in the pair} */
    Leg leg();

    /** {@return what names it among all directions} */
    String id();

    /** {@return the words for it in a summary} */
    String words();

    /** {@return it as the one who is behind a finding} */
    Culprit culprit();

    /** {@return the same, with what the thread does that writes to it, if there is one} */
    Culprit caughtTaking();

    /** {@return limits of the queue of what it sends} */
    QueueConfig limits();

    /** {@return a number that grows with everything that it takes} */
    long taken();

    /** {@return what is known of it as a receiver that does not take, by name} */
    Map<String, Object> whyNot();

    /** A session. */
    record Peer(Session session) implements Partner {

        @Override
        public Leg leg() {
            return session;
        }

        @Override
        public String id() {
            return session.identity().id();
        }

        @Override
        public String words() {
            return Culprits.words(session);
        }

        @Override
        public Culprit culprit() {
            return Culprits.of(session);
        }

        @Override
        public Culprit caughtTaking() {
            Thread writer = session.activity().writer();
            return writer == null ? culprit() : culprit().in(writer);
        }

        @Override
        public QueueConfig limits() {
            return session.identity().route().queue();
        }

        @Override
        public long taken() {
            Traffic.Count sent = session.traffic().sent();
            return sent.messages() + sent.bytes();
        }

        @Override
        public Map<String, Object> whyNot() {
            boolean writing = session.activity().writer() != null;
            return Map.of(
                    "receiverAddress", session.identity().address(),
                    "waitsFor", writing ? "the socket to take bytes" : "the pump");
        }
    }

    /** The link of a client to the service that serves it. */
    record ServiceLink(LinkLeg link) implements Partner {

        @Override
        public Leg leg() {
            return link;
        }

        @Override
        public String id() {
            return link.id() + " for " + link.session();
        }

        @Override
        public String words() {
            return "connector " + link.id();
        }

        @Override
        public Culprit culprit() {
            return new Culprit(
                    link.session(), null, link.route().name(), link.id(), null, List.of());
        }

        @Override
        public Culprit caughtTaking() {
            return culprit(); // a call that lasts has a finding of its own, with its thread
        }

        @Override
        public QueueConfig limits() {
            return link.route().queue();
        }

        @Override
        public long taken() {
            return link.taken();
        }

        @Override
        public Map<String, Object> whyNot() {
            return Map.of(
                    "waitsFor", "the service",
                    "breaker", link.state().word());
        }
    }
}
