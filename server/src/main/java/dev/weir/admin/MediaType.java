package dev.weir.admin;

import dev.weir.ops.admin.Answer;
import java.util.Locale;

/** The Content-Type of a request. */
final class MediaType {

    private MediaType() {}

    /** {@return whether a header names that type, whatever its parameters} */
    static boolean is(String header, String type) {
        int end = header.indexOf(';');
        String bare = end < 0 ? header : header.substring(0, end);
        return bare.strip().toLowerCase(Locale.ROOT).equals(type);
    }

    /** {@return the refusal of any other} */
    static Answer unsupported(String wanted) {
        return Answer.refused(415, "Content-Type must be " + wanted);
    }
}
