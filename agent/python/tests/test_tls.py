"""TLS between the reporter and a collector: whom it trusts, where a connection is cut, and what never waits."""
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from certificates import Authority
from collector import Collector
from gradwatch import tls, wire
from gradwatch.sender import Sender
from harness import JOB_SECONDS, JobTest, environment
from test_connection import Long
from test_sender import Source

CHANGE = wire.json_frame(wire.CHANGE, {"model": 0, "backward": 0, "frozen": [], "unfrozen": []})
#: Far above what a handshake takes here, far below the sender's own deadlines taken together.
SOON = 10


class Telling(Source):
    """Says everything as two frames, and keeps the reasons that it hears."""

    def __init__(self):
        super().__init__()
        self.reasons = []
        self.ledger = wire.json_frame(wire.LEDGER, {"model": 0, "watched": 1})
        self.told = threading.Event()

    def everything(self):
        return [CHANGE, self.ledger]

    def distrusted(self, reason):
        self.reasons.append(reason)
        self.told.set()

    def refused(self, reason):
        self.distrusted(reason)


class Relay:
    """Stands before a collector and cuts the first connection after so many TLS records of the reporter or of the collector."""

    def __init__(self, port, records, of_reporter, half=False):
        self._port = port
        self._records = records
        self._of_reporter = of_reporter
        self._half = half
        self.was_cut = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        first = True
        while True:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                return
            for of_reporter, source, target in ((True, near, far), (False, far, near)):
                most = self._records if first and of_reporter == self._of_reporter else None
                threading.Thread(target=self._pass_on, args=(source, target, most), daemon=True).start()
            first = False

    def _pass_on(self, source, target, most):
        count = 0
        try:
            while True:
                head = _exactly(source, 5)
                if len(head) < 5:
                    break
                record = head + _exactly(source, int.from_bytes(head[3:], "big"))
                if count == most:
                    if self._half:
                        target.sendall(record[:len(record) // 2])
                    self.was_cut.set()
                    break
                target.sendall(record)
                count += 1
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()  # each has a thread that reads it

    def close(self):
        self._server.close()


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.authority = Authority(folder.name)
        cls.context = cls.authority.context()

    def listening(self, context=None, **more):
        collector = Collector(context=context or self.context, **more)
        self.addCleanup(collector.close)
        return collector

    def sender(self, port, ca=None, host="127.0.0.1", source=None):
        source = source or Telling()
        sender = Sender((host, port), source, trust=tls.Trust(ca or self.authority.ca, host))
        sender.start()
        self.addCleanup(sender.abandon)
        return sender, source

    def distrusted(self, context, **more):
        collector = self.listening(context)
        sender, source = self.sender(collector.port, **more)
        self.assertTrue(source.told.wait(SOON))
        self.assertEqual([], collector.all("Hello"))
        self.assertEqual([], source.errors)
        started = time.monotonic()
        sender.finish(2)
        self.assertLess(time.monotonic() - started, 3)
        return source.reasons[0]

    def test_over_tls_everything_arrives_to_the_goodbye(self):
        collector = self.listening()
        sender, source = self.sender(collector.port)
        self.assertTrue(source.heard.wait(SOON))
        large = wire.json_frame(wire.LEDGER, {"model": 0, "watched": 1, "text": "x" * 3_000_000})
        for _ in range(3):
            sender.offer(large)
        sender.pump()
        sender.finish(SOON)
        connection, = collector.connections
        self.assertTrue(connection.closed.wait(SOON))
        self.assertEqual(["Hello", "Goodbye"], [kind for kind, _ in connection.frames if kind in ("Hello", "Goodbye")])
        self.assertEqual([3_000_000] * 3, [len(ledger["text"]) for ledger in connection.of("Ledger")])
        self.assertEqual([], source.errors)

    def test_tls_1_2_is_spoken_too(self):
        context = self.authority.context("older")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        collector = self.listening(context)
        sender, source = self.sender(collector.port)
        self.assertTrue(source.heard.wait(SOON))
        sender.finish(SOON)
        self.assertTrue(collector.wait_for(lambda: collector.all("Goodbye"), SOON))

    def test_a_certificate_alone_can_be_trusted(self):
        cert, key = self.authority.issue("alone")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        _, source = self.sender(self.listening(context).port, ca=cert)
        self.assertTrue(source.heard.wait(SOON))

    def test_another_ca(self):
        other = Authority(self.folder, "other")
        self.assertIn("unable to get local issuer certificate", self.distrusted(self.context, ca=other.ca))

    def test_another_host(self):
        reason = self.distrusted(self.authority.context("elsewhere", host="DNS:elsewhere.example"))
        self.assertEqual("its certificate: IP address mismatch, certificate is not valid for '127.0.0.1' "
                         "(expected: one that GRADWATCH_TLS_CA trusts, for this host)", reason)

    def test_expired(self):
        self.assertIn("certificate has expired", self.distrusted(self.authority.context("expired", days=-1)))

    def test_a_collector_without_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            # As the collector does: a Refused in plain text.
            def refuse():
                sock, _ = server.accept()
                with sock:
                    sock.recv(65536)
                    reason = b'{"reason":"connection: TLS (expected: plain text; unset GRADWATCH_TLS_CA)"}'
                    sock.sendall(_frame(0x43, reason))
            threading.Thread(target=refuse, daemon=True).start()
            sender, source = self.sender(server.getsockname()[1])
            self.assertTrue(source.told.wait(SOON))
            self.assertIn("it answers in plain text (expected: TLS", source.reasons[0])
            sender.abandon()

    def test_files_that_hold_no_ca(self):
        missing = os.path.join(self.folder, "missing.pem")
        key = self.authority.issue("key-only")[1]
        for place, why in ((missing, "No such file or directory"), (key, "no certificate in it"), (self.folder, "")):
            with self.assertRaises(ValueError) as raised:
                tls.Trust(place, "localhost")
            self.assertRegex(str(raised.exception), r"GRADWATCH_TLS_CA: .*%s.* \(expected: a PEM file of CA certificates, or system\)" % why)

    def test_a_collector_that_ends_connections_unheard_is_not_hurried(self):
        with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
            count = []

            def accept():
                while True:
                    try:
                        server.accept()[0].close()
                    except OSError:
                        return
                    count.append(1)
            threading.Thread(target=accept, daemon=True).start()
            source = Telling()
            # The longest rest each time: 0.05, 0.1, 0.2, 0.4 ... seconds.
            sender = Sender(server.getsockname(), source, random_fraction=lambda: 1.0)
            sender.start()
            self.addCleanup(sender.abandon)
            sender._stopping.wait(1)
            self.assertLessEqual(len(count), 6)
            self.assertGreaterEqual(len(count), 2)

    def test_the_systems_cas(self):
        tls.Trust("system", "localhost")

    def test_cut_at_every_record_of_the_reporter(self):
        self.cut(True)

    def test_cut_at_every_record_of_the_collector(self):
        self.cut(False)

    def test_cut_inside_every_record(self):
        self.cut(True, half=True)
        self.cut(False, half=True)

    def cut(self, of_reporter, half=False):
        for records in range(30):
            collector = self.listening()
            relay = Relay(collector.port, records, of_reporter, half)
            self.addCleanup(relay.close)
            sender, source = self.sender(relay.port)
            for _ in range(4):
                sender.offer(CHANGE)
                sender.pump()
            if source.heard.wait(SOON) and not relay.was_cut.is_set():
                # That many records never passed: only the end can be cut still.
                sender.finish(2)
                if not relay.was_cut.is_set():
                    self.assertTrue(collector.wait_for(lambda: collector.all("Goodbye"), SOON))
                    return
                continue
            # A process that ends before it has seen the cut cannot know that its last words went nowhere.
            noticed = time.monotonic() + SOON
            while sender.attempts < 2 and time.monotonic() < noticed:
                sender._stopping.wait(0.02)
            self.assertTrue(collector.wait_for(lambda: collector.all("Hello"), SOON), "records: %d" % records)
            sender.finish(5)
            self.assertTrue(collector.wait_for(lambda: collector.all("Goodbye"), SOON), "records: %d" % records)
            last = [connection for connection in collector.connections if connection.of("Goodbye")][-1]
            kinds = [kind for kind, _ in last.frames]
            self.assertEqual("Hello", kinds[0])
            # Either the first connection came through whole, or the picture of everything came on the next.
            self.assertTrue(kinds.count("Change") == 4 or "Ledger" in kinds, (records, kinds))
            self.assertEqual([], source.errors)
            collector.close()
        self.fail("a connection of more than %d records (expected: a few)" % records)

    def test_a_handshake_that_stalls_holds_nobody(self):
        with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
            sender, source = self.sender(server.getsockname()[1])
            while not sender.attempts:
                sender._stopping.wait(0.01)
            slowest = 0
            for _ in range(200):
                sender.offer(CHANGE, 0)
                started = time.monotonic()
                sender.pump()
                slowest = max(slowest, time.monotonic() - started)
            self.assertLess(slowest, 0.5)
            for call, most in ((sender.pump_failure, 1), (lambda: sender.finish(2), 2)):
                started = time.monotonic()
                call()
                self.assertLess(time.monotonic() - started, most + 1)
            self.assertEqual([], source.errors)

    def test_a_collector_that_is_slow_to_read_holds_nobody(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            holding = []

            def accept():
                sock, _ = server.accept()
                holding.append(self.context.wrap_socket(sock, server_side=True))
            threading.Thread(target=accept, daemon=True).start()
            sender, source = self.sender(server.getsockname()[1])
            self.assertTrue(sender._connected.wait(SOON))
            frame = wire.json_frame(wire.LEDGER, {"model": 0, "text": "x" * 100_000})
            slowest = 0
            for _ in range(200):
                sender.offer(frame, 0)
                started = time.monotonic()
                sender.pump()
                slowest = max(slowest, time.monotonic() - started)
            self.assertLess(slowest, 0.5)
            started = time.monotonic()
            sender.finish(1)
            self.assertLess(time.monotonic() - started, 2)
            self.assertEqual([], source.errors)

    def test_a_write_that_was_put_off_is_repeated_whole(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            # Kernels hold megabytes for a peer that does not read; this one promises little, and more comes than the rest can hold.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            received = bytearray()
            go_on = threading.Event()

            def read():
                sock = self.context.wrap_socket(server.accept()[0], server_side=True)
                go_on.wait(SOON)
                while True:
                    data = sock.recv(65536)
                    if not data:
                        return
                    received.extend(data)
            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            sender, source = self.sender(server.getsockname()[1])
            self.assertTrue(sender._connected.wait(SOON))
            frames = [wire.json_frame(wire.LEDGER, {"model": number, "text": chr(97 + number % 26) * 90_000}) for number in range(300)]
            for frame in frames:
                sender.offer(frame)
                sender.pump()
            self.assertTrue(sender._out, "the kernel took everything")
            go_on.set()
            sender.finish(SOON)
            reader.join(SOON)
            ledgers = [payload for kind, payload in _frames(received) if kind == wire.LEDGER]
            self.assertEqual(frames, [_frame(wire.LEDGER, payload) for payload in ledgers])
            self.assertEqual([], source.errors)


def _exactly(sock, count):
    """``count`` bytes, or fewer at the end."""
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            break
        data += more
    return data


def _frames(data):
    place, frames = 0, []
    while place < len(data):
        length = int.from_bytes(data[place:place + 4], "little")
        frames.append((data[place + 4], bytes(data[place + 5:place + 4 + length])))
        place += 4 + length
    return frames


def _frame(kind, payload):
    return (len(payload) + 1).to_bytes(4, "little") + bytes([kind]) + payload


class TlsJobTest(JobTest):
    """Real jobs."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.authority = Authority(folder.name)
        cls.context = cls.authority.context()

    def setUp(self):
        self.collector = Collector(context=self.context)
        self.addCleanup(self.collector.close)

    def long(self, port, **more):
        job = Long(port, **more)
        for end in (job.child.stdout.close, job.child.stdin.close, job.child.stderr.close, job.child.kill):
            self.addCleanup(end)
        return job

    def test_a_jobs_frames_are_those_without_tls(self):
        self.run_job("accumulation", GRADWATCH_TLS_CA=self.authority.ca)
        secure = self.only()
        plain = Collector()
        self.addCleanup(plain.close)
        self.collector = plain
        self.run_job("accumulation")
        clear = self.only()
        for kind in ("Manifest", "Probe"):
            self.assertEqual(clear.of(kind), secure.of(kind))
        self.assertEqual(self.used(clear), self.used(secure))
        self.assertEqual(1, len(secure.of("Goodbye")))

    def test_a_job_that_dies_at_once_still_says_so(self):
        job = subprocess.run([sys.executable, "-c", DYING], env=environment(self.collector.port, GRADWATCH_TLS_CA=self.authority.ca),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        self.assertEqual(3, job.returncode, job.stderr)
        self.assertTrue(self.collector.wait_for(lambda: self.collector.all("Failure"), SOON))
        self.assertEqual("ValueError", self.collector.all("Failure")[0]["type"])

    def test_a_collector_that_stalls_in_the_handshake_keeps_nobody(self):
        with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
            job = self.long(server.getsockname()[1], GRADWATCH_TLS_CA=self.authority.ca)
            job.train(1)
            started = time.monotonic()
            job.train(300)
            self.assertLess(time.monotonic() - started, JOB_SECONDS / 2)
            started = time.monotonic()
            code, err = job.end()
            # What is waited for is bounded in the sender's test; here the machine may be busy.
            self.assertLess(time.monotonic() - started, JOB_SECONDS / 2)
            self.assertEqual((0, ""), (code, err))

    def test_a_job_that_distrusts_says_so_once_and_trains(self):
        other = Collector(context=self.authority.context("elsewhere", host="DNS:elsewhere.example"))
        self.addCleanup(other.close)
        job = self.long(other.port, GRADWATCH_TLS_CA=self.authority.ca)
        job.train(50)
        self.assertTrue(other.wait_for(lambda: len(other.connections) > 3))
        code, err = job.end()
        self.assertEqual(0, code)
        said = [line for line in err.splitlines() if "gradwatch" in line]
        self.assertEqual(1, len(said), err)
        self.assertIn("certificate is not valid for '127.0.0.1'", said[0])

    def test_a_job_without_its_ca_file_trains_unwatched(self):
        done = self.run_job("accumulation", GRADWATCH_TLS_CA="/nowhere/ca.pem")
        self.assertEqual(["gradwatch: GRADWATCH_TLS_CA: /nowhere/ca.pem: No such file or directory "
                          "(expected: a PEM file of CA certificates, or system)"],
                         [line for line in done.err.splitlines() if "gradwatch" in line])
        self.assertEqual([], self.collector.connections)

    def test_a_fork_leaves_the_parents_connection_alone(self):
        self.run_job("forked", GRADWATCH_TLS_CA=self.authority.ca)
        parents = [connection for connection in self.collector.connections if connection.of("Goodbye")]
        self.assertTrue(parents)


#: A rank whose first backward raises, and which then leaves without a goodbye, as one that torchrun ends.
DYING = """
import os, torch, gradwatch
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
gradwatch.watch(model, optimizer)
class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x
    @staticmethod
    def backward(ctx, grad):
        raise ValueError("no way back")
try:
    torch.autograd.backward(Bad.apply(model(torch.ones(1, 2))).sum())
except ValueError:
    os._exit(3)
"""


if __name__ == "__main__":
    unittest.main()
