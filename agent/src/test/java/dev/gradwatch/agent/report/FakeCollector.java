package dev.gradwatch.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.StepReader;
import dev.gradwatch.wire.Welcome;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A collector of a test: takes connections on loopback, answers each Hello, keeps the frames. */
public final class FakeCollector implements AutoCloseable {
    static final byte[] WELCOME =
            new FrameBuffer().add(new Welcome(1, "test", true)).toByteArray();

    public final List<Connection> connections = new CopyOnWriteArrayList<>();
    public final int port;
    private final ServerSocket server;
    private final byte[] answer;
    private final Thread accepting;
    private boolean isReading = true;

    public FakeCollector() throws IOException {
        this(0, WELCOME, null);
    }

    /** @param answer to each Hello; empty where there is none */
    FakeCollector(int port, byte[] answer, @Nullable SSLContext context) throws IOException {
        this.answer = answer;
        server = context == null
                ? new ServerSocket()
                : context.getServerSocketFactory().createServerSocket();
        server.setReuseAddress(true);
        server.setReceiveBufferSize(64 << 10);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.port = server.getLocalPort();
        accepting = Daemons.start("test-collector", this::accept);
    }

    /** A port of loopback on which nobody listens. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Stops reading after each connection's Hello, or goes on. */
    synchronized void reads(boolean reads) {
        isReading = reads;
        notifyAll();
    }

    /** Waits until it is so, looked at after each frame and each end of a connection; false where it never was. */
    public synchronized boolean sees(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    public List<Frame> all(int kind) {
        return connections.stream().flatMap(one -> one.of(kind).stream()).collect(Collectors.toList());
    }

    /** As SIGKILL leaves it: nothing listens, every connection is reset. */
    @Override
    public void close() throws IOException, InterruptedException {
        server.close();
        // The port is free when the thread has left it.
        accepting.join();
        for (Connection connection : connections) {
            connection.cut();
        }
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(server.accept());
                connections.add(connection);
                Daemons.start("test-connection", connection::read);
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private synchronized void changed() throws IOException {
        notifyAll();
        try {
            while (!isReading) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A frame as it came. */
    public static final class Frame {
        final int kind;
        final byte[] payload;

        Frame(int kind, byte[] payload) {
            this.kind = kind;
            this.payload = payload;
        }

        public JsonNode json() {
            return Frames.json(payload, kind == FrameKind.HELLO ? 8 : 0);
        }

        public StepReader step() {
            return new StepReader().wrap(ByteBuffer.wrap(payload));
        }

        @Override
        public String toString() {
            return FrameKind.name(kind);
        }
    }

    /** Frames of one connection, in order. */
    public final class Connection {
        final List<Frame> frames = new ArrayList<>();
        private final Socket socket;
        private volatile boolean isClosed;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        public List<Frame> of(int kind) {
            synchronized (FakeCollector.this) {
                return frames.stream().filter(frame -> frame.kind == kind).collect(Collectors.toList());
            }
        }

        boolean isClosed() {
            return isClosed;
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void cut() throws IOException {
            try {
                socket.setSoLinger(true, 0);
            } catch (SocketException e) {
                // It was closed before.
            }
            socket.close();
        }

        private void read() {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    int length = Integer.reverseBytes(in.readInt());
                    int kind = in.read();
                    byte[] payload = in.readNBytes(length - 1);
                    synchronized (FakeCollector.this) {
                        frames.add(new Frame(kind, payload));
                    }
                    if (kind == FrameKind.HELLO) {
                        send(answer);
                    }
                    changed();
                }
            } catch (IOException e) {
                // It ended.
            } finally {
                isClosed = true;
                synchronized (FakeCollector.this) {
                    FakeCollector.this.notifyAll();
                }
            }
        }
    }
}
