package dev.weir.connectors;

import dev.weir.connectors.HttpSettings.Answer;
import dev.weir.connectors.LinkException.Kind;
import java.io.EOFException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each message of a client is a POST to an HTTP service, as a CloudEvent in binary mode (CloudEvents
 * HTTP Protocol Binding 1.0.2); what the service answers goes back to the client. A link holds no
 * connection: those belong to all links together.
 */
public final class HttpConnector implements Connector {

    private static final Logger log = LoggerFactory.getLogger(HttpConnector.class);

    private final Environment environment;
    private final HttpSettings settings;
    private final String name;
    private final String what;
    private final Duration connect;
    private final Duration whole;
    private final HttpPool pool;
    private final @Nullable WebHook webHook;
    private final Set<Mailbox> open = ConcurrentHashMap.newKeySet();

    private HttpConnector(HttpSettings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
        Deadlines deadlines = environment.deadlines();
        name = environment.name();
        what = name + ": " + settings.url().origin();
        connect = deadlines.connect();
        whole = connect.plus(deadlines.send()).plus(deadlines.answer());
        Duration longest = whole.compareTo(settings.streamLimit()) > 0
                ? whole
                : settings.streamLimit();
        pool = new HttpPool(name, connect, longest, settings);
        webHook = settings.origin().isEmpty()
                ? null
                : new WebHook(what, settings.origin(), settings.rate(), environment.nanoClock());
    }

    @Override
    public Link open(Caller caller) throws LinkException, InterruptedException {
        long started = environment.nanoClock().getAsLong();
        URI url = settings.url().fill(name, caller.variables());
        if (webHook != null && !webHook.isGranted()) {
            askPermission(webHook, url); // Perhaps several clients do at once; it does no harm.
        }
        Mailbox link = new Mailbox(caller, url);
        open.add(link);
        boolean opened = false;
        try {
            if (pool.isClosed()) {
                throw pool.closedException();
            }
            if (settings.tellsConnected()) {
                long passed = environment.nanoClock().getAsLong() - started;
                link.greet(connect.minusNanos(passed));
            }
            opened = true;
            return link;
        } finally {
            if (!opened) {
                link.end();
            }
        }
    }

    @Override
    public void check() throws LinkException, InterruptedException {
        @Nullable UrlTemplate health = settings.health();
        if (webHook != null) {
            askPermission(webHook, settings.url().fill(name, Map.of()));
        } else if (health != null) {
            int status = status(request("GET", health.fill(name, Map.of())));
            if (!HttpStatus.isSuccess(status)) {
                throw new LinkException(Kind.FAILED, answered("health check", status));
            }
        } else {
            // Who does not know OPTIONS is there all the same.
            int status = status(request("OPTIONS", settings.url().beforeVariables()));
            if (status >= 500 && status != HttpStatus.NOT_IMPLEMENTED_501) {
                throw new LinkException(Kind.FAILED, answered("OPTIONS", status));
            }
        }
    }

    @Override
    public boolean opensAtService() {
        return settings.tellsConnected();
    }

    private int status(Request request) throws LinkException, InterruptedException {
        try (HttpCall call = call(request, connect)) {
            int status = call.send().head().getStatus();
            call.drop();
            return status;
        }
    }

    private void askPermission(WebHook hook, URI url) throws LinkException, InterruptedException {
        Request request = request("OPTIONS", url);
        hook.ask(request);
        try (HttpCall call = call(request, connect)) {
            Response head = call.send().head();
            call.drop();
            if (HttpStatus.isServerError(head.getStatus())
                    || head.getStatus() == HttpStatus.TOO_MANY_REQUESTS_429) {
                throw refusal(head);
            }
            hook.answered(head.getHeaders());
        }
    }

    private Request request(String method, URI url) throws LinkException {
        Request request = pool.request(method, url);
        return request.headers(headers -> settings.headers().forEach(headers::put));
    }

    private HttpCall call(Request request, Duration longest) {
        return new HttpCall(
                request, what, environment.deadlines(), longest, environment.nanoClock());
    }

    private String answered(String question, int status) {
        return HttpVerdict.text(what, question, status);
    }

    private LinkException refusal(Response head) {
        return HttpVerdict.refusal(what, head, environment.clock());
    }

    @Override
    public void close() {
        open.forEach(Mailbox::end);
        pool.close();
        open.forEach(Mailbox::end); // Those that came in between.
    }

    /** One client's: what it sends is posted, what is answered waits here to be taken. */
    private final class Mailbox implements Link {

        private final Caller caller;
        private final URI url;
        private final Inbox inbox = new Inbox(settings.answers());
        private final Set<HttpCall> calls = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean closed = new AtomicBoolean();

        Mailbox(Caller caller, URI url) {
            this.caller = caller;
            this.url = url;
        }

        void greet(Duration longest) throws LinkException, InterruptedException {
            post(CloudEvent.connected(environment, caller), null, longest);
        }

        @Override
        public void send(Message message) throws LinkException, InterruptedException {
            inbox.failIfEnded(name);
            post(CloudEvent.message(environment, caller, message), message, whole);
        }

        private void post(CloudEvent event, @Nullable Message message, Duration longest)
                throws LinkException, InterruptedException {
            if (webHook != null) {
                webHook.awaitTurn(longest.toNanos());
            }
            HttpCall call = call(event(event, message), longest);
            calls.add(call);
            try (call) {
                if (closed.get()) {
                    inbox.failIfEnded(name);
                }
                Response head = call.send().head();
                if (HttpStatus.isSuccess(head.getStatus())) {
                    take(call, head, message == null || message.isText());
                } else {
                    call.drop();
                    refused(head, message);
                }
            } finally {
                calls.remove(call);
            }
        }

