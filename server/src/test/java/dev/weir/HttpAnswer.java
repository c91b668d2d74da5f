package dev.weir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answer to a handshake.
 *
 * @param status 101 when it was accepted; 0 when the connection was closed without an answer
 * @param headers by their names in lower case
 * @param body empty when there was none
 */
record HttpAnswer(int status, Map<String, String> headers, String body) {

    static HttpAnswer read(InputStream in) throws IOException {
        String head = head(in);
        if (head.isEmpty()) {
            return new HttpAnswer(0, Map.of(), "");
        }
        String[] lines = head.split("\r\n", 0);
        Map<String, String> headers = headers(lines);
        boolean chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(
                chunked ? chunks(in) : in.readNBytes(length), StandardCharsets.UTF_8);
        return new HttpAnswer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers, body);
    }

    /** {@return a request; its target stands in the place of the body, empty when none came} */
    static HttpAnswer readRequest(InputStream in) throws IOException {
        String head = head(in);
        if (head.isEmpty()) {
            return new HttpAnswer(0, Map.of(), "");
        }
        String[] lines = head.split("\r\n", 0);
        return new HttpAnswer(0, headers(lines), lines[0].split(" ", -1)[1]);
    }

    private static Map<String, String> headers(String[] lines) {
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
        }
        return headers;
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length = Integer.parseInt(line(in), 16);
        while (length > 0) {
            body.write(in.readNBytes(length));
            line(in);
            length = Integer.parseInt(line(in), 16);
        }
        line(in);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** One byte at a time, for what follows the head of a 101 belongs to the WebSocket. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0) {
            head.write(next);
            String soFar = next == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
            if (soFar.endsWith("\r\n\r\n")) {
                return soFar;
            }
            next = in.read();
        }
        return "";
    }

    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    JsonNode json() {
        return new JsonMapper().readTree(body);
    }

    String reason() {
        return json().path("reason").asString();
    }
}
