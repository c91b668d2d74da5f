package dev.weir.ops.watch;

import dev.weir.ops.admin.Answer;
import dev.weir.ops.admin.Download;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/**
 * Makes flight recordings of the process, one at a time, with the JVM's own settings for profiling
 * (about 2 % of the CPU while it runs). What tells the environment and the command line stays out:
 * secrets may be in there.
 */
public final class Profiler implements AutoCloseable {

    /** The longest recording, in seconds. */
    public static final int SECONDS_MAX = 300;

    private static final long RECORDING_BYTES = 256L << 20;

    private static final List<String> TELL_TALES = List.of(
            "jdk.InitialEnvironmentVariable",
            "jdk.InitialSystemProperty",
            "jdk.JVMInformation",
            "jdk.SystemProcess");

    private final AtomicBoolean recording = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Records for so long, and {@return the recording to download} Blocks meanwhile.
     *
     * @param seconds from 1 to {@value #SECONDS_MAX}
     */
    public Answer record(int seconds) {
        if (seconds < 1 || seconds > SECONDS_MAX) {
            return Answer.refused(400, "seconds must be from 1 to " + SECONDS_MAX);
        }
        if (!recording.compareAndSet(false, true)) {
            return Answer.refused(409, "another recording is being made; one at a time");
        }
        try {
            return Answer.ok(make(seconds));
        } catch (IOException e) {
            return Answer.refused(500, "the recording failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.refused(503, "interrupted");
        } finally {
            recording.set(false);
        }
    }

    private Download make(int seconds) throws IOException, InterruptedException {
        Path file = Files.createTempFile("weir-profile", ".jfr");
        boolean made = false;
        try (Recording jfr = new Recording(Configuration.getConfiguration("profile"))) {
            TELL_TALES.forEach(jfr::disable);
            jfr.setMaxSize(RECORDING_BYTES);
            jfr.start();
            boolean cut = closed.await(seconds, TimeUnit.SECONDS);
            jfr.stop();
            if (cut) {
                throw new IOException("the process is stopping");
            }
            jfr.dump(file);
            made = true;
            return new Download(file, "weir.jfr", "application/octet-stream");
        } catch (ParseException e) {
            throw new IOException("this JVM has no settings for profiling", e);
        } finally {
            if (!made) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Ends what is being recorded. */
    @Override
    public void close() {
        closed.countDown();
    }
}
