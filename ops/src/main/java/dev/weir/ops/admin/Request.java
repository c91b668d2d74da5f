package dev.weir.ops.admin;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a handler learns of a request.
 *
 * @param variables the values of the template's variables, percent-decoded
 * @param parameters the query parameters, percent-decoded, each with all of its values
 * @param contentType the media type of the body, as it was sent; empty without one
 * @param body at most as many bytes as the endpoint takes; read-only
 */
public record Request(
        Map<String, String> variables,
        Map<String, List<String>> parameters,
        String contentType,
        ByteBuffer body) {

    /** Keeps copies of the maps, and a view of the body. */
    public Request {
        variables = Map.copyOf(variables);
        parameters = Map.copyOf(parameters);
        body = body.asReadOnlyBuffer();
    }

    /** {@return the value of a variable of the template} */
    public String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    /** {@return the query parameters, of a repeated one the first value} */
    public Map<String, String> query() {
        return parameters.entrySet().stream()
                .filter(parameter -> !parameter.getValue().isEmpty())
                .collect(Collectors.toMap(
                        Map.Entry::getKey, parameter -> parameter.getValue().getFirst()));
    }

    /** {@return the first value of a query parameter that is there and not empty} */
    public Optional<String> query(String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .findFirst()
                .filter(value -> !value.isEmpty());
    }
}
