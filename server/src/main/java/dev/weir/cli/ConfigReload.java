package dev.weir.cli;

import dev.weir.Relay;
import dev.weir.config.ConfigException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Reads the config again while the relay runs: on SIGHUP, and when its file has changed. One thread
 * reads; requests that come meanwhile are one.
 */
@SuppressWarnings("sunapi") // There is no other way to handle a signal in Java.
final class ConfigReload implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConfigReload.class);

    private final Relay relay;
    private final ConfigOptions options;
    private final Shell shell;
    private final BlockingQueue<String> wanted = new ArrayBlockingQueue<>(1);
    private final Thread reader;
    private final Thread watch;

    private ConfigReload(Relay relay, ConfigOptions options, Shell shell) {
        this.relay = relay;
        this.options = options;
        this.shell = shell;
        this.reader = Thread.ofVirtual().name("config-reload").unstarted(this::run);
        this.watch = options.file(shell.environment())
                .map(file -> new FileWatch(file, options.read(), () -> want("file changed")))
                .map(each -> Thread.ofVirtual().name("config-watch").unstarted(each))
                .orElseGet(() -> Thread.ofVirtual().unstarted(() -> {}));
    }

    /** Starts to look. */
    static ConfigReload start(Relay relay, ConfigOptions options, Shell shell) {
        ConfigReload reload = new ConfigReload(relay, options, shell);
        reload.reader.start();
        reload.watch.start();
        if (!shell.terminal()) { // there it means that the terminal is gone, and we are to go, too
            reload.handleSignal();
        }
        return reload;
    }

    private void handleSignal() {
        try {
            Signal.handle(new Signal("HUP"), signal -> want("SIGHUP"));
        } catch (IllegalArgumentException e) {
            log.atWarn().setCause(e).addKeyValue("signal", "SIGHUP").log("not handled");
        }
    }

    private void want(String why) {
        if (!wanted.offer(why)) {
            log.atDebug().addKeyValue("why", why).log("the config is going to be read anyway");
        }
    }

    private void run() {
        try {
            while (true) {
                String why = wanted.take();
                log.atInfo().addKeyValue("why", why).log("reading the config again");
                reload();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reload() {
        try {
            relay.change(options.load(shell.environment()));
        } catch (ConfigException e) {
            relay.refuse(e);
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("reading the config again failed");
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        watch.interrupt();
        reader.interrupt();
    }
}
