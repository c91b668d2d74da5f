package dev.weir.route;

import dev.weir.config.RouteConfig;
import dev.weir.pair.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path. Immutable. */
public final class Routes {

    /**
     * Where a path leads.
     *
     * @param key what the variables captured, joined by slashes; empty on a pool
     */
    public record Match(RouteConfig route, Side side, String key) {}

    private record Path(PathTemplate template, RouteConfig route, Side side) {}

    /** The most specific first, so that the first match is the best. */
    private final List<Path> paths;

    /** The paths of these routes; the config has made sure that no two are equally specific. */
    public Routes(List<RouteConfig> routes) {
        List<Path> all = new ArrayList<>();
        for (RouteConfig route : routes) {
            all.add(new Path(new PathTemplate(route.clients()), route, Side.CLIENT));
            all.add(new Path(new PathTemplate(route.workers()), route, Side.WORKER));
        }
        all.sort(Comparator.comparing(Path::template));
        this.paths = List.copyOf(all);
    }

    /**
     * {@return where the path leads, or null when no route has it}
     *
     * @param path decoded, without query
     */
    public @Nullable Match find(String path) {
        for (Path candidate : paths) {
            SequencedMap<String, String> captured = candidate.template.match(path);
            if (captured != null) {
                String key = String.join("/", captured.values());
                return new Match(candidate.route, candidate.side, key);
            }
        }
        return null;
    }
}
