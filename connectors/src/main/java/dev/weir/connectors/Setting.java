package dev.weir.connectors;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a connector, from which its schema, its checks and its documentation are made.
 *
 * @param name kebab-case key
 * @param type what it takes
 * @param byDefault its value when it is not set: of the Java type that {@link Settings} gives; null
 *     when it is required, or {@link #OPTIONAL}
 * @param meaning one sentence without a full stop
 * @param example a value as it stands in a file
 * @param words the words that it may be ({@link Type#CHOICE}), else empty
 * @param least smallest number, milliseconds or bytes, where it is an amount
 * @param most largest one
 */
public record Setting(
        String name,
        Type type,
        @Nullable Object byDefault,
        String meaning,
        String example,
        List<String> words,
        long least,
        long most) {

    /** The default of a setting that may be left out and has no value then. */
    public static final Object OPTIONAL = "";

    /** What a setting takes, and the Java type that {@link Settings} gives for it. */
    public enum Type {
        /** Any text: String. */
        TEXT,
        /** A text that is never printed; {@code env:NAME} and {@code file:PATH} are read: String. */
        SECRET,
        /** An absolute URL, perhaps with {@code {variables}} of the route's path: String. */
        URL,
        /** Such as {@code 30s}: Duration. */
        DURATION,
        /** Such as {@code 64KiB}: Long, bytes. */
        SIZE,
        /** A whole number: Integer. */
        COUNT,
        /** {@code on} or {@code off}: Boolean. */
        SWITCH,
        /** One of some words: String. */
        CHOICE,
        /** A list of texts: List of String. */
        TEXTS
    }

    public Setting {
        words = List.copyOf(words);
    }

    /** {@return whether it must be set} */
    public boolean required() {
        return byDefault == null;
    }

    /** {@return whether it has a value when it is not set} */
    public boolean hasDefault() {
        return byDefault != null && !OPTIONAL.equals(byDefault);
    }

    /** A text that must be set. */
    public static Setting text(String name, String meaning, String example) {
        return new Setting(name, Type.TEXT, null, meaning, example, List.of(), 0, 0);
    }

    /** A URL that must be set. */
    public static Setting url(String name, String meaning, String example) {
        return new Setting(name, Type.URL, null, meaning, example, List.of(), 0, 0);
    }

    /** A secret that may be left out. */
    public static Setting secret(String name, String meaning, String example) {
        return new Setting(name, Type.SECRET, OPTIONAL, meaning, example, List.of(), 0, 0);
    }

    /** A text that may be left out: {@link #OPTIONAL} is empty. */
    public static Setting text(String name, String byDefault, String meaning, String example) {
        return new Setting(name, Type.TEXT, byDefault, meaning, example, List.of(), 0, 0);
    }

    /** A duration within bounds. */
    public static Setting duration(
            String name, Duration byDefault, Duration least, Duration most, String meaning) {
        return new Setting(
                name,
                Type.DURATION,
                byDefault,
                meaning,
                byDefault.toSeconds() + "s",
                List.of(),
                least.toMillis(),
                most.toMillis());
    }

    /** A number within bounds. */
    public static Setting count(String name, int byDefault, int least, int most, String meaning) {
        return new Setting(
                name,
                Type.COUNT,
                byDefault,
                meaning,
                String.valueOf(byDefault),
                List.of(),
                least,
                most);
    }

    /** A number of bytes within bounds. */
    public static Setting size(String name, long byDefault, long least, long most, String meaning) {
        return new Setting(
                name,
                Type.SIZE,
                byDefault,
                meaning,
                byDefault + "B",
                List.of(),
                least,
                most);
    }

    /** Something that is on or off. */
    public static Setting onOff(String name, boolean byDefault, String meaning) {
        return new Setting(
                name,
                Type.SWITCH,
                byDefault,
                meaning,
                byDefault ? "off" : "on",
                List.of(),
                0,
                0);
    }

    /** One of some words, the first by default. */
    public static Setting choice(String name, List<String> words, String meaning) {
        return new Setting(
                name, Type.CHOICE, words.getFirst(), meaning, words.getLast(), words, 0, 0);
    }

    /** A list of texts, empty by default. */
    public static Setting texts(String name, String meaning, String example) {
        return new Setting(name, Type.TEXTS, List.of(), meaning, example, List.of(), 0, 0);
    }
}
