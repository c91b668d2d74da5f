package dev.weir.connectors;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

/**
 * The threads of a WebSocket client: a few platform threads for its selector, and a virtual one for
 * each readable event. Not Jetty's VirtualThreadPool: it limits tasks to 200 and can livelock.
 */
final class WebSocketThreads extends QueuedThreadPool {

    private static final int MAX = 16;
    private static final int MIN = 2;

    private final Executor virtual = VirtualThreads.getDefaultVirtualThreadsExecutor();

    WebSocketThreads(String name) {
        super(MAX, MIN);
        setName(name);
        setDaemon(true);
        setVirtualThreadsExecutor(virtual);
    }

    /**
     * Jetty runs a connection here from which the first frame is asked for. It may have to wait for
     * room in an inbox, so that must be a virtual thread, as it is for all later frames.
     */
    @Override
    public void execute(Runnable job) {
        if (job instanceof WebSocketConnection) {
            virtual.execute(job);
        } else {
            super.execute(job);
        }
    }
}
