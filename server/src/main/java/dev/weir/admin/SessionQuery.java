package dev.weir.admin;

import dev.weir.ops.admin.Request;
import dev.weir.session.Identity;
import dev.weir.session.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which sessions are wanted, and in which order. Of all that match, only what the order needs is
 * read, once, so that figures which change meanwhile cannot confuse it; only a page of them is
 * shown in full.
 */
final class SessionQuery {

    /** The sessions of a page, and how many match in all. */
    record Found(int total, List<Session> sessions) {}

    private static final Map<String, Function<Session, String>> EXACT = Map.of(
            "route", session -> session.identity().route().name(),
            "side", session -> session.side().label(),
            "key", session -> session.identity().key(),
            "phase", SessionView::phase);

    private static final Set<String> SIDES = Set.of("client", "worker");
    private static final Set<String> PHASES =
            Set.of("opening", "waiting", "paired", "closing", "ended");

    private static final Set<String> PARAMETERS =
            Set.of("route", "side", "key", "phase", "id", "q", "sort");

    private static final Map<String, Function<Session, Comparable<?>>> ORDERS = orders();

    private final Predicate<Session> matches;
    private final Function<Session, Comparable<?>> order;
    private final boolean descending;
    private final Page page;

    private SessionQuery(
            Predicate<Session> matches,
            Function<Session, Comparable<?>> order,
            boolean descending,
            Page page) {
        this.matches = matches;
        this.order = order;
        this.descending = descending;
        this.page = page;
    }

    /** A session and that by which it is sorted. */
    private record Entry(Session session, Comparable<?> by) {}

    private static Map<String, Function<Session, Comparable<?>>> orders() {
        Map<String, Function<Session, Comparable<?>>> orders = new HashMap<>();
        orders.put("since", session -> session.identity().since());
        orders.put("id", session -> session.identity().id());
        orders.put("key", session -> session.identity().key());
        orders.put("route", session -> session.identity().route().name());
        orders.put("phase", Session::phase);
        orders.put("received", session -> session.traffic().received().messages());
        orders.put("sent", session -> session.traffic().sent().messages());
        orders.put("queue", session -> session.outbox().depth().bytes());
        orders.put("blocked", session -> session.outbox().blockedNanos());
        orders.put("undelivered", Session::undelivered);
        orders.put("quiet", Session::quiet);
        orders.put("rtt", session -> {
            Long rtt = SessionView.rttMicros(session);
            return rtt == null ? -1L : rtt;
        });
        return orders;
    }

    /** Reads the parameters of a request. */
    static SessionQuery of(Request request) {
        Page.allowOnly(request, PARAMETERS);
        word(request, "side", SIDES);
        word(request, "phase", PHASES);
        Predicate<Session> matches = session -> true;
        for (Map.Entry<String, Function<Session, String>> exact : EXACT.entrySet()) {
            String wanted = request.query(exact.getKey()).orElse("");
            if (!wanted.isEmpty()) {
                Function<Session, String> value = exact.getValue();
                matches = matches.and(session -> value.apply(session).equals(wanted));
            }
        }
        String id = request.query("id").orElse("");
        if (!id.isEmpty()) {
            matches = matches.and(session -> session.identity().id().startsWith(id));
        }
        String text = request.query("q").orElse("");
        if (!text.isEmpty()) {
            matches = matches.and(session -> mentions(session.identity(), text));
        }
        String sort = request.query("sort").orElse("since");
        boolean descending = sort.startsWith("-");
        String by = descending ? sort.substring(1) : sort;
        Function<Session, Comparable<?>> order = ORDERS.get(by);
        if (order == null) {
            throw new ParameterException("sort must be one of "
                    + String.join(", ", new TreeSet<>(ORDERS.keySet()))
                    + ", with a - before it for descending");
        }
        return new SessionQuery(matches, order, descending, Page.of(request));
    }

    private static void word(Request request, String name, Set<String> words) {
        String word = request.query(name).orElse("");
        if (!word.isEmpty() && !words.contains(word)) {
            throw new ParameterException(
                    name + " must be one of " + String.join(", ", new TreeSet<>(words)));
        }
    }

    /** What somebody types who looks for a session: its id or address begins so, or its key. */
    private static boolean mentions(Identity who, String text) {
        return who.id().startsWith(text)
                || who.key().contains(text)
                || who.route().name().contains(text)
                || who.address().startsWith(text);
    }

    Page page() {
        return page;
    }

    /** {@return those that match} */
    Found find(Collection<Session> sessions, Predicate<Session> also) {
        List<Entry> entries = new ArrayList<>();
        for (Session session : sessions) {
            if (also.test(session) && matches.test(session)) {
                entries.add(new Entry(session, order.apply(session)));
            }
        }
        entries.sort(comparator());
        Stream<Session> wanted = entries.stream()
                .skip(page.offset()).limit(page.limit()).map(Entry::session);
        return new Found(entries.size(), wanted.toList());
    }

    /** By id where the order says nothing, so that pages do not overlap. */
    private Comparator<Entry> comparator() {
        Comparator<Entry> by = (a, b) -> compare(a.by(), b.by());
        return (descending ? by.reversed() : by)
                .thenComparing(entry -> entry.session().identity().id());
    }

    /** Both come from one order, so they are of one type. */
    @SuppressWarnings("unchecked")
    private static <T extends Comparable<T>> int compare(Comparable<?> a, Comparable<?> b) {
        return ((T) a).compareTo((T) b);
    }
}
