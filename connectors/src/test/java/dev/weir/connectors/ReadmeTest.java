package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The tables of connectors and settings in the README are those of the code. With {@code
 * WEIR_README_WRITE=true} in the environment they are written anew.
 */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- generated from the connectors: begin -->\n";
    private static final String END = "<!-- generated from the connectors: end -->\n";

    @Test
    void theTablesOfTheReadmeAreThoseOfTheCode() throws IOException {
        String text = Files.readString(README);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertThat(begin).as("the mark where the tables begin").isGreaterThan(BEGIN.length());
        if (Boolean.parseBoolean(System.getenv("WEIR_README_WRITE"))) {
            Files.writeString(README, text.substring(0, begin) + tables() + text.substring(end));
            return;
        }
        assertThat(text.substring(begin, end)).isEqualTo(tables());
    }

    private static String tables() {
        return ServiceLoader.load(Connector.Provider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Connector.Provider::type))
                .map(ReadmeTest::section)
                .collect(Collectors.joining());
    }

    private static String section(Connector.Provider provider) {
        StringBuilder text = new StringBuilder();
        text.append("\n### ").append(provider.type()).append("\n\n");
        text.append(provider.summary()).append("\n\n```yaml\nconnector:\n");
        text.append(provider.settings().example().strip().indent(2)).append("```\n\n");
        text.append("| Setting | Value | Default | |\n|---|---|---|---|\n");
        for (Setting setting : provider.settings().settings()) {
            text.append("| `").append(setting.name()).append("` | ").append(value(setting))
                    .append(" | ").append(byDefault(setting)).append(" | ")
                    .append(setting.meaning().replace("|", "\\|")).append(" |\n");
        }
        return text.toString();
    }

    private static String value(Setting setting) {
        String least = bound(setting, setting.least());
        String most = bound(setting, setting.most());
        return switch (setting.type()) {
            case TEXT -> "text, like `" + setting.example() + "`";
            case SECRET -> "secret: the text itself, `env:NAME` or `file:/path`";
            case URL -> "URL, like `" + setting.example() + "`";
            case DURATION -> "duration, " + least + " to " + most;
            case SIZE -> "size, " + least + " to " + most;
            case COUNT -> "number, " + least + " to " + most;
            case SWITCH -> "`on` or `off`";
            case CHOICE -> String.join(", ", List.copyOf(setting.words()).stream()
                    .map(word -> "`" + word + "`").toList());
            case TEXTS -> "list, like `" + setting.example() + "`";
        };
    }

    private static String bound(Setting setting, long amount) {
        return switch (setting.type()) {
            case DURATION -> amount == 0 ? "off" : show(Duration.ofMillis(amount));
            case SIZE -> size(amount);
            default -> String.valueOf(amount);
        };
    }

    private static String byDefault(Setting setting) {
        if (setting.required()) {
            return "*required*";
        }
        return switch (setting.byDefault()) {
            case Duration duration -> duration.isZero() ? "off" : show(duration);
            case Long bytes -> size(bytes);
            case Boolean on -> on ? "on" : "off";
            case List<?> list -> list.isEmpty() ? "none" : String.valueOf(list);
            case String text -> text.isEmpty() ? "" : "`" + text + "`";
            case null -> "";
            case Object other -> String.valueOf(other);
        };
    }

    private static String show(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.toSeconds();
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static String size(long bytes) {
        if (bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : bytes + "B";
    }
}
