package dev.weir.cli;

import dev.weir.config.Config;
import dev.weir.config.RouteConfig;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.Logger;

/**
 * What somebody who started the relay wants to know first.
 *
 * @param config in force
 * @param port where it listens, if the configuration says any
 * @param adminPort where admin listens, if the configuration says any
 */
record Banner(Config config, int port, int adminPort) {

    private static final int MOST_ROUTES = 3;

    /** Prints it for a person, in fewer than ten lines. */
    void print(PrintWriter out) {
        String java = Runtime.version().toString();
        out.println("Weir " + Versions.weir() + ", Java " + java + ", " + Versions.system());
        out.println("  listening   " + url("ws", config.listen().host(), port));
        List<RouteConfig> routes = config.routes();
        for (RouteConfig route : routes.subList(0, Math.min(MOST_ROUTES, routes.size()))) {
            out.println("  route       " + route.name() + ": " + paths(route));
        }
        if (routes.size() > MOST_ROUTES) {
            out.println("              and " + (routes.size() - MOST_ROUTES) + " more");
        }
        out.println("  admin       " + admin());
        out.println("  playground  " + admin() + "/playground/");
        out.println("Ctrl-C drains, a second one stops at once.");
        out.flush();
    }

    /** Logs it, where standard output must hold nothing but log lines. */
    void log(Logger log) {
        log.atInfo()
                .addKeyValue("version", Versions.weir())
                .addKeyValue("java", Runtime.version().toString())
                .addKeyValue("os", Versions.system())
                .addKeyValue("listen", url("ws", config.listen().host(), port))
                .addKeyValue("admin", admin())
                .addKeyValue("playground", admin() + "/playground/")
                .addKeyValue("routes", config.routes().size())
                .log("started");
        for (RouteConfig route : config.routes()) {
            log.atInfo().addKeyValue("route", route.name()).log(paths(route));
        }
    }

    static String url(String scheme, String host, int port) {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme + "://" + shown + ":" + port;
    }

    private String admin() {
        return url("http", config.admin().host(), adminPort);
    }

    private static String paths(RouteConfig route) {
        String workers =
                route.hasConnector() ? "connector " + route.connector() : route.workers();
        return route.clients() + " <-> " + workers;
    }
}
