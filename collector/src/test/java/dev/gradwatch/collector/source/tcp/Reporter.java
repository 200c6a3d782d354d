package dev.gradwatch.collector.source.tcp;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A reporter's end of a real connection. */
final class Reporter implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    Reporter(InetSocketAddress collector) throws IOException {
        socket = new Socket();
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        socket.connect(collector);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Over a connection that was made elsewhere. */
    Reporter(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
    }

    Reporter send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends as far as the other end lets it. */
    Reporter trySend(byte[] bytes) throws IOException {
        try {
            return send(bytes);
        } catch (SocketException e) {
            return this;
        }
    }

    Reporter endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The next frame, whole. */
    byte[] frame() throws IOException {
        int length = Integer.reverseBytes(in.readInt());
        byte[] frame = new byte[4 + length];
        java.nio.ByteBuffer.wrap(frame).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(length);
        in.readFully(frame, 4, length);
        return frame;
    }

    /** The next frame's text behind so many bytes of payload. */
    String text(int offset) throws IOException {
        byte[] frame = frame();
        return new String(frame, 5 + offset, frame.length - 5 - offset, StandardCharsets.UTF_8);
    }

    /** Whether the collector ends the connection, without another frame before. */
    boolean isClosed() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException | SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
