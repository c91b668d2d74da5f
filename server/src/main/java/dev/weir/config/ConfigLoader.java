package dev.weir.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Loads the configuration: defaults, over them the file, over it the environment, over both the
 * flags. Everything that is wrong is reported at once, each mistake with its place.
 */
public final class ConfigLoader {

    private static final int LARGEST_FILE = 4 << 20;

    private final ConfigSchema schema;
    private final Binding binding;

    public ConfigLoader() {
        this.schema = ConfigSchema.published();
        this.binding = new Binding();
    }

    /**
     * Loads what is in force for a process.
     *
     * @param file the file that {@code --config} named; else {@code WEIR_CONFIG} may name one
     * @param environment variables; those that start with {@code WEIR_} are settings
     * @param flags settings made on the command line
     * @throws ConfigException if anything is wrong, with all of it
     */
    public Config load(Optional<Path> file, Map<String, String> environment, List<Flag> flags)
            throws ConfigException {
        Optional<Path> chosen = file(file, environment);
        if (chosen.isEmpty() && flags.isEmpty() && !Overrides.isAnyIn(environment)) {
            return Config.defaults();
        }
        ConfigTree tree =
                chosen.isPresent() ? read(chosen.get()) : new ConfigTree(Origin.ofFile("defaults"));
        return finish(tree, environment, flags);
    }

    /**
     * {@return the file that {@link #load} reads, if any}
     *
     * @param file the one that {@code --config} named; else {@code WEIR_CONFIG} may name one
     */
    public static Optional<Path> file(Optional<Path> file, Map<String, String> environment) {
        return file.or(() -> named(environment));
    }

    /**
     * Loads a file's text alone.
     *
     * @param name how messages name it
     * @throws ConfigException if anything is wrong, with all of it
     */
    public Config parse(String name, String yaml) throws ConfigException {
        ConfigTree tree = YamlSource.read(name, yaml);
        return finish(tree, Map.of(), List.of());
    }

    private static ConfigTree read(Path file) throws ConfigException {
        String name = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw unreadable(name, "is larger than " + ByteSize.mib(LARGEST_FILE >> 20));
            }
            CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
            return YamlSource.read(name, utf8.decode(ByteBuffer.wrap(bytes)).toString());
        } catch (NoSuchFileException e) {
            throw unreadable(name, "there is no such file");
        } catch (AccessDeniedException e) {
            throw unreadable(name, "may not be read by this user");
        } catch (CharacterCodingException e) {
            throw unreadable(name, "is not UTF-8 text");
        } catch (IOException e) {
            boolean directory = Files.isDirectory(file);
            throw unreadable(
                    name, directory ? "is a directory" : "cannot be read: " + e.getMessage());
        }
    }

    private static ConfigException unreadable(String file, String reason) {
        return new ConfigException(List.of(new Problem(Origin.ofFile(file), "", reason)));
    }

    private static Optional<Path> named(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(Overrides.CONFIG))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }

    private Config finish(ConfigTree tree, Map<String, String> environment, List<Flag> flags)
            throws ConfigException {
        SchemaCheck check = new SchemaCheck(schema, tree);
        check.dropEmptySections();
        if (!tree.root().has("routes")) {
            // So that the environment can change the default route.
            JsonNode byDefault = schema.of(JsonPointer.compile("/routes")).path("default");
            tree.root().set("routes", byDefault.deepCopy());
        }
        Overrides overrides = new Overrides(schema, tree);
        overrides.environment(environment);
        flags.forEach(overrides::flag);
        check.check();
        binding.complete(tree.root());
        new RouteCheck(tree).check();
        Secrets secrets = new Secrets(environment);
        new ServerCheck(tree, secrets).check();
        new ConnectorCheck(tree, secrets).check();
        tree.throwIfWrong();
        return binding.toConfig(tree.root());
    }
}
