package dev.weir.admin;

import dev.weir.ops.admin.Request;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which part of a long list is wanted.
 *
 * @param offset how many to skip
 * @param limit how many to show at most
 */
record Page(int offset, int limit) {

    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 1000;
    private static final int OFFSET_MAX = 10_000_000;

    /** The names of its parameters. */
    static final Set<String> PARAMETERS = Set.of("offset", "limit");

    static Page of(Request request) {
        return new Page(
                number(request, "offset", 0, 0, OFFSET_MAX),
                number(request, "limit", LIMIT, 1, LIMIT_MAX));
    }

    private static int number(Request request, String name, int byDefault, int least, int most) {
        String text = request.query(name).orElse("");
        if (text.isEmpty()) {
            return byDefault;
        }
        if (text.matches("\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new ParameterException(name + " must be a number from " + least + " to " + most);
    }

    /** Refuses parameters that would otherwise be ignored. */
    static void allowOnly(Request request, Collection<String> names) {
        for (String given : request.parameters().keySet()) {
            if (!names.contains(given) && !PARAMETERS.contains(given)) {
                Set<String> known = new TreeSet<>(names);
                known.addAll(PARAMETERS);
                throw new ParameterException("no parameter is called so; these are: "
                        + String.join(", ", known));
            }
        }
    }
}
