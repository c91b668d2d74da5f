package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.EffectiveConfig;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The config in force, and what became of the last attempts to change it. Thread-safe. */
public final class ConfigState {

    /**
     * The answer of {@code GET /config}.
     *
     * @param source the file that it came from, or {@code defaults}
     * @param loaded when it came into force
     * @param refused the last change that was not taken; null when the last one was
     * @param needsRestart settings that the file has otherwise than is in force
     * @param settings every setting with its default; secrets are not shown
     */
    record View(
            String source,
            Instant loaded,
            @Nullable Refused refused,
            List<String> needsRestart,
            ObjectNode settings) {}

    /** A change that was not taken, with all that is wrong with it. */
    record Refused(Instant time, List<String> problems) {}

    private final String source;
    private final InstantSource clock;
    private Config config;
    private Instant loaded;
    private @Nullable Refused refused;
    private List<String> needsRestart = List.of();

    /** The config that a node starts with. */
    public ConfigState(Config config, String source, InstantSource clock) {
        this.config = config;
        this.source = source;
        this.clock = clock;
        this.loaded = clock.instant();
    }

    /** {@return what is in force} */
    public synchronized Config config() {
        return config;
    }

    /**
     * A change has come into force.
     *
     * @param pending what of it takes a restart, as dotted keys
     */
    public synchronized void changed(Config next, List<String> pending) {
        config = next;
        loaded = clock.instant();
        refused = null;
        needsRestart = List.copyOf(pending);
    }

    /** The file was read again and says what is in force. */
    public synchronized void unchanged(List<String> pending) {
        refused = null;
        needsRestart = List.copyOf(pending);
    }

    /** A change was wrong; what was in force stays. */
    public synchronized void refused(List<String> problems) {
        refused = new Refused(clock.instant(), List.copyOf(problems));
    }

    synchronized View view() {
        return new View(source, loaded, refused, needsRestart, EffectiveConfig.tree(config));
    }
}