        private void refused(Response head, @Nullable Message message) throws LinkException {
            if (head.getStatus() == HttpStatus.GONE_410 && message != null) {
                // How a service without a connection of its own hangs up.
                inbox.end(new Goodbye(Goodbye.NORMAL.code(), "the service answered 410 Gone"));
                return;
            }
            throw refusal(head);
        }

        private Request event(CloudEvent event, @Nullable Message message) throws LinkException {
            Request request = pool.request("POST", url);
            request.headers(headers -> {
                caller.headers().forEach((header, value) -> {
                    if (!HttpSettings.isReserved(header)) {
                        headers.put(header, value);
                    }
                });
                if (settings.answer() == Answer.STREAM) {
                    headers.put(HttpHeader.ACCEPT,
                            "text/event-stream, application/x-ndjson, */*;q=0.5");
                }
                settings.headers().forEach(headers::put);
                event.encoded("ce-").forEach(headers::put);
                if (event.traceparent() != null) {
                    headers.put("traceparent", event.traceparent());
                }
            });
            if (message != null) {
                String type = message.isText() ? settings.textType() : CloudEvent.BINARY;
                request.body(new BytesRequestContent(type, message.payload()));
            }
            return request;
        }

        private void take(HttpCall call, Response head, boolean askedInText)
                throws LinkException, InterruptedException {
            if (settings.answer() == Answer.NONE
                    || head.getStatus() == HttpStatus.ACCEPTED_202) {
                call.drop();
                return;
            }
            long limit = environment.messageMax();
            @Nullable String type = head.getHeaders().get(HttpHeader.CONTENT_TYPE);
            if (settings.answer() == Answer.STREAM && type != null) {
                @Nullable AnswerStream stream =
                        AnswerStream.of(CloudEvent.mediaType(type), limit, utf8 -> {
                            put(Message.text(utf8));
                            call.answered();
                        });
                if (stream != null) {
                    call.extend(settings.streamLimit());
                    follow(stream, call, head);
                    return;
                }
            }
            if (head.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > limit) {
                throw call.tooLarge(limit);
            }
            byte[] body = call.body(limit);
            if (body.length > 0) {
                put(CloudEvent.received(type, body, askedInText));
            }
        }

        private void follow(AnswerStream stream, HttpCall call, Response head)
                throws LinkException, InterruptedException {
            try {
                for (Content.Chunk chunk = call.read(); chunk != null; chunk = call.read()) {
                    try {
                        stream.feed(chunk.getByteBuffer());
                    } finally {
                        chunk.release();
                    }
                }
                stream.end(saysItsEnd(head));
            } catch (AnswerStream.TooLargeException e) {
                throw call.tooLarge(environment.messageMax());
            } catch (EOFException e) {
                throw new LinkException(Kind.LOST, what + ": " + e.getMessage(), e);
            }
        }

        /** Without all of these the end of the connection is the end (RFC 9112 section 6.3). */
        private boolean saysItsEnd(Response head) {
            HttpFields headers = head.getHeaders();
            return head.getVersion() == HttpVersion.HTTP_2
                    || headers.contains(HttpHeader.CONTENT_LENGTH)
                    || headers.contains(
                            HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED.asString());
        }

        /** Waits for room; a client that takes nothing for that long loses its link. */
        private void put(Message message) throws LinkException, InterruptedException {
            if (message.isText() && !Utf8.isValid(message.payload())) {
                throw new LinkException(Kind.FAILED, what + ": the answer is text but no UTF-8");
            }
            Duration longest = environment.deadlines().answer();
            if (!inbox.put(message, longest.toNanos())) {
                inbox.failIfEnded(name);
                LinkException slow = new LinkException(
                        Kind.CLOSED,
                        name + ": the client took no answer for " + longest.toMillis() + " ms");
                inbox.fail(slow);
                throw slow;
            }
        }

        @Override
        public Incoming receive() throws LinkException, InterruptedException {
            return inbox.take();
        }

        @Override
        public void close(Goodbye how) {
            if (end() && settings.tellsDisconnected()) {
                tell(CloudEvent.disconnected(environment, caller, how));
            }
        }

        /** {@return whether it had not ended yet} */
        boolean end() {
            open.remove(this);
            if (!closed.compareAndSet(false, true)) {
                return false;
            }
            inbox.close(name);
            for (HttpCall call : calls) {
                call.cancel(new LinkException(Kind.CLOSED, name + ": the link is closed"));
            }
            return true;
        }

        private void tell(CloudEvent event) {
            try {
                if (webHook != null) {
                    webHook.awaitTurn(connect.toNanos());
                }
                int status = status(event(event, null));
                if (HttpStatus.isSuccess(status) || status == HttpStatus.GONE_410) {
                    return;
                }
                untold(answered("the event", status));
            } catch (LinkException e) {
                untold(String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                untold("interrupted");
            }
        }

        private void untold(String why) {
            log.atInfo()
                    .addKeyValue("connector", name)
                    .addKeyValue("session", caller.session())
                    .addKeyValue("cause", why)
                    .log("Service was not told that a client left");
        }
    }

    /** Makes them. */
    public static final class Provider implements Connector.Provider {

        @Override
        public String type() {
            return "http";
        }

        @Override
        public String summary() {
            return "Posts each message to an HTTP service as a CloudEvent; the answer goes back.";
        }

        @Override
        public SettingsSpec settings() {
            return HttpSettings.SPEC;
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new HttpConnector(HttpSettings.of(settings), environment);
        }
    }
}
