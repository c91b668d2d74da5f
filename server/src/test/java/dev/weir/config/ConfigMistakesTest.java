package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every class of mistake in a file, with the message that its author gets. */
class ConfigMistakesTest {

    /** One mistake a line: the YAML, with ~ for a new line, and what is said about it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            textBlock =
                    """
# YAML itself
listen: {port: 1 | 1:17: not valid YAML: expected ',' or '}', but got <stream end>
listen:~  port: 1~ host: a | 3:2: not valid YAML: expected <block end>, but found '<block mapping start>'
a: b~---~c: d | 2:1: not valid YAML: but found another document
- a~- b | 1:1: must hold keys such as listen: or routes:
just words | 1:1: must hold keys such as listen: or routes:
listen: *other | 1:9: not valid YAML: found undefined alias other
listen: &a {port: *a} | 1:9: refers to itself
? {a: b}~: c | 1:3: a key must be a plain word
log: {level: !secret x} | 1:14: a tag has no meaning here

# Keys
listen:~  port: 1~  port: 2 | 3:3 listen.port: is set a second time
lisen: {} | 1:1 lisen: unknown key, did you mean listen?
listen:~  prot: 1 | 2:3 listen.prot: unknown key, did you mean port?
listen: {handshakeDeadline: 5s} | 1:10 listen.handshakeDeadline: unknown key, did you mean handshake-deadline?
admin: {colour: red} | 1:9 admin.colour: unknown key; the keys here are host, port, profile, token
"\\e[31m": 1 | 1:1 \\u001b[31m: unknown key; the keys here are listen, admin, api, limits, heartbeat, drain, log, trace, connectors, watch, routes

# Types
listen: 8080 | 1:9 listen: must be a section with keys, not 8080
listen: [] | 1:9 listen: must be a section with keys, not a list
listen: {port: http} | 1:16 listen.port: must be a whole number, not "http"
listen: {port: "8080"} | 1:16 listen.port: must be a whole number, not "8080"
listen: {port: 80.5} | 1:16 listen.port: must be a whole number, not 80.5
listen: {port: } | 1:15 listen.port: must be a whole number, not empty
listen: {port: true} | 1:16 listen.port: must be a whole number, not true
listen: {host: 10} | 1:16 listen.host: must be a text, not 10
routes: {} | 1:9 routes: must be a list, not a section
routes: [a] | 1:10 routes[0]: must be a section with keys, not "a"

# Ranges
listen: {port: 70000} | 1:16 listen.port: must be from 0 to 65535, not 70000
listen: {port: -1} | 1:16 listen.port: must be from 0 to 65535, not -1
listen: {port: 99999999999999999999} | 1:16 listen.port: must be from 0 to 65535, not 99999999999999999999
limits: {connections: 0} | 1:23 limits.connections: must be from 1 to 10000000, not 0
routes: [] | 1:9 routes: must have at least 1 item

# Words
log: {level: verbose} | 1:14 log.level: must be trace, debug, info, warn or error, not "verbose"
log: {level: wran} | 1:14 log.level: must be trace, debug, info, warn or error, not "wran", did you mean warn?
log: {format: 1} | 1:15 log.format: must be auto, json or console, not 1

# Durations and sizes
trace: {messages: 1.5} | 1:19 trace.messages: must be from 0 to 1, not 1.5
trace: {messages: all} | 1:19 trace.messages: must be a number, not "all"
drain: {deadline: 30} | 1:19 drain.deadline: a duration is written 500ms, 30s, 5m or 1h, or off, not 30
drain: {deadline: 30 sec} | 1:19 drain.deadline: a duration is written 500ms, 30s, 5m or 1h, or off, not "30 sec"
drain: {deadline: 1.5h} | 1:19 drain.deadline: a duration is written 500ms, 30s, 5m or 1h, or off, not "1.5h"
drain: {deadline: } | 1:18 drain.deadline: a duration is written 500ms, 30s, 5m or 1h, or off, not empty
drain: {deadline: 9000h} | 1:19 drain.deadline: must be at most 8760h, not "9000h"
listen: {close-deadline: off} | 1:26 listen.close-deadline: a duration is written 500ms, 30s, 5m or 1h, not "off"
listen: {close-deadline: 0s} | 1:26 listen.close-deadline: must be from 1ms to 8760h, not "0s"
listen: {send-buffer: 64k} | 1:23 listen.send-buffer: a size is written 512B, 64KiB, 1MiB or 10MB, not "64k"
listen: {send-buffer: auto} | 1:23 listen.send-buffer: a size is written 512B, 64KiB, 1MiB or 10MB, not "auto"
listen: {send-buffer: 65536} | 1:23 listen.send-buffer: a size is written 512B, 64KiB, 1MiB or 10MB, not 65536
listen: {send-buffer: 1B} | 1:23 listen.send-buffer: must be from 4KiB to 16MiB, not "1B"
limits: {queued-bytes: none} | 1:24 limits.queued-bytes: a size is written 512B, 64KiB, 1MiB or 10MB, or auto, not "none"
limits: {queued-bytes: 999999999999999TiB} | 1:24 limits.queued-bytes: must be from 1MiB to 1TiB, not "999999999999999TiB"

# What is wrong only together
api: {enabled: on, host: 0.0.0.0} | 1:26 api.host: must be a loopback address as long as there is no api.token, not "0.0.0.0"
api: {enabled: on, port: 8080} | 1:26 api.port: must differ from listen.port, 8080
api: {enabled: on, port: 9090} | 1:26 api.port: must differ from admin.port, 9090
api: {enabled: on, token: "env:NO_SUCH_NAME"} | 1:27 api.token: the environment variable NO_SUCH_NAME is not set
api: {body: 2GiB} | 1:13 api.body: must be from 1KiB to 1GiB, not "2GiB"
admin: {host: 0.0.0.0} | 1:15 admin.host: must be a loopback address such as 127.0.0.1, ::1 or localhost as long as there is no admin.token; not "0.0.0.0"
admin: {host: 127.0.0.1.example.com} | 1:15 admin.host: must be a loopback address such as 127.0.0.1, ::1 or localhost as long as there is no admin.token; not "127.0.0.1.example.com"
admin: {host: 0.0.0.0, token: ""} | 1:15 admin.host: must be a loopback address such as 127.0.0.1, ::1 or localhost as long as there is no admin.token; not "0.0.0.0"
admin: {host: 0.0.0.0, token: hunter2} | 1:31 admin.token: must have 16 to 512 letters, digits or -._~+/=, like what "openssl rand -hex 32" prints
admin: {host: 0.0.0.0, token: "env:WEIR_NONE"} | 1:31 admin.token: the environment variable WEIR_NONE is not set
admin: {token: "file:/no/such/file"} | 1:16 admin.token: the file /no/such/file cannot be read
admin: {token: "file:/"} | 1:16 admin.token: the file / cannot be read
admin: {token: 12345678901234567890} | 1:16 admin.token: must be a text
admin: {port: 8080} | 1:15 admin.port: must differ from listen.port, 8080
listen: {port: 9090} | 1:16 listen.port: must differ from admin.port, 9090
heartbeat: {ping: 5s} | 1:19 heartbeat.ping: must be longer than heartbeat.pong: pong 10s, ping 5s
heartbeat: {pong: 25s} | 1:19 heartbeat.pong: must be shorter than heartbeat.ping: pong 25s, ping 25s
""")
    void aMistakeInTheFileIsReportedWithItsPlace(String yaml, String message) {
        assertThat(problemsOf(yaml.replace('~', '\n'))).containsExactly("weir.yaml:" + message);
    }

    /** The same for a route that would be valid without the addition. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            textBlock =
                    """
queue: {byets: 1MiB} | 5:13 routes[0].queue.byets: unknown key, did you mean bytes?
queue: {bytes: 64KiB} | 5:20 routes[0].queue.bytes: must be from 128KiB to 1GiB, not "64KiB"
queue: {messages: 0} | 5:23 routes[0].queue.messages: must be from 1 to 10000000, not 0
queue: {when-full: drop} | 5:24 routes[0].queue.when-full: must be block, drop-oldest, drop-newest or close, not "drop"
queue: {when-full: drop_oldest} | 5:24 routes[0].queue.when-full: must be block, drop-oldest, drop-newest or close, not "drop_oldest", did you mean drop-oldest?
message: {cut-through: 65KiB} | 5:28 routes[0].message.cut-through: must be from 1B to 64KiB, not "65KiB"
message: {cut-through: 2KiB, limit: 1KiB} | 5:28 routes[0].message.cut-through: must be at most message.limit, 1KiB, not 2KiB
compression: true | 5:18 routes[0].compression: must be on or off, not true
origins: [app.example] | 5:15 routes[0].origins[0]: must be an origin in lower case and without a path, like https://app.example or http://localhost:3000, or hosts like *.example, not "app.example"
origins: ["https://app.example/"] | 5:15 routes[0].origins[0]: must be an origin in lower case and without a path, like https://app.example or http://localhost:3000, or hosts like *.example, not "https://app.example/"
origins: ["*.example", "*.example"] | 5:14 routes[0].origins: has the same item twice
origins: https://a.example | 5:14 routes[0].origins: must be a list, not "https://a.example"
connector: {type: loopback} | 5:16 routes[0].connector: a route has either workers or a connector, not both
""")
    void aMistakeInARouteIsReportedWithItsPlace(String addition, String message) {
        String route = "routes:\n  - name: a\n    clients: /c\n    workers: /w\n    ";
        assertThat(problemsOf(route + addition))
                .containsExactly("weir.yaml:" + message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            textBlock =
                    """
client | a path must start with /, not "client"
/a//b | a path must have no empty segment (// or / at its end), not "/a//b"
/a/ | a path must have no empty segment (// or / at its end), not "/a/"
/a/{x} | must have the same variables as clients: none, not {x}
/a/x{y} | a path's variable is a whole segment, {name} of letters, digits, - or _, not "/a/x{y}"
/a/{} | a path's variable is a whole segment, {name} of letters, digits, - or _, not "/a/{}"
/{x}/{x} | a path must have each variable once, {x} is twice, not "/{x}/{x}"
/a b | a path's segment is a {variable} or letters, digits and -._~!$&'()*+,;=:@, not "/a b"
/a/../b | a path's segment is a {variable} or letters, digits and -._~!$&'()*+,;=:@, not "/a/../b"
/a%20b | a path's segment is a {variable} or letters, digits and -._~!$&'()*+,;=:@, not "/a%20b"
/a?b | a path's segment is a {variable} or letters, digits and -._~!$&'()*+,;=:@, not "/a?b"
/c | /c matches the same requests as /c of routes[0].clients (weir.yaml:3:14)
12 | must be a path, not 12
""")
    void aMalformedPathIsReported(String path, String message) {
        assertThat(problemsOf("routes:\n  - name: a\n    clients: /c\n    workers: " + path))
                .containsExactly("weir.yaml:4:14 routes[0].workers: " + message);
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({"/a/{x}/c, /a/{y}/c", "/a/{x}/c, /{x}/b/c", "/{x}/{y}/c, /a/b/{c}"})
    void pathsOfTwoRoutesThatTakeTheSameRequestAreAConflict(String first, String second) {
        List<String> problems =
                problemsOf(
                        """
                        routes:
                          - {name: a, clients: '%s', workers: '/w%s'}
                          - {name: b, clients: '/d%s', workers: '%s'}
                        """
                                .formatted(first, first, second, second));
        assertThat(problems)
                .containsExactly(
                        "weir.yaml:3:%d routes[1].workers: %s matches the same requests as %s of routes[0].clients (weir.yaml:2:24)"
                                .formatted(39 + second.length(), second, first));
    }

    @Test
    void aPathThatIsEverywhereMoreSpecialIsNoConflict() throws ConfigException {
        Config config =
                new ConfigLoader()
                        .parse(
                                "weir.yaml",
                                """
                                routes:
                                  - {name: a, clients: "/{x}/{y}", workers: "/w/{x}/{y}"}
                                  - {name: b, clients: "/a/{y}", workers: "/w/a/{y}"}
                                """);
        assertThat(config.routes()).hasSize(2);
    }

    @Test
    void aSubprotocolIsAToken() {
        assertThat(
                        problemsOf(
                                """
                                routes:
                                  - {name: a, clients: /a, workers: /b, subprotocols: [a, "b c"]}
                                """))
                .containsExactly(
                        "weir.yaml:2:59 routes[0].subprotocols[1]: must be a subprotocol name:"
                                + " letters, digits, or one of !#$%&'*+.^_`|~-, not \"b c\"");
    }

    @Test
    void whoTakesOverAKeyNeedsAWait() {
        assertThat(
                        problemsOf(
                                """
                                routes:
                                  - {name: a, clients: "/a/{k}", workers: "/b/{k}", wait: off, on-duplicate: replace}
                                  - {name: b, clients: "/c/{k}", workers: "/d/{k}", wait: off, on-duplicate: reject}
                                  - {name: c, clients: "/e/{k}", workers: "/f/{k}", wait: 1s, on-duplicate: queue}
                                """))
                .containsExactly(
                        "weir.yaml:2:78 routes[0].on-duplicate: replace needs a wait, which is off");
    }

    @Test
    void aRouteNeedsItsNameAndBothPaths() {
        assertThat(problemsOf("routes:\n  - wait: 5s\n"))
                .containsExactly(
                        "weir.yaml:2:5 routes[0]: the key name is missing",
                        "weir.yaml:2:5 routes[0]: the key clients is missing",
                        "weir.yaml:2:5 routes[0]: the key workers is missing, or a connector instead");
    }

    @Test
    void aRouteNameIsUniqueAndPlain() {
        assertThat(
                        problemsOf(
                                """
                                routes:
                                  - {name: a, clients: /a, workers: /b}
                                  - {name: a, clients: /c, workers: /d}
                                  - {name: "a\\tb", clients: /e, workers: /f}
                                """))
                .containsExactly(
                        "weir.yaml:3:12 routes[1].name: \"a\" is also the name of routes[0]"
                                + " (weir.yaml:2:5)",
                        "weir.yaml:4:12 routes[2].name: must be 1 to 64 letters, digits, dots,"
                                + " dashes or underscores, not \"a\\u0009b\"");
    }

    @Test
    void theBudgetHoldsAtLeastOneOutbox() {
        assertThat(
                        problemsOf(
                                """
                                limits: {queued-bytes: 2MiB}
                                routes:
                                  - {name: a, clients: /a, workers: /b}
                                  - {name: b, clients: /c, workers: /d, queue: {bytes: 4MiB}}
                                """))
                .containsExactly(
                        "weir.yaml:1:24 limits.queued-bytes: must hold at least one outbox:"
                                + " routes[1].queue.bytes is 4MiB, this is 2MiB");
    }

    @Test
    void allMistakesAreReportedAtOnceByPosition() {
        assertThat(
                        problemsOf(
                                """
                                routes:
                                  - name: a
                                    clients: /a/{x}
                                    workers: /a/{y}
                                    queue: {byets: 1}
                                listen: {port: 70000, port: 1}
                                admin: {host: example.com}
                                drain: {deadline: soon}
                                """))
                .containsExactly(
                        "weir.yaml:4:14 routes[0].workers: must have the same variables as clients:"
                                + " {x}, not {y}",
                        "weir.yaml:4:14 routes[0].workers: /a/{y} matches the same requests as"
                                + " /a/{x} of routes[0].clients (weir.yaml:3:14)",
                        "weir.yaml:5:13 routes[0].queue.byets: unknown key, did you mean bytes?",
                        "weir.yaml:6:16 listen.port: must be from 0 to 65535, not 70000",
                        "weir.yaml:6:23 listen.port: is set a second time",
                        "weir.yaml:7:15 admin.host: must be a loopback address such as 127.0.0.1,"
                                + " ::1 or localhost as long as there is no admin.token; not"
                                + " \"example.com\"",
                        "weir.yaml:8:19 drain.deadline: a duration is written 500ms, 30s, 5m or"
                                + " 1h, or off, not \"soon\"");
    }

    @Test
    void aDocumentThatNestsWithoutEndIsRefused() {
        String deep = "listen: " + "[".repeat(100) + "]".repeat(100);
        assertThat(problemsOf(deep)).anyMatch(problem -> problem.endsWith("is nested too deep"));
    }

    @Test
    void aValueIsCutToAReadableLength() {
        assertThat(problemsOf("log: {level: " + "x".repeat(10_000) + "}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasSizeLessThan(200));
    }

    private static List<String> problemsOf(String yaml) {
        ConfigException thrown =
                catchThrowableOfType(
                        ConfigException.class, () -> new ConfigLoader().parse("weir.yaml", yaml));
        assertThat(thrown).as("the mistakes in\n" + yaml).isNotNull();
        return thrown.problems();
    }
}
