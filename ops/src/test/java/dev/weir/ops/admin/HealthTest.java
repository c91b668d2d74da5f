package dev.weir.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final Health health = new Health();
    private final AdminServer admin = AdminServer.start("127.0.0.1", 0, List.of(), health);
    private final HttpCalls http = new HttpCalls(admin.port());

    HealthTest() throws IOException {}

    @AfterEach
    void stop() {
        http.close();
        admin.close();
    }

    @Test
    void aNodeWithoutChecksIsLiveAndReady() {
        assertThat(http.get("/livez").body()).isEqualTo("{\"status\":\"live\",\"checks\":[]}");
        assertThat(http.get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void oneFailingCheckMakesItUnreadyAndIsNamed() {
        AtomicBoolean draining = new AtomicBoolean();
        health.ready("listener", Check::passing);
        health.ready("drain", () -> draining.get()
                ? Check.failing("draining for 3 s") : Check.passing());

        assertThat(http.get("/readyz").statusCode()).isEqualTo(200);
        draining.set(true);
        HttpResponse<String> answer = http.get("/readyz");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{\"status\":\"not ready\",\"checks\":["
                + "{\"name\":\"drain\",\"passed\":false,\"detail\":\"draining for 3 s\"},"
                + "{\"name\":\"listener\",\"passed\":true,\"detail\":\"\"}]}");
        assertThat(http.get("/livez").statusCode()).as("live all the same").isEqualTo(200);
    }

    @Test
    void aCheckThatThrowsCountsAsFailed() {
        health.live("broken", () -> {
            throw new IllegalStateException("secret");
        });

        HttpResponse<String> answer = http.get("/livez");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("\"name\":\"broken\"").doesNotContain("secret");
    }

    @Test
    void aNameIsRegisteredOnce() {
        health.ready("drain", Check::passing);

        assertThatThrownBy(() -> health.ready("drain", Check::passing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drain");
    }
}
