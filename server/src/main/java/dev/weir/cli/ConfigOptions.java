package dev.weir.cli;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigLoader;
import dev.weir.config.Flag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The flags that change the configuration. Numbers are taken as text: what is wrong with them is
 * reported together with everything else that is wrong with the configuration.
 */
final class ConfigOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration file; else the one in $WEIR_CONFIG, else defaults.")
    private @Nullable Path config;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port for clients and workers; 0 takes any free one.")
    private @Nullable String port;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            description = "Port for health, sessions and the playground.")
    private @Nullable String adminPort;

    private FileWatch.@Nullable Print read;

    /** {@return the file that is read, if any} */
    Optional<Path> file(Map<String, String> environment) {
        return ConfigLoader.file(Optional.ofNullable(config), environment);
    }

    /** {@return what the file was when it was read last, or null} */
    FileWatch.@Nullable Print read() {
        return read;
    }

    Config load(Map<String, String> environment) throws ConfigException {
        List<Flag> flags = new ArrayList<>();
        if (port != null) {
            flags.add(new Flag("--port", "listen.port", port));
        }
        if (adminPort != null) {
            flags.add(new Flag("--admin-port", "admin.port", adminPort));
        }
        // Before it is read: what changes meanwhile is a change.
        read = file(environment).map(FileWatch::print).orElse(null);
        return new ConfigLoader().load(Optional.ofNullable(config), environment, flags);
    }
}
