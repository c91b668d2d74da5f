package dev.weir.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The relay's admin port, as an operator's tools see it. */
record Admin(URI base) {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.shared();

    /** An answer; {@code body} is whatever came. */
    record Answer(int status, String body) {

        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return answer("GET", path);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return answer("DELETE", path);
    }

    /** The live sessions with this key. */
    List<JsonNode> sessionsOf(String key) throws IOException, InterruptedException {
        return get("/sessions?limit=1000").json().get("sessions")
                .valueStream()
                .filter(session -> session.get("key").asString().equals(key))
                .toList();
    }

    /** The one live session on this side with this key. */
    JsonNode session(Side side, String key) throws IOException, InterruptedException {
        return sessionsOf(key).stream()
                .filter(session -> session.get("side").asString().equals(side.label()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + side.label() + " of key " + key));
    }

    private Answer answer(String method, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(DEADLINE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var response = http.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        }
    }
}
