import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.util.HashMap;
import java.util.Map;

/**
 * A relay as Netty's documentation would have one: its WebSocket handler with its UTF-8 check,
 * frames forwarded as they are, written by the read batch, and a sender not read while its mate's
 * channel is not writable. One event loop, so that the pairs need no lock. Usage: NettyRelay PORT
 */
public final class NettyRelay {

    private static final int FRAME_MAX = 64 << 20;
    private static final int BACKLOG = 1024;

    private final Map<String, Forward> waiting = new HashMap<>();

    public static void main(String[] args) throws InterruptedException {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> type =
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, io);
        NettyRelay relay = new NettyRelay();
        new ServerBootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        relay.prepare(channel);
                    }
                })
                .bind("127.0.0.1", Integer.parseInt(args[0]))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    private void prepare(Channel channel) {
        WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                .websocketPath("/")
                .checkStartsWith(true)
                .maxFramePayloadLength(FRAME_MAX)
                .build();
        channel.pipeline().addLast(
                new HttpServerCodec(),
                new HttpObjectAggregator(1 << 13),
                new WebSocketServerProtocolHandler(config),
                new Forward());
    }

    /** One end of a pair. */
    private final class Forward extends ChannelInboundHandlerAdapter {

        private String key = "";
        private Channel own;
        private Forward mate;

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof HandshakeComplete) {
                String path = ((HandshakeComplete) event).requestUri();
                key = path.substring(path.lastIndexOf('/') + 1);
                own = context.channel();
                mate = waiting.remove(key);
                if (mate == null) {
                    waiting.put(key, this);
                    own.config().setAutoRead(false);
                } else {
                    mate.mate = this;
                    mate.own.config().setAutoRead(true);
                }
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (mate == null) {
                ((WebSocketFrame) message).release();
            } else {
                mate.own.write(message, mate.own.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (mate != null) {
                mate.own.flush();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (mate != null) {
                mate.own.config().setAutoRead(own.isWritable());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            waiting.remove(key, this);
            if (mate != null) {
                Channel other = mate.own;
                mate.mate = null;
                mate = null;
                other.config().setAutoRead(true);
                other.writeAndFlush(new CloseWebSocketFrame(1001, ""))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
