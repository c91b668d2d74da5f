package dev.weir.admin;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Endpoint;

/** A request asks for something that makes no sense; answered with 400 and the message. */
final class ParameterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ParameterException(String message) {
        super(message);
    }

    /** {@return the handler, with 400 for what it finds wrong with a request} */
    static Endpoint.Handler answered(Endpoint.Handler handler) {
        return request -> {
            try {
                return handler.handle(request);
            } catch (ParameterException e) {
                return Answer.refused(400, String.valueOf(e.getMessage()));
            }
        };
    }
}
