package dev.weir.connectors;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened at a client, as the attributes of an event (CloudEvents 1.0.2). The payload stays
 * beside it, untouched: binary mode, so that a service that knows nothing of CloudEvents just reads
 * the body.
 *
 * @param attributes in the order in which they are sent, by the names of the specification, without
 *     the prefix of a protocol; values are plain text, not encoded; none is empty
 * @param traceparent the trace that it belongs to (W3C Trace Context), or null; it travels as the
 *     header of this name, unprefixed, where tracing libraries look for it
 */
record CloudEvent(Map<String, String> attributes, @Nullable String traceparent) {

    /** The content type of text where nothing else is configured. */
    static final String TEXT = "text/plain;charset=utf-8";

    /** The content type of binary messages. */
    static final String BINARY = "application/octet-stream";

    CloudEvent {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** A client has a link now. */
    static CloudEvent connected(Environment environment, Caller caller) {
        Map<String, String> attributes =
                attributes(environment, caller, "connected", caller.session() + "-connected");
        attributes.put("time", caller.since().toString());
        return new CloudEvent(attributes, caller.traceparent());
    }

    /** A client sent this. The id is the same for every attempt to deliver it. */
    static CloudEvent message(Environment environment, Caller caller, Message message) {
        Map<String, String> attributes =
                attributes(environment, caller, "message", message.id());
        attributes.put("time", message.time().toString());
        String trace = message.traceparent();
        return new CloudEvent(attributes, trace == null ? caller.traceparent() : trace);
    }

    /** A client is gone; {@code weircode} and {@code weirreason} say how. */
    static CloudEvent disconnected(Environment environment, Caller caller, Goodbye how) {
        Map<String, String> attributes =
                attributes(environment, caller, "disconnected", caller.session() + "-disconnected");
        attributes.put("time", environment.clock().instant().toString());
        attributes.put("weircode", String.valueOf(how.code()));
        if (!how.reason().isEmpty()) {
            attributes.put("weirreason", how.reason());
        }
        return new CloudEvent(attributes, caller.traceparent());
    }

    /**
     * {@return the attributes as the headers of a protocol whose header values are ASCII} Spaces,
     * quotes, percent signs and everything that is not printable ASCII is percent-encoded (HTTP
     * Protocol Binding 1.0.2, section 3.1.3.2; the one of NATS says the same).
     *
     * @param prefix what the binding puts before the names: {@code ce-}
     */
    Map<String, String> encoded(String prefix) {
        Map<String, String> headers = new LinkedHashMap<>();
        attributes.forEach((name, value) -> headers.put(prefix + name, percentEncoded(value)));
        return headers;
    }

    /**
     * {@return what a service sent, as text or binary by its content type} Text in another charset
     * than UTF-8 is converted.
     *
     * @param contentType as it came; null or empty when the service did not say
     * @param otherwise whether it is text if the service did not say
     */
    static Message received(@Nullable String contentType, byte[] payload, boolean otherwise) {
        if (contentType == null || contentType.isBlank()) {
            return otherwise ? Message.text(payload) : Message.binary(payload);
        }
        String lower = contentType.toLowerCase(Locale.ROOT);
        if (!isText(mediaType(lower))) {
            return Message.binary(payload);
        }
        int at = lower.indexOf("charset=");
        if (at < 0) {
            return Message.text(payload);
        }
        String charset = lower.substring(at + "charset=".length()).split(";", 2)[0];
        return inCharset(charset.replace("\"", "").strip(), payload);
    }

    /** {@return type and subtype in lower case, without parameters} */
    static String mediaType(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static Message inCharset(String name, byte[] payload) {
        Charset charset;
        try {
            charset = Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Message.binary(payload);
        }
        return charset.equals(StandardCharsets.UTF_8)
                ? Message.text(payload)
                : Message.text(new String(payload, charset));
    }

    private static boolean isText(String mediaType) {
        return mediaType.startsWith("text/")
                || mediaType.endsWith("+json")
                || mediaType.endsWith("+xml")
                || switch (mediaType) {
                    case "application/json",
                            "application/x-ndjson",
                            "application/xml",
                            "application/javascript",
                            "application/yaml",
                            "application/x-www-form-urlencoded" ->
                            true;
                    default -> false;
                };
    }

    private static Map<String, String> attributes(
            Environment environment, Caller caller, String type, String id) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", id);
        attributes.put("source", "/weir/" + environment.node() + "/" + caller.route());
        attributes.put("type", "dev.weir." + type);
        if (!caller.key().isEmpty()) {
            attributes.put("subject", caller.key());
            attributes.put("weirkey", caller.key());
        }
        attributes.put("weirsession", caller.session());
        attributes.put("weirroute", caller.route());
        attributes.put("weiraddress", caller.address());
        return attributes;
    }

    /** {@return text as a header value of printable ASCII, as these events have it} */
    static String percentEncoded(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 16);
        for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
            if (each > ' ' && each < 0x7f && each != '"' && each != '%') {
                encoded.append((char) each);
            } else {
                encoded.append('%');
                encoded.append(Character.toUpperCase(Character.forDigit(each >> 4 & 0xf, 16)));
                encoded.append(Character.toUpperCase(Character.forDigit(each & 0xf, 16)));
            }
        }
        return encoded.toString();
    }
}
