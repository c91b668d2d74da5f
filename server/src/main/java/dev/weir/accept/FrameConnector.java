package dev.weir.accept;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Jetty's connector, with end points that write one buffer as one: a run of frames is one. */
final class FrameConnector extends ServerConnector {

    FrameConnector(Server server, int selectors, HttpConfiguration http) {
        super(server, 1, selectors, new HttpConnectionFactory(http));
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint =
                new WholeWriteEndPoint(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /** Jetty always gathers, which costs more than it saves when there is nothing to gather. */
    private static final class WholeWriteEndPoint extends SocketChannelEndPoint {

        WholeWriteEndPoint(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public boolean flush(ByteBuffer... buffers) throws IOException {
            if (buffers.length != 1) {
                return super.flush(buffers);
            }
            try {
                if (getChannel().write(buffers[0]) > 0) {
                    notIdle();
                }
            } catch (IOException e) {
                throw new EofException(e);
            }
            return !buffers[0].hasRemaining();
        }
    }
}
