package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.ConfigChange;
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
     * @param applied what the last change that was taken has changed; empty when there was none
     * @param needsRestart settings that the file has otherwise than is in force
     * @param settings every setting with its default; secrets are not shown
     */
    record View(
            String source,
            Instant loaded,
            @Nullable Refused refused,
            List<String> applied,
            List<String> needsRestart,
            ObjectNode settings) {}

    /** A change that was not taken, with all that is wrong with it. */
    record Refused(Instant time, List<String> problems) {}

    private final String source;
    private final InstantSource clock;
    private Config config;
    private Instant loaded;
    private @Nullable Refused refused;
    private List<String> applied = List.of();
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

    /** What of a change can come into force has. */
    public synchronized void changed(ConfigChange change) {
        config = change.inForce();
        loaded = clock.instant();
        refused = null;
        applied = change.applied();
        needsRestart = change.needsRestart();
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
        return new View(
                source, loaded, refused, applied, needsRestart, EffectiveConfig.tree(config));
    }
}
