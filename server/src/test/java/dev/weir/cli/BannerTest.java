package dev.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.RouteConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BannerTest {

    @Test
    void saysWhereEverythingIs() {
        assertThat(lines(Config.defaults()))
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .startsWith("Weir " + Versions.weir())
                                        .contains("Java " + Runtime.version()),
                        line -> assertThat(line).isEqualTo("  listening   ws://0.0.0.0:18080"),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "  route       default: /client/{key} <->"
                                                        + " /worker/{key}"),
                        line -> assertThat(line).isEqualTo("  admin       http://127.0.0.1:19090"),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "  playground  http://127.0.0.1:19090/playground/"),
                        line -> assertThat(line).startsWith("Ctrl-C"));
    }

    @Test
    void staysUnderTenLinesHoweverManyRoutesThereAre() {
        List<RouteConfig> routes =
                IntStream.range(0, 50)
                        .mapToObj(i -> RouteConfig.of("r" + i, "/c" + i, "/w" + i))
                        .toList();
        Config some = Config.defaults();
        Config many =
                new Config(
                        some.listen(),
                        some.admin(),
                        some.api(),
                        some.limits(),
                        some.heartbeat(),
                        some.drain(),
                        some.log(),
                        some.trace(),
                        some.connectors(),
                        some.watch(),
                        routes);
        assertThat(lines(many))
                .hasSizeLessThan(10)
                .contains("  route       r0: /c0 <-> /w0", "              and 47 more");
    }

    @Test
    void writesAnIpv6AddressInBrackets() {
        assertThat(Banner.url("ws", "::1", 80)).isEqualTo("ws://[::1]:80");
    }

    private static List<String> lines(Config config) {
        StringWriter out = new StringWriter();
        new Banner(config, 18080, 19090).print(new PrintWriter(out));
        return out.toString().lines().toList();
    }
}
