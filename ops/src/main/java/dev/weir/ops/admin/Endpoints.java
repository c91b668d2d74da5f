package dev.weir.ops.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.URIUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the endpoint of a request by path and method, and writes its answer as JSON. */
final class Endpoints extends Handler.Abstract {

    private static final Logger log = LoggerFactory.getLogger(Endpoints.class);

    /** By path template, then by method. */
    private final PathMappings<Map<String, Endpoint>> paths = new PathMappings<>();

    Endpoints(List<Endpoint> endpoints, Health health) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.add(new Endpoint("GET", "/livez", request -> health.livez()));
        all.add(new Endpoint("GET", "/readyz", request -> health.readyz()));
        for (Endpoint endpoint : all) {
            register(endpoint);
        }
    }

    private void register(Endpoint endpoint) {
        UriTemplatePathSpec path = new UriTemplatePathSpec(endpoint.template());
        Map<String, Endpoint> methods = paths.get(path);
        if (methods == null) {
            methods = new TreeMap<>();
            paths.put(path, methods);
        }
        if (methods.put(endpoint.method(), endpoint) != null) {
            throw new IllegalArgumentException(
                    "two endpoints for " + endpoint.method() + " " + endpoint.template());
        }
        if (endpoint.method().equals("GET")) {
            methods.put("HEAD", endpoint);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Answer answer = answer(request, response);
        if (answer.body() instanceof Download download) {
            download.send(response, callback);
        } else {
            Json.write(answer, request, response, callback);
        }
        return true;
    }

    private Answer answer(Request request, Response response) {
        String path = Request.getPathInContext(request);
        MatchedResource<Map<String, Endpoint>> match = paths.getMatched(path);
        if (match == null) {
            return Answer.notFound("there is nothing here; see /livez, /readyz and /playground/");
        }
        Map<String, Endpoint> methods = match.getResource();
        Endpoint endpoint = methods.get(request.getMethod());
        if (endpoint == null) {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", methods.keySet()));
            return Answer.refused(405, "this path does not answer this method");
        }
        return call(endpoint, path, (UriTemplatePathSpec) match.getPathSpec(), request);
    }

    private static Answer call(
            Endpoint endpoint, String path, UriTemplatePathSpec spec, Request request) {
        try {
            return endpoint.handler().handle(
                    new dev.weir.ops.admin.Request(variables(spec, path), query(request)));
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("method", endpoint.method())
                    .addKeyValue("endpoint", endpoint.template())
                    .setCause(e)
                    .log("an admin request failed");
            return Answer.refused(500, "this failed inside Weir; the log says why");
        }
    }

    /** Jetty's canonical path decodes only what needs no escape. */
    private static Map<String, String> variables(UriTemplatePathSpec spec, String path) {
        return spec.getPathParams(path).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, variable -> URIUtil.decodePath(variable.getValue())));
    }

    private static Map<String, String> query(Request request) {
        return Request.extractQueryParameters(request).stream()
                .collect(Collectors.toMap(
                        Fields.Field::getName,
                        field -> String.valueOf(field.getValue()),
                        (first, second) -> first));
    }
}
