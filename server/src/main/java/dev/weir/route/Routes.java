package dev.weir.route;

import dev.weir.config.PathTemplate;
import dev.weir.config.RouteConfig;
import dev.weir.pair.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path. Immutable. */
public final class Routes {

    /**
     * Where a path leads.
     *
     * @param key what the variables captured, joined by slashes; empty on a pool
     * @param variables the same by name
     */
    public record Match(
            RouteConfig route, Side side, String key, Map<String, String> variables) {}

    private record Path(PathTemplate template, RouteConfig route, Side side) {}

    /** The most special first, so that the first match is the best. */
    private final List<Path> paths;

    /** The paths of these routes; the config has made sure that no two can both be the best. */
    public Routes(List<RouteConfig> routes) {
        List<Path> all = new ArrayList<>();
        for (RouteConfig route : routes) {
            all.add(new Path(PathTemplate.parse(route.clients()), route, Side.CLIENT));
            if (!route.hasConnector()) {
                all.add(new Path(PathTemplate.parse(route.workers()), route, Side.WORKER));
            }
        }
        all.sort((a, b) -> {
            if (a.template.isMoreSpecialThan(b.template)) {
                return -1;
            }
            return b.template.isMoreSpecialThan(a.template) ? 1 : 0;
        });
        this.paths = List.copyOf(all);
    }

    /**
     * {@return where the path leads, or null when no route has it}
     *
     * @param path decoded, without query
     */
    public @Nullable Match find(String path) {
        for (Path candidate : paths) {
            Map<String, String> captured = candidate.template.match(path).orElse(null);
            if (captured != null) {
                return new Match(
                        candidate.route, candidate.side, keyOf(captured), captured);
            }
        }
        return null;
    }

    /** By name, for the two paths of a route may have their variables in different order. */
    private static String keyOf(Map<String, String> captured) {
        return String.join("/", new TreeMap<>(captured).values());
    }
}
