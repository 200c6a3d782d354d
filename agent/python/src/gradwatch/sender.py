"""The connection to the collector: a daemon thread, a bounded queue, one non-blocking socket.

The training thread offers frames and, at the points where the process may be about to die, pumps them into the kernel itself: a rank
that torchrun ends within milliseconds never gives the sending thread a turn. Nothing here blocks the training thread, raises into it,
or keeps the process alive. Over TLS the same holds: the handshake is the sending thread's, and until it is done there is no connection.
"""
import json
import random
import selectors
import socket
import threading
import time
from collections import deque

from gradwatch import limits, wire

POLL_SECONDS = 0.1
PROGRESS_SECONDS = 1.0
CONNECT_SECONDS = 5.0
FIRST_BACKOFF_SECONDS = 0.05
LAST_BACKOFF_SECONDS = 5.0
#: How long a failure waits for a connection that is still being made: the process may not live to try again.
FAILURE_SECONDS = 0.2
#: The same over TLS, whose handshake takes two more round trips and some of a busy machine's time.
SECURE_FAILURE_SECONDS = 0.5
GOODBYE_SECONDS = 0.25
# select.select refuses descriptors from 1024 on, which a trainer with many open files has.
_Selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)


class Sender:
    """One connection at a time to ``address``, a (host, port); over TLS where ``trust``, a tls.Trust, says whom to believe.

    ``source`` tells what to say and takes what is heard. Its methods, all called by the sending thread except where ``finish`` calls them:
    ``hello()``, ``everything()`` and ``goodbye()`` return frames, ``ledgers(models)`` too; ``progress()`` returns one; ``tick(now)`` runs
    between polls; ``welcomed(members)``, ``asked(members)`` and ``refused(reason)`` report what came, ``unreachable(attempts)`` and
    ``distrusted(reason)`` that nothing can.
    """

    def __init__(self, address, source, random_fraction=random.random, trust=None):
        self._address = address
        self._source = source
        self._random = random_fraction
        self._trust = trust
        self._busy = (BlockingIOError, InterruptedError)
        if trust is not None:
            from gradwatch import tls
            self._tls = tls
            self._busy += tls.BUSY
        # What the socket must be ready for before the write, or the read, that it put off is tried again: TLS may want either for both.
        self._send_needs = selectors.EVENT_WRITE
        self._receive_needs = selectors.EVENT_READ
        self._answered = False
        self._backoff = FIRST_BACKOFF_SECONDS
        self._lock = threading.Lock()
        self._queue = deque()
        self._offered = 0
        self._taken = 0
        self._out = memoryview(b"")
        self._lost = set()
        self._socket = None
        self._down = False
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._thread = None
        self._incoming = wire.Incoming()
        self.attempts = 0
        self.welcomed = False

    def start(self):
        self._thread = threading.Thread(target=self._run, name="gradwatch-sender", daemon=True)
        self._thread.start()

    def offer(self, frame, model=None):
        """Queues a frame. Where it finds no room, or no connection, the model's ledger is sent later instead."""
        if self._down or self._stopping.is_set():
            return
        if model is not None and (len(self._queue) >= limits.MAX_QUEUED_FRAMES
                                  or self._offered - self._taken + len(frame) > limits.MAX_QUEUED_BYTES):
            self._lost.add(model)
            return
        self._offered += len(frame)
        self._queue.append(frame)

    def pump(self):
        """Hands the kernel what it takes at once, from whichever thread is here first."""
        if self._socket is None or not (self._queue or self._out):
            return
        if self._lock.acquire(False):
            try:
                self._send()
            finally:
                self._lock.release()

    def pump_failure(self):
        """As ``pump``, but waits a moment for the first connection and for another thread's send."""
        seconds = FAILURE_SECONDS if self._trust is None else SECURE_FAILURE_SECONDS
        if not self._down:
            self._connected.wait(seconds)
        if self._lock.acquire(True, seconds):
            try:
                self._send()
                # A process that dies on unread bytes resets the connection, and what the kernel had not sent yet is gone.
                self._receive()
            finally:
                self._lock.release()

    def finish(self, seconds):
        """Sends what is left and a Goodbye, in at most ``seconds``; reconnects once where the connection is down."""
        deadline = time.monotonic() + seconds
        if self._thread is None or self._stopping.is_set():
            return
        if not self._down:
            self._connected.wait(seconds)
        self._stopping.set()
        self._thread.join(max(0.0, min(seconds / 2, deadline - time.monotonic())))
        if not self._lock.acquire(True, max(0.0, deadline - time.monotonic())):
            return
        try:
            if self._socket is None and self.attempts:
                self._connect(max(0.05, deadline - time.monotonic()))
            for frame in self._source.ledgers(self._lost) + self._source.goodbye():
                self._queue.append(frame)
            while self._socket is not None and (self._queue or self._out) and time.monotonic() < deadline:
                if not self._send() and self._socket is not None:
                    _wait(self._socket, self._send_needs, max(0.0, deadline - time.monotonic()))
            self._close_politely(min(deadline, time.monotonic() + GOODBYE_SECONDS))
        finally:
            self._lock.release()

    def abandon(self):
        """In a forked child: lets go of the parent's connection, without a word on it."""
        self._stopping.set()
        self._down = True
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _run(self):
        next_progress = 0.0
        while not self._stopping.is_set():
            try:
                if self._socket is None:
                    with self._lock:
                        connected = self._connect(CONNECT_SECONDS)
                    if not connected:
                        self._rest()
                        continue
                self._poll()
                if self._socket is None and not self._answered:
                    self._rest()  # it takes connections and ends them unheard
                    continue
                now = time.monotonic()
                self._source.tick(now)
                if self._lost and not self._queue:
                    lost, self._lost = self._lost, set()
                    self._queue.extend(self._source.ledgers(lost))
                if now >= next_progress:
                    next_progress = now + PROGRESS_SECONDS
                    self.offer(self._source.progress())
                self.pump()
            except Exception as error:  # a bug here must not end in a traceback on the job's stderr
                self._source.broken(error)
                self._stopping.set()

    def _rest(self):
        """Full jitter, so that a thousand ranks do not come back to a new collector in the same moment."""
        self._stopping.wait(max(0.01, self._backoff * self._random()))
        self._backoff = min(LAST_BACKOFF_SECONDS, self._backoff * 2)
        self._source.tick(time.monotonic())

    def _poll(self):
        sock = self._socket
        if sock is None:
            return
        events = self._receive_needs | (self._send_needs if self._out or self._queue else 0)
        try:
            ready = _wait(sock, events, POLL_SECONDS)
        except (OSError, ValueError):
            return  # the training thread met the end of the connection in its own send, and closed it
        if ready & (selectors.EVENT_READ | self._receive_needs):
            with self._lock:
                self._receive()

    def _connect(self, seconds):
        """Under the lock. True where a connection stands, its Hello queued first."""
        first = self.attempts == 0
        self.attempts += 1
        deadline = time.monotonic() + seconds
        try:
            sock = socket.create_connection(self._address, timeout=seconds)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)
            if self._trust is not None:
                sock = self._trust.secure(sock, deadline, _wait)
        except (OSError, ValueError) as error:
            self._down = True
            self._drop_queue()
            reason = None if self._trust is None else self._tls.distrust(error)
            if reason is not None:
                self._source.distrusted(reason)
            elif not first:
                self._source.unreachable(self.attempts)
            return False
        if first:
            # All that was offered while the first connection was being made is still here, in order.
            frames = self._source.hello()
            self._out = memoryview(b"".join(frames))
        else:
            # From here on frames are kept again; then comes the picture of everything, so nothing falls between the two.
            self._drop_queue()
            self._down = False
            self._lost.clear()
            self._out = memoryview(b"".join(self._source.hello() + self._source.everything()))
        self._incoming = wire.Incoming()
        self._send_needs, self._receive_needs = selectors.EVENT_WRITE, selectors.EVENT_READ
        self._answered = False
        self._socket = sock
        self._send()
        self._connected.set()
        return self._socket is not None

    def _send(self):
        """Under the lock. True where something was sent, False where the kernel is full or the connection is gone."""
        progress = False
        while self._socket is not None:
            if not self._out:
                if not self._queue:
                    break
                self._out = memoryview(self._take())
            try:
                # What TLS put off it must be given again, byte for byte: it stays in _out until it is sent.
                sent = self._socket.send(self._out)
            except self._busy as error:
                self._send_needs = self._needed(error, selectors.EVENT_WRITE)
                break
            except OSError:
                self._receive()  # a refusal may be the collector's last word
                self._disconnect()
                break
            self._send_needs = selectors.EVENT_WRITE
            self._out = self._out[sent:]
            progress = True
        return progress

    def _needed(self, error, otherwise):
        return self._tls.needs(error) if self._trust is not None and isinstance(error, self._tls.BUSY) else otherwise

    def _take(self):
        frames = []
        size = 0
        while self._queue and size < limits.SEND_CHUNK_BYTES:
            frames.append(self._queue.popleft())
            size += len(frames[-1])
        self._taken += size
        return frames[0] if len(frames) == 1 else b"".join(frames)

    def _receive(self):
        if self._socket is None:
            return
        try:
            data = self._socket.recv(65536)
            self._receive_needs = selectors.EVENT_READ
            if not data:
                self._disconnect()
                return
            self._answered = True
            for kind, payload in self._incoming.feed(data):
                self._heard(kind, payload)
        except self._busy as error:
            self._receive_needs = self._needed(error, selectors.EVENT_READ)
        except (OSError, ValueError):
            self._disconnect()

    def _heard(self, kind, payload):
        if kind == wire.REFUSED:
            self._source.refused(_member(payload, "reason"))
            self._stopping.set()
            self._disconnect()
        elif kind == wire.WELCOME:
            self.welcomed = True
            self._backoff = FIRST_BACKOFF_SECONDS
            self._source.welcomed(_object(payload[2:]) or {})
        elif kind == wire.ASK:
            members = _object(payload)
            if members is not None:
                self._source.asked(members)

    def _disconnect(self):
        self._down = True
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._drop_queue()

    def _drop_queue(self):
        self._queue.clear()
        self._taken = self._offered
        self._out = memoryview(b"")

    def _close_politely(self, deadline):
        """Half-closes and reads what the collector still says: closing on unread bytes would reset what it has not read yet."""
        sock, self._socket = self._socket, None
        if sock is None:
            return
        try:
            if self._trust is not None:
                self._tls.end(sock, deadline, _wait)
            # From here on the bytes are read raw, to be dropped.
            sock.shutdown(socket.SHUT_WR)
            while time.monotonic() < deadline:
                if not _wait(sock, selectors.EVENT_READ, max(0.0, deadline - time.monotonic())) or not sock.recv(65536):
                    break
        except OSError:
            pass
        sock.close()


def _wait(sock, events, seconds):
    """Which of ``events`` the socket is ready for, after at most ``seconds``; 0 none. Raises ValueError for a closed one."""
    with _Selector() as selector:
        selector.register(sock, events)
        ready = selector.select(seconds)
    return ready[0][1] if ready else 0


def _object(payload):
    try:
        members = json.loads(payload.decode("utf-8"))
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def _member(payload, name):
    return str((_object(payload) or {}).get(name, ""))[:1000]


def address_of(text, default_port):
    """(host, port) of ``HOST:PORT``, ``[v6]:PORT`` or ``HOST``. Raises ValueError with what was expected."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or text.strip().endswith("]"):
        host, port = text.strip(), str(default_port)
    try:
        number = int(port)
    except ValueError:
        number = -1
    if not host or not 0 < number < 65536:
        raise ValueError("GRADWATCH_COLLECTOR: %s (expected: HOST:PORT, the port 1-65535)" % text)
    return host.strip("[]"), number

