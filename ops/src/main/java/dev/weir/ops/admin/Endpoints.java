package dev.weir.ops.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.URIUtil;
import org.eclipse.jetty.util.UrlEncoded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the endpoint of a request by path and method, and writes its answer. */
final class Endpoints extends Handler.Abstract {

    private static final Logger log = LoggerFactory.getLogger(Endpoints.class);

    private static final byte[] NO_BODY = {};

    private final LiveStream live = new LiveStream(this::get);

    /** By path template, then by method. */
    private final PathMappings<Map<String, Endpoint>> paths = new PathMappings<>();

    private final List<String> list;

    /** An endpoint and the template that matched. */
    private record Found(Endpoint endpoint, UriTemplatePathSpec spec, String path) {

        Answer call(Fields query, String contentType, byte[] body) {
            try {
                return endpoint.handler().handle(new dev.weir.ops.admin.Request(
                        variables(), parameters(query), contentType, ByteBuffer.wrap(body)));
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
        private Map<String, String> variables() {
            return spec.getPathParams(path).entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey,
                            variable -> URIUtil.decodePath(variable.getValue())));
        }

        private static Map<String, List<String>> parameters(Fields query) {
            return query.stream()
                    .collect(Collectors.toMap(Fields.Field::getName, field -> field.getValues()
                            .stream().map(String::valueOf).toList()));
        }
    }

    Endpoints(List<Endpoint> endpoints, Health health) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.add(new Endpoint("GET", "/livez", request -> health.livez()));
        all.add(new Endpoint("GET", "/readyz", request -> health.readyz()));
        all.add(live.endpoint());
        list = all.stream().map(each -> each.method() + " " + each.template()).toList();
        for (Endpoint endpoint : all) {
            register(endpoint);
        }
    }

    /** {@return method and path of each} */
    List<String> list() {
        return list;
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
        if (endpoint.method().equals("GET") && !endpoint.template().equals(LiveStream.PATH)) {
            methods.put("HEAD", endpoint);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
            throws IOException {
        Replies.write(answer(request, response), request, response, callback);
        return true;
    }

    private Answer answer(Request request, Response response) throws IOException {
        String path = Request.getPathInContext(request);
        MatchedResource<Map<String, Endpoint>> match = paths.getMatched(path);
        if (match == null) {
            return nothing();
        }
        Map<String, Endpoint> methods = match.getResource();
        Endpoint endpoint = methods.get(request.getMethod());
        if (endpoint == null) {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", methods.keySet()));
            return Answer.refused(405, "this path does not answer this method");
        }
        int limit = endpoint.bodyLimit();
        byte[] body = hasBody(request) && limit > 0 ? read(request, limit) : NO_BODY;
        boolean unasked = limit == 0 && hasBody(request);
        if (unasked || body.length > limit || request.getLength() > limit) {
            return Answer.refused(413, limit == 0
                    ? "requests here have no body"
                    : "the body may have " + limit + " bytes");
        }
        String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        return new Found(endpoint, (UriTemplatePathSpec) match.getPathSpec(), path).call(
                Request.extractQueryParameters(request),
                contentType == null ? "" : contentType,
                body);
    }

    /**
     * {@return what GET would be answered}
     *
     * @param pathAndQuery as in the first line of a request
     */
    Answer get(String pathAndQuery) {
        HttpURI uri;
        try {
            uri = HttpURI.from(pathAndQuery);
        } catch (IllegalArgumentException e) {
            return Answer.refused(400, "this is no path");
        }
        String path = uri.getCanonicalPath();
        MatchedResource<Map<String, Endpoint>> match = path == null ? null : paths.getMatched(path);
        Endpoint endpoint = match == null ? null : match.getResource().get("GET");
        if (match == null || endpoint == null || path == null) {
            return nothing();
        }
        Fields query = new Fields();
        if (uri.getQuery() != null) {
            UrlEncoded.decodeUtf8To(uri.getQuery(), query);
        }
        return new Found(endpoint, (UriTemplatePathSpec) match.getPathSpec(), path)
                .call(query, "", NO_BODY);
    }

    @Override
    protected void doStop() throws Exception {
        live.stop();
        super.doStop();
    }

    private static Answer nothing() {
        return Answer.notFound("there is nothing here; /openapi.yaml lists what there is");
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private static byte[] read(Request request, int limit) throws IOException {
        if (request.getLength() > limit) {
            return NO_BODY;
        }
        try (InputStream in = Content.Source.asInputStream(request)) {
            return in.readNBytes(limit + 1);
        }
    }
}
