package dev.weir.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask for what, beyond loopback and on it. */
class BearerTokenTest {

    private static final String TOKEN = "correct-horse-battery";

    private final AtomicReference<String> token = new AtomicReference<>(TOKEN);
    private final AdminServer open = start("0.0.0.0");
    private final AdminServer loopback = start("127.0.0.1");
    private final HttpCalls http = new HttpCalls(open.port());
    private final HttpCalls local = new HttpCalls(loopback.port());

    BearerTokenTest() throws IOException {}

    private AdminServer start(String host) throws IOException {
        return AdminServer.start(host, 0, token::get, List.of(
                new Endpoint("GET", "/things", request -> Answer.ok("thing")),
                new Endpoint("DELETE", "/things", request -> Answer.noContent())), new Health());
    }

    @AfterEach
    void stop() {
        http.close();
        local.close();
        open.close();
        loopback.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + TOKEN, "bearer " + TOKEN, "BEARER  " + TOKEN + " "})
    void whoBringsTheTokenIsServed(String header) {
        assertThat(http.get("/things", "Authorization", header).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Bearer", "Bearer ", "Bearer correct-horse-batter", "Bearer correct-horse-battery2",
        "Basic " + TOKEN, TOKEN, "Bearer CORRECT-HORSE-BATTERY"
    })
    void whoBringsAnotherIsToldWhatIsAskedFor(String header) {
        HttpResponse<String> answer = http.get("/things", "Authorization", header);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate"))
                .contains("Bearer realm=\"weir\"");
        assertThat(answer.body()).contains("Authorization").doesNotContain(TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/things", "/nothing", "/livez/", "/livez/x"})
    void withoutATokenNothingIsTold(String path) throws IOException {
        assertThat(http.raw("GET " + path + " HTTP/1.1", "Host: a")).startsWith("HTTP/1.1 401");
        assertThat(http.raw("DELETE " + path + " HTTP/1.1", "Host: a")).startsWith("HTTP/1.1 401");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz"})
    void theProbesAreOpenUnderAnyName(String path) throws IOException {
        assertThat(http.raw("GET " + path + " HTTP/1.1", "Host: 10.1.2.3:9090"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void thePagesAreOpenForTheyHoldNoData() {
        assertThat(http.get("/playground/").statusCode()).isEqualTo(200);
    }

    @Test
    void beyondLoopbackAnyNameAndAProxyWithTlsWillDo() throws IOException {
        assertThat(http.raw("DELETE /things HTTP/1.1", "Host: 10.1.2.3:9090",
                        "Origin: https://weir.internal", "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 204");
    }

    @Test
    void onLoopbackTheRulesForForeignPagesStay() throws IOException {
        String bearer = "Authorization: Bearer " + TOKEN;

        assertThat(local.raw("GET /things HTTP/1.1", "Host: localhost", bearer))
                .startsWith("HTTP/1.1 200");
        assertThat(local.raw("GET /things HTTP/1.1", "Host: evil.example", bearer))
                .startsWith("HTTP/1.1 421");
        assertThat(local.raw("DELETE /things HTTP/1.1", "Host: localhost", bearer,
                        "Origin: http://evil.example"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void aChangedTokenCountsFromTheNextRequestOn() {
        token.set("another-horse-battery");

        assertThat(http.get("/things", "Authorization", "Bearer " + TOKEN).statusCode())
                .isEqualTo(401);
        assertThat(http.get("/things", "Authorization", "Bearer another-horse-battery")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldTheTokenVanishNobodyIsLetInBeyondLoopback() {
        token.set("");

        assertThat(http.get("/things").statusCode()).isEqualTo(401);
        assertThat(http.get("/things", "Authorization", "Bearer ").statusCode()).isEqualTo(401);
        assertThat(local.get("/things").statusCode()).isEqualTo(200);
    }
}
