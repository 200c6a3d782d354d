"""A collector for tests: accepts reporters, parses their frames by the contract's text and keeps them a connection."""
import json
import socket
import struct
import threading

KINDS = {1: "Hello", 2: "Manifest", 3: "Step", 4: "Change", 5: "Ledger", 6: "Probe", 7: "Failure", 8: "Goodbye", 9: "Progress"}


def bits(data, count):
    return [index for index in range(count) if data[index // 8] >> (index % 8) & 1]


def parse_step(payload):
    names = ("model", "flags", "parameters", "step", "backward", "watched", "wall_micros", "step_nanos")
    step = dict(zip(names, struct.unpack_from("<HHIQQQQQ", payload)))
    count, place = step["parameters"], 48
    width = (count + 63) // 64 * 8
    step["used"] = bits(payload[place:place + width], count)
    place += width
    if step["flags"] & 8:
        step["norms"] = list(struct.unpack_from("<%df" % count, payload, place))
        place += 4 * count
    if step["flags"] & 16:
        step["checksum"] = struct.unpack_from("<d", payload, place)[0]
        place += 8
    if step["flags"] & 32:
        step["loss"] = struct.unpack_from("<d", payload, place)[0]
        place += 8
    assert place == len(payload), "Step: %d bytes (expected: %d)" % (len(payload), place)
    return step


def parse(kind, payload):
    """(name, value) of a frame; asserts what a collector would reject."""
    if kind == 1:
        assert payload[:8] == b"GRWD" + struct.pack("<HH", 1, 1), payload[:8]
        return "Hello", json.loads(payload[8:].decode("utf-8"))
    if kind == 3:
        return "Step", parse_step(payload)
    return KINDS[kind], json.loads(payload.decode("utf-8"))


class Connection:
    """Frames of one connection, in order. ``closed`` is set at its end."""

    def __init__(self, collector, sock):
        self.frames = []
        self.closed = threading.Event()
        self._collector = collector
        self._socket = sock
        threading.Thread(target=self._read, daemon=True).start()

    def of(self, name, model=None):
        return [value for kind, value in list(self.frames) if kind == name and (model is None or value.get("model") == model)]

    def send(self, kind, payload):
        self._socket.sendall(struct.pack("<IB", len(payload) + 1, kind) + payload)

    def cut(self):
        """Ends the connection as a killed collector's kernel does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self):
        buffer = b""
        try:
            if self._collector.context is not None:
                self._socket = self._collector.context.wrap_socket(self._socket, server_side=True)
            while True:
                data = self._socket.recv(65536)
                if not data:
                    break
                buffer += data
                while len(buffer) >= 5:
                    length, kind = struct.unpack_from("<IB", buffer)
                    if len(buffer) < 4 + length:
                        break
                    name, value = parse(kind, buffer[5:4 + length])
                    buffer = buffer[4 + length:]
                    self.frames.append((name, value))
                    if name == "Hello" and self._collector.welcome is not None:
                        self.send(*self._collector.welcome)
                    with self._collector.changed:
                        self._collector.changed.notify_all()
        except OSError:
            pass
        finally:
            self.closed.set()
            self._socket.close()
            with self._collector.changed:
                self._collector.changed.notify_all()


class Collector:
    """Listens on a free port, or on ``port`` again after a ``close``; in TLS where an SSLContext is given."""

    welcome = (0x41, struct.pack("<H", 1) + b'{"collector":"test","limits":{},"sample":{"norms":true}}')

    def __init__(self, port=0, welcome=welcome, context=None):
        self.welcome = welcome
        self.context = context
        self.connections = []
        self.changed = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            self.connections.append(Connection(self, sock))

    def wait_for(self, condition, seconds=30):
        """Waits until ``condition()`` is true, looked at after every frame; False where it never was."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def all(self, name, rank=None):
        return [value for connection in list(self.connections) if rank is None or connection.of("Hello")[:1] and
                connection.of("Hello")[0]["rank"] == rank for value in connection.of(name)]

    def close(self):
        """As SIGKILL leaves it: nothing listens, every connection is reset."""
        try:
            self._server.shutdown(socket.SHUT_RDWR)  # a close alone leaves a blocked accept, and with it the port, as they were
        except OSError:
            pass
        self._server.close()
        for connection in self.connections:
            if not connection.closed.is_set():
                try:
                    connection.cut()
                except OSError:
                    pass
