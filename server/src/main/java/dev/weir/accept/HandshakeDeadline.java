package dev.weir.accept;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that have not finished a handshake in time. The idle timeout does not do: a
 * byte now and then resets it for ever. Bounded by the connector's connection limit.
 */
final class HandshakeDeadline implements Connection.Listener {

    private final Scheduler scheduler;
    private final Duration deadline;
    private final Map<Connection, Scheduler.Task> pending = new ConcurrentHashMap<>();

    HandshakeDeadline(Scheduler scheduler, Duration deadline) {
        this.scheduler = scheduler;
        this.deadline = deadline;
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof HttpConnection) {
            Runnable expire = () -> connection.getEndPoint().close();
            pending.put(
                    connection,
                    scheduler.schedule(expire, deadline.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    /** The upgrade closes the HTTP connection too, in favour of the WebSocket one. */
    @Override
    public void onClosed(Connection connection) {
        Scheduler.Task task = pending.remove(connection);
        if (task != null) {
            task.cancel();
        }
    }
}
