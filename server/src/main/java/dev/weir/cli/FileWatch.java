package dev.weir.cli;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when a file has changed, whatever way: written in place, replaced by an editor, or, as
 * Kubernetes does with a ConfigMap, by turning a symbolic link in its directory to another one. So
 * it watches the directory. Runs on a thread of its own until that is interrupted.
 */
final class FileWatch implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(FileWatch.class);

    /** Between two looks at a directory that tells nothing, or that is gone for now. */
    private static final long LOOK_SECONDS = 5;

    /** A change is over when nothing happened for so long, or after {@link #SETTLE_ROUNDS}. */
    private static final long SETTLE_MILLIS = 200;

    private static final int SETTLE_ROUNDS = 25;

    private final Path file;
    private final Path directory;
    private final @Nullable Print first;
    private final Runnable changed;

    /**
     * A watch over that file.
     *
     * @param first what it was when it was read; a change since then counts
     */
    FileWatch(Path file, @Nullable Print first, Runnable changed) {
        this.file = file;
        this.first = first;
        this.directory = Objects.requireNonNullElse(
                file.toAbsolutePath().getParent(), file.toAbsolutePath());
        this.changed = changed;
    }

    /** What tells one content of the file from another without reading it. */
    record Print(String path, long size, long modifiedNanos, @Nullable Object key) {}

    @Override
    public void run() {
        try (WatchService watch = directory.getFileSystem().newWatchService()) {
            WatchKey key = null;
            Print last = first;
            while (true) {
                if (key == null || !key.isValid()) {
                    key = register(watch);
                }
                settle(watch);
                Print now = print(file);
                if (now != null && !now.equals(last)) {
                    last = now;
                    changed.run();
                }
            }
        } catch (IOException e) {
            log.atWarn().setCause(e).addKeyValue("file", file)
                    .log("the config file is not watched; SIGHUP reads it again");
        } catch (InterruptedException | ClosedWatchServiceException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable WatchKey register(WatchService watch) {
        try {
            return directory.register(
                    watch,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            log.atDebug().setCause(e).log("the directory of the config is not there now");
            return null;
        }
    }

    private static void settle(WatchService watch) throws InterruptedException {
        WatchKey key = watch.poll(LOOK_SECONDS, TimeUnit.SECONDS);
        for (int i = 0; key != null && i < SETTLE_ROUNDS; i++) {
            key.pollEvents();
            key.reset();
            key = watch.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** {@return null while there is no such file: it may just be replaced} */
    static @Nullable Print print(Path file) {
        try {
            Path real = file.toRealPath();
            BasicFileAttributes attributes =
                    Files.readAttributes(real, BasicFileAttributes.class);
            return new Print(
                    real.toString(),
                    attributes.size(),
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    attributes.fileKey());
        } catch (IOException e) {
            return null;
        }
    }
}
