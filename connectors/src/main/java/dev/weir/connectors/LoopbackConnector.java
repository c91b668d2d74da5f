package dev.weir.connectors;

import dev.weir.connectors.LinkException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * No service at all: every message is answered here, in memory, by itself or by a script. For
 * trying a relay out without a worker, and for showing what the guard does when a service is slow
 * or fails.
 */
public final class LoopbackConnector implements Connector {

    private static final Pattern BLANK = Pattern.compile("\\{(message|key|session|number)}");

    private final String name;
    private final Deadlines deadlines;
    private final Script script;
    private final AtomicLong messages = new AtomicLong();
    private final Set<Loop> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private LoopbackConnector(Settings settings, Environment environment) {
        name = environment.name();
        deadlines = environment.deadlines();
        script = new Script(
                settings.text("answer"),
                settings.count("answers"),
                settings.duration("delay"),
                settings.count("fail-every"),
                settings.count("queue"));
    }

    /** What it does with a message; the components are the settings. */
    private record Script(String answer, int answers, Duration delay, int failEvery, int queue) {

        Message answerTo(Message message, Caller caller, int number) {
            if (answer.isEmpty()) {
                return message.isText()
                        ? Message.text(message.payload())
                        : Message.binary(message.payload());
            }
            return Message.text(BLANK.matcher(answer).replaceAll(blank ->
                    Matcher.quoteReplacement(switch (blank.group(1)) {
                        case "message" -> message.asText();
                        case "key" -> caller.key();
                        case "session" -> caller.session();
                        default -> String.valueOf(number);
                    })));
        }
    }

    @Override
    public Link open(Caller caller) throws LinkException {
        Loop loop = new Loop(caller);
        open.add(loop);
        if (closed) {
            loop.close(Goodbye.GOING_AWAY);
            throw new LinkException(Kind.CLOSED, name + ": is closed");
        }
        return loop;
    }

    @Override
    public void check() throws LinkException {
        if (closed) {
            throw new LinkException(Kind.CLOSED, name + ": is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(loop -> loop.close(Goodbye.GOING_AWAY));
    }

    /** The link of one client: a bounded queue of answers. */
    private final class Loop implements Link {

        private final Caller caller;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final Queue<Message> answers = new ArrayDeque<>();
        private boolean ended;

        Loop(Caller caller) {
            this.caller = caller;
        }

        @Override
        public void send(Message message) throws LinkException, InterruptedException {
            boolean fails = script.failEvery() > 0
                    && messages.incrementAndGet() % script.failEvery() == 0;
            lock.lockInterruptibly();
            try {
                pause();
                if (fails) {
                    throw new LinkException(Kind.FAILED,
                            name + ": fails every " + script.failEvery() + ". message, as told");
                }
                for (int i = 1; i <= script.answers(); i++) {
                    offer(script.answerTo(message, caller, i));
                }
            } finally {
                lock.unlock();
            }
        }

        /** Waits as long as the script says, at most as long as a service may take. */
        private void pause() throws LinkException, InterruptedException {
            long nanos = Math.min(script.delay().toNanos(), deadlines.answer().toNanos());
            while (nanos > 0 && !ended) {
                nanos = changed.awaitNanos(nanos);
            }
            failIfEnded();
            if (script.delay().compareTo(deadlines.answer()) > 0) {
                throw new LinkException(Kind.TIMED_OUT,
                        name + ": no answer within " + deadlines.answer().toMillis() + " ms");
            }
        }

        private void offer(Message answer) throws LinkException, InterruptedException {
            long nanos = deadlines.send().toNanos();
            while (answers.size() >= script.queue() && !ended) {
                if (nanos <= 0) {
                    throw new LinkException(Kind.TIMED_OUT,
                            name + ": " + script.queue() + " answers are waiting to be taken");
                }
                nanos = changed.awaitNanos(nanos);
            }
            failIfEnded();
            answers.add(answer);
            changed.signalAll();
        }

        @Override
        public Incoming receive() throws LinkException, InterruptedException {
            lock.lockInterruptibly();
            try {
                while (true) {
                    failIfEnded();
                    @Nullable Message answer = answers.poll();
                    if (answer != null) {
                        changed.signalAll();
                        return answer;
                    }
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close(Goodbye how) {
            open.remove(this);
            lock.lock();
            try {
                ended = true;
                answers.clear();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void failIfEnded() throws LinkException {
            if (ended) {
                throw new LinkException(Kind.CLOSED, name + ": the link is closed");
            }
        }
    }

    /** Makes them. */
    public static final class Provider implements Connector.Provider {

        private static final SettingsSpec SETTINGS = SettingsSpec.of(
                """
                type: loopback
                answer: 'you said {message}'
                delay: 20ms
                """,
                Setting.text("answer", "",
                        "Text of each answer, with {message}, {key}, {session} and {number} filled"
                                + " in; empty is the message itself",
                        "'you said {message}'"),
                Setting.count("answers", 1, 0, 1000, "Answers to each message"),
                Setting.duration("delay", Duration.ZERO, Duration.ZERO, Duration.ofHours(1),
                        "How long each message takes"),
                Setting.count("fail-every", 0, 0, 1_000_000,
                        "Every how many messages one fails; 0 is none"),
                Setting.count("queue", 100, 1, 100_000,
                        "Answers of one client that may wait to be taken"));

        @Override
        public String type() {
            return "loopback";
        }

        @Override
        public String summary() {
            return "Answers in memory, without any service: an echo or a scripted answer.";
        }

        @Override
        public SettingsSpec settings() {
            return SETTINGS;
        }

        @Override
        public Connector create(Settings settings, Environment environment) {
            return new LoopbackConnector(settings, environment);
        }
    }
}
