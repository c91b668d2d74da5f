package dev.weir.config;

import dev.weir.connectors.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads secrets from where they are kept: {@code env:NAME} is an environment variable, {@code
 * file:PATH} a file without its last line break, and anything else is the secret itself.
 */
public final class Secrets {

    private static final String ENVIRONMENT = "env:";
    private static final String FILE = "file:";
    private static final int LARGEST_FILE = 64 * 1024;

    private final Map<String, String> environment;

    /** Secrets of a process with these environment variables. */
    public Secrets(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * {@return the secret that a setting stands for}
     *
     * @throws IllegalArgumentException when it is not there; the message does not contain it
     */
    public String read(String setting) {
        if (setting.startsWith(ENVIRONMENT)) {
            String name = setting.substring(ENVIRONMENT.length());
            String value = environment.get(name);
            if (value == null) {
                throw new IllegalArgumentException(
                        "the environment variable " + Printable.escape(name) + " is not set");
            }
            return value;
        }
        return setting.startsWith(FILE)
                ? content(Path.of(setting.substring(FILE.length())))
                : setting;
    }

    private static String content(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new IllegalArgumentException("the file " + file + " is too large");
            }
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + file + " cannot be read", e);
        }
    }

    /** {@return what is wrong with a setting that should stand for a secret} */
    Optional<String> problemOf(String setting) {
        try {
            read(setting);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * {@return settings of a connector with the secrets in place of where they are kept}
     *
     * @throws IllegalArgumentException when one is not there
     */
    public Map<String, Object> resolve(List<Setting> settings, Map<String, Object> values) {
        Map<String, Object> resolved = new HashMap<>(values);
        for (Setting setting : settings) {
            boolean secret = setting.type() == Setting.Type.SECRET;
            if (secret && values.get(setting.name()) instanceof String where) {
                resolved.put(setting.name(), read(where));
            }
        }
        return resolved;
    }
}
