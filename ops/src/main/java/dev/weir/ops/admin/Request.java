package dev.weir.ops.admin;

import java.util.Map;

/**
 * What a handler learns of a request. A request with a body never gets here.
 *
 * @param variables the values of the template's variables, percent-decoded
 * @param query the query parameters, percent-decoded; of a repeated one the first value
 */
public record Request(Map<String, String> variables, Map<String, String> query) {

    /** Keeps copies. */
    public Request {
        variables = Map.copyOf(variables);
        query = Map.copyOf(query);
    }
}
