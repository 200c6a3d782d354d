package dev.gradwatch.collector.sink.http.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of a connection's requests: the head must be there soon after its first byte, or after the connection, and the body soon
 * after the head. Confined to the connection's event loop. An idle timeout alone would not do: one byte a second keeps a connection from
 * being idle.
 *
 * <p>Stands first in the pipeline, which only Vert.x's internal type gives access to.
 */
public final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private final Duration timeout;
    private final Runnable headLate;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean inRequest;

    private ConnectionGuard(Duration timeout, Runnable headLate) {
        this.timeout = timeout;
        this.headLate = headLate;
    }

    /** @param headLate called before a connection is closed for a head that is not complete in time */
    public static void add(HttpConnection connection, Duration timeout, Runnable headLate) {
        channel(connection).pipeline().addFirst(new ConnectionGuard(timeout, headLate));
    }

    public static ConnectionGuard of(HttpConnection connection) {
        return channel(connection).pipeline().get(ConnectionGuard.class);
    }

    /** Closes at once, whatever waits to be written. */
    public static void cut(HttpConnection connection) {
        ChannelFuture unused = channel(connection).close();
    }

    private static Channel channel(HttpConnection connection) {
        return ((HttpServerConnection) connection).channelHandlerContext().channel();
    }

    /**
     * A head is complete.
     *
     * @param bodyLate called before the connection is closed for a body that is not complete in time
     */
    public void requestBegan(Runnable bodyLate) {
        inRequest = true;
        arm(bodyLate);
    }

    /** Its body is complete, or there is none. */
    public void requestEnded() {
        inRequest = false;
        disarm();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        arm(headLate);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!inRequest && deadline == null) {
            arm(headLate);
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        disarm();
        ctx.fireChannelInactive();
    }

    private void arm(Runnable late) {
        disarm();
        ChannelHandlerContext ctx = context;
        if (ctx != null && ctx.channel().isActive()) {
            deadline = ctx.executor()
                    .schedule(
                            () -> {
                                deadline = null;
                                late.run();
                                ChannelFuture unused = ctx.close();
                            },
                            timeout.toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    private void disarm() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
