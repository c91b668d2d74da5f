package dev.weir.admin;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;
import dev.weir.ops.log.LogLevel;
import dev.weir.session.Reception;
import dev.weir.session.Sessions;
import dev.weir.session.Tallies;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * All that the relay answers on its admin port; {@code openapi.yaml} describes it for people and
 * tools, and a test holds the two together.
 */
public final class AdminApi {

    private static final String DESCRIPTION = "/openapi.yaml";

    /**
     * What it tells of.
     *
     * @param port where clients and workers connect
     * @param drain asks whoever hosts the relay to drain it
     */
    public record Node(
            int port,
            Sessions sessions,
            Reception reception,
            Tallies tallies,
            Sampler sampler,
            ConfigState config,
            LogLevel logLevel,
            Runnable drain,
            InstantSource clock) {}

    private AdminApi() {}

    /** {@return the endpoints of a node} */
    public static List<Endpoint> endpoints(Node node) {
        List<Endpoint> all = new ArrayList<>();
        all.addAll(new SessionEndpoints(node.sessions(), node.clock()).endpoints());
        all.addAll(new FleetEndpoints(node.sessions()).endpoints());
        all.add(new RouteEndpoint(
                node.config()::config, node.port(), node.sessions(), node.reception(),
                node.tallies()).endpoint());
        all.addAll(new NodeEndpoints(
                node.sampler(), node.config(), node.logLevel(), node.drain()).endpoints());
        byte[] description = description();
        all.add(new Endpoint("GET", DESCRIPTION,
                request -> Answer.bytes("application/yaml", description)));
        return all;
    }

    private static byte[] description() {
        try (InputStream in = AdminApi.class.getResourceAsStream(DESCRIPTION)) {
            if (in == null) {
                throw new IllegalStateException("missing in the jar: " + DESCRIPTION);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
