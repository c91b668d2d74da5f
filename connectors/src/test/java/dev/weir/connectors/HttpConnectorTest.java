package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract over HTTP/1.1, against a service that echoes. */
class HttpConnectorTest extends ConnectorContract {

    private HttpService service;

    @BeforeEach
    void startService() throws Exception {
        service = HttpService.start(HttpService.ECHO);
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    @Override
    protected Connector.Provider provider() {
        return new HttpConnector.Provider();
    }

    @Override
    protected int port() {
        return service.port();
    }

    @Override
    protected Map<String, Object> settings(int port) {
        return Map.of("url", "http://127.0.0.1:" + port + "/echo", "protocol", protocol());
    }

    String protocol() {
        return "auto";
    }

    @Override
    protected void kill() throws Exception {
        service.stop();
    }

    @Override
    protected void restart() throws Exception {
        service.start();
    }

    /** An empty answer is no message: see {@link #anEmptyMessageIsPostedAndItsEmptyAnswerIsNone}. */
    @ParameterizedTest
    @MethodSource("messagesWithContent")
    @Override
    void aMessageComesBackAsItWas(Message sent) throws Exception {
        super.aMessageComesBackAsItWas(sent);
    }

    static List<Message> messagesWithContent() {
        return messages().stream().filter(message -> message.length() > 0).toList();
    }

    @Test
    void anEmptyMessageIsPostedAndItsEmptyAnswerIsNone() throws Exception {
        Link link = open(connector());
        link.send(text(""));
        link.send(text("next"));
        assertThat(receive(link).asText()).isEqualTo("next");
        assertThat(service.calls()).extracting(HttpService.Call::text).containsExactly("", "next");
    }

    @Test
    void messagesInARowUseOneConnection() throws Exception {
        Link link = open(connector());
        for (int i = 0; i < 20; i++) {
            link.send(text("message " + i));
        }
        assertThat(service.connections()).isEqualTo(1);
    }

    @Test
    void messagesAtOnceOfOneLinkAreAllAnswered() throws Exception {
        Link link = open(connector());
        List<CompletableFuture<Boolean>> sends = IntStream.range(0, 50)
                .mapToObj(i -> async(() -> {
                    link.send(text("message " + i));
                    return true;
                }))
                .toList();
        for (CompletableFuture<Boolean> send : sends) {
            get(send);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(receive(link).asText()).startsWith("message ");
        }
    }
}
