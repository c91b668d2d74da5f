package dev.weir.e2e;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Helm chart, rendered by Helm itself. */
record Chart(String rendered) {

    static final Path DIRECTORY = Path.of("../deploy/helm/weir");

    /** The oldest that the chart takes. */
    private static final String KUBERNETES = "1.30.0";

    private static final Pattern SOURCE =
            Pattern.compile("---\n# Source: weir/templates/(.+)\n");

    /** Renders it as the release {@code weir} with these values over its own. */
    static Chart render(String values) throws IOException {
        var file = Files.createTempFile("values", ".yaml");
        try {
            Files.writeString(file, values);
            return new Chart(new Helm(DIRECTORY).template()
                    .withName("weir")
                    .withNamespace("relay")
                    .withKubeVersion(KUBERNETES)
                    .withValuesFile(file)
                    .call());
        } finally {
            Files.delete(file);
        }
    }

    /** The objects, by the template that they are of. */
    Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        var sources = SOURCE.matcher(rendered).results().toList();
        for (int i = 0; i < sources.size(); i++) {
            int end = i + 1 < sources.size() ? sources.get(i + 1).start() : rendered.length();
            files.put(sources.get(i).group(1), rendered.substring(sources.get(i).end(), end));
        }
        return files;
    }

    /** All objects of a kind. */
    List<JsonNode> objects(String kind) {
        var settings = LoadSettings.builder().build();
        return StreamSupport.stream(
                        new Load(settings).loadAllFromString(rendered).spliterator(), false)
                .<JsonNode>map(object -> JsonMapper.shared().valueToTree(object))
                .filter(object -> object.path("kind").asString("").equals(kind))
                .toList();
    }

    /** The pods that its Deployment makes. */
    JsonNode pod() {
        return objects("Deployment").getFirst().at("/spec/template/spec");
    }
}
