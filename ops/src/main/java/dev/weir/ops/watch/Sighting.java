package dev.weir.ops.watch;

import java.util.Map;

/**
 * What a probe saw just now. Sightings of the same kind and subject make one finding.
 *
 * @param subject what it is about, for instance the id of a session
 * @param summary one sentence with the figures that matter
 * @param evidence the figures by name: numbers, texts, lists and maps of them
 */
public record Sighting(
        Kind kind,
        String subject,
        Severity severity,
        Culprit culprit,
        String summary,
        Map<String, Object> evidence) {

    /** Keeps a copy. */
    public Sighting {
        evidence = Map.copyOf(evidence);
    }
}
