package dev.weir.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody who mistyped a word meant. */
final class Nearest {

    private Nearest() {}

    /** {@return the valid word with the fewest edits, if so few that it was probably meant} */
    static Optional<String> to(String word, Collection<String> valid) {
        String typed = normal(word);
        int mostEdits = Math.max(1, Math.min(4, typed.length() / 3));
        return valid.stream()
                .filter(candidate -> edits(typed, normal(candidate)) <= mostEdits)
                .min(Comparator.comparingInt(candidate -> edits(typed, normal(candidate))));
    }

    /** {@return {@code , did you mean x?}, or what to say when nothing is near} */
    static String hint(String word, Collection<String> valid, String otherwise) {
        return to(word, valid).map(near -> ", did you mean " + near + "?").orElse(otherwise);
    }

    /** camelCase, snake_case and kebab-case of the same word are equal. */
    private static String normal(String word) {
        return word.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Insertions, deletions, replacements and swaps of neighbours from one word to the other. */
    private static int edits(String from, String to) {
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : edits(edits, from, to, i, j);
            }
        }
        return edits[from.length()][to.length()];
    }

    private static int edits(int[][] edits, String from, String to, int i, int j) {
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = edits[i - 1][j - 1] + (same ? 0 : 1);
        least = Math.min(least, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        boolean swapped =
                i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
    }
}
