package dev.weir.connectors;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The valid, complete settings of one connector. A name or type that the specification does not
 * have is a bug of the connector: {@link IllegalArgumentException}.
 */
public final class Settings {

    private final Map<String, Object> values;

    private Settings(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Completes what was set with the defaults.
     *
     * @param set values of the Java types of {@link Setting.Type}
     * @throws IllegalArgumentException when a required one is missing or one is unknown
     */
    public static Settings of(SettingsSpec spec, Map<String, ?> set) {
        Map<String, Object> values = new HashMap<>();
        for (Setting setting : spec.settings()) {
            Object value = set.get(setting.name());
            if (value == null) {
                value = setting.byDefault();
            }
            if (value == null) {
                throw new IllegalArgumentException(setting.name() + ": is missing");
            }
            values.put(setting.name(), value);
        }
        for (String name : set.keySet()) {
            if (!values.containsKey(name)) {
                throw new IllegalArgumentException(name + ": there is no such setting");
            }
        }
        return new Settings(values);
    }

    /** {@return a text, a URL, a secret or a word; empty when it was left out} */
    public String text(String name) {
        return value(name, String.class);
    }

    /** {@return a duration} */
    public Duration duration(String name) {
        return value(name, Duration.class);
    }

    /** {@return a number of bytes} */
    public long bytes(String name) {
        return value(name, Long.class);
    }

    /** {@return a number} */
    public int count(String name) {
        return value(name, Integer.class);
    }

    /** {@return whether it is on} */
    public boolean isOn(String name) {
        return value(name, Boolean.class);
    }

    /** {@return a list of texts} */
    public List<String> texts(String name) {
        List<?> items = value(name, List.class);
        return items.stream().map(String::valueOf).toList();
    }

    private <T> T value(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(name + ": is no setting of this type");
        }
        return type.cast(value);
    }
}
