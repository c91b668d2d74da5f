package dev.weir.connectors;

import java.util.Arrays;
import java.util.List;

/**
 * The settings of one kind of connector.
 *
 * @param settings in the order in which they are documented; names are unique
 * @param example a whole connector as it stands in a configuration, YAML, without its name
 */
public record SettingsSpec(List<Setting> settings, String example) {

    public SettingsSpec {
        settings = List.copyOf(settings);
        long names = settings.stream().map(Setting::name).distinct().count();
        if (names != settings.size()) {
            throw new IllegalArgumentException("a setting is there twice");
        }
    }

    /** A specification of these settings. */
    public static SettingsSpec of(String example, Setting... settings) {
        return new SettingsSpec(Arrays.asList(settings), example);
    }
}
