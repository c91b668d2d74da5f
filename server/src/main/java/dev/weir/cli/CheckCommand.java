package dev.weir.cli;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigLoader;
import dev.weir.config.ConfigSchema;
import dev.weir.config.EffectiveConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir check}: is this configuration good, and what is in force with it? */
@Command(
        name = "check",
        description = {
            "Check a configuration file together with the environment, and print what is in force;"
                    + " secrets are not shown."
        })
final class CheckCommand implements Callable<Integer> {

    private final Shell shell;

    @ArgGroup(multiplicity = "1")
    private final Subject subject = new Subject();

    /** One of the two. */
    static final class Subject {
        @Parameters(paramLabel = "FILE", description = "Configuration file.")
        private @Nullable Path file;

        @Option(names = "--schema", description = "Print the JSON Schema for editors instead.")
        private boolean schema;
    }

    CheckCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws ConfigException {
        if (subject.schema) {
            shell.out().print(ConfigSchema.text());
            shell.out().flush();
            return ExitCode.OK;
        }
        Config config =
                new ConfigLoader()
                        .load(Optional.ofNullable(subject.file), shell.environment(), List.of());
        // A comment, so that all of it is a configuration file again.
        shell.out().println("# " + subject.file + ": ok");
        shell.out().print(EffectiveConfig.yaml(config));
        shell.out().flush();
        return ExitCode.OK;
    }
}
