package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.ObservationSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Listens for reporters. {@link #start} binds; {@link #close} may be called twice. */
public final class TcpSource implements AutoCloseable {
    /**
     * @param address where to listen; port 0 takes a free one
     * @param token what reporters must say in Hello; null where none is needed
     */
    public TcpSource(InetSocketAddress address, @Nullable String token, ObservationSink sink) {}

    /**
     * Binds and begins to accept.
     *
     * @return the address bound, with the port taken
     * @throws IOException with the address and the reason where it cannot be bound
     */
    public InetSocketAddress start() throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
