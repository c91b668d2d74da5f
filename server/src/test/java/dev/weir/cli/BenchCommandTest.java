package dev.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weir bench} says to who uses it wrongly. */
class BenchCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Cli.run(new Shell(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), false), args);
    }

    @ParameterizedTest(name = "weir {0}")
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '"',
            textBlock =
                    """
bench => weir: what shall be measured? throughput, latency, idle, stall, churn => weir bench
bench speed => weir: Unmatched argument at index 1: 'speed' => weir bench
bench throughput --rate 5 => weir: Unknown options: '--rate', '5' => weir bench throughput
bench throughput --window 0 => weir: window: at least 1 => weir bench throughput
bench throughput --size 31B => weir: size: 32 to 16777216 bytes, for a message holds its check => weir bench throughput
bench throughput --size 64 => weir: Invalid value for option '--size': a size is written 512B, 64KiB, 1MiB or 10MB => weir bench throughput
bench throughput --size 1MiB --window 9999 => weir: pairs, window and size: less than 1 GiB may be under way => weir bench throughput
bench throughput --duration 5 => weir: Invalid value for option '--duration': a duration is written 500ms, 30s, 5m or 1h => weir bench throughput
bench throughput --duration off => weir: duration: more than nothing => weir bench throughput
bench throughput --content morse => weir: Invalid value for option '--content': there is no "morse" => weir bench throughput
bench throughput --content utf8 --size 33B => weir: size: for utf8 a multiple of 4 bytes => weir bench throughput
bench throughput --client ws://h/c => weir: no {key} in ws://h/c: without one it cannot be known which connections the relay pairs => weir bench throughput
bench throughput --client http://h/{key} => weir: expected a URL like ws://localhost:8080/client/{key}, not http://h/{key} => weir bench throughput
bench throughput --client wss://h/{key} => weir: wss is not supported: measure the relay without TLS => weir bench throughput
bench throughput --header nonsense => weir: a header is written Name: value, not nonsense => weir bench throughput
bench throughput --json /no/such/folder/x => weir: /no/such/folder is not a directory => weir bench throughput
bench latency --rate 0 => weir: rate: more than 0 => weir bench latency
bench idle --rate -1 => weir: rate: 0 or more => weir bench idle
bench stall --pairs 1 => weir: pairs: at least 2, one to stall and others to suffer => weir bench stall
bench churn --messages 0 => weir: messages: at least 1 => weir bench churn
""")
    void aWrongCommandLineExitsWith2(String line, String message, String command) {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString().lines())
                .startsWith(message).endsWith("Try: " + command + " --help");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"throughput", "latency", "idle", "stall", "churn"})
    void helpTellsTheExitCodes(String mode) {
        assertThat(run("bench", mode, "--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("0 all messages came as they should", "1 some did not", "2 nothing could",
                        "--client=URL", "--json=FILE");
    }

    @Test
    void aRelayThatIsNotThereExitsWith2() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        String url = "ws://127.0.0.1:" + free + "/{key}";

        assertThat(run("bench", "throughput", "--client", url, "--worker", url)).isEqualTo(2);

        assertThat(err.toString()).startsWith("weir: handshake of worker 0: Connection refused");
        assertThat(out.toString()).isEmpty();
    }
}
