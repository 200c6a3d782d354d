package dev.gradwatch.agent.report;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a collector: the sending thread writes, a thread of its own reads. Memory is bounded by one incoming frame. {@link #close} may be called by any
 * thread, more than once, and ends whatever blocks on the connection.
 */
final class Connection {
    private static final int HEAD_BYTES = 5;

    /** Takes the frames that arrive, by the reading thread. */
    interface Listener {
        void heard(int kind, byte[] payload);

        /** Nothing more will come. */
        void ended();
    }

    private final Address address;
    private final @Nullable Trust trust;
    private final Listener listener;

    /** What TLS goes through. It is closed alone, because closing the secured one would wait for a write that is blocked. */
    private final Socket raw = new Socket(Proxy.NO_PROXY);

    private final CountDownLatch silence = new CountDownLatch(1);
    private volatile Socket socket = raw;
    private volatile boolean isAnswered;
    private volatile boolean isEnded;

    Connection(Address address, @Nullable Trust trust, Listener listener) {
        this.address = address;
        this.trust = trust;
        this.listener = listener;
    }

    /**
     * Connects, and listens from then on.
     *
     * @param millis for the connection, and for each read of a handshake
     * @throws IOException where it cannot; the connection is closed then
     */
    void open(int millis) throws IOException {
        try {
            raw.connect(new InetSocketAddress(address.host, address.port), millis);
            raw.setTcpNoDelay(true);
            if (trust != null) {
                raw.setSoTimeout(millis);
                socket = trust.secure(raw, address);
                raw.setSoTimeout(0);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        Daemons.start("gradwatch-listener", this::listen);
    }

    /** Blocks while the collector does not read. */
    void write(byte[] frames) throws IOException {
        socket.getOutputStream().write(frames);
    }

    /** Whether a frame came. */
    boolean isAnswered() {
        return isAnswered;
    }

    boolean isEnded() {
        return isEnded;
    }

    /** Says that nothing more will be written; over TLS with its own end, so that the collector can tell it from a cut. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Waits until the collector has ended the connection too, or has said its last word on a broken one. */
    void awaitEnd(long millis) throws InterruptedException {
        if (!silence.await(millis, TimeUnit.MILLISECONDS)) {
            close();
        }
    }

    void close() {
        isEnded = true;
        try {
            raw.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    private void listen() {
        try {
            InputStream in = socket.getInputStream();
            byte[] head = new byte[HEAD_BYTES];
            while (in.readNBytes(head, 0, HEAD_BYTES) == HEAD_BYTES) {
                int length = (head[0] & 0xFF) | (head[1] & 0xFF) << 8 | (head[2] & 0xFF) << 16 | head[3] << 24;
                if (length < 1 || length > Bounds.MAX_INCOMING_BYTES) {
                    break;
                }
                byte[] payload = in.readNBytes(length - 1);
                if (payload.length < length - 1) {
                    break;
                }
                isAnswered = true;
                listener.heard(head[4] & 0xFF, payload);
            }
        } catch (IOException | RuntimeException e) {
            // The connection is at its end, whoever ended it.
        } finally {
            close();
            silence.countDown();
            listener.ended();
        }
    }
}
