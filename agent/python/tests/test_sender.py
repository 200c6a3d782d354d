"""The sender in this process: many open files."""
import os
import resource
import threading
import unittest

from collector import Collector
from gradwatch import wire
from gradwatch.sender import Sender

#: select.select knows no descriptor from here on.
SELECTABLE = 1_024


class Source:
    """Says Hello and nothing else, and keeps what it hears."""

    def __init__(self):
        self.heard = threading.Event()
        self.errors = []

    def hello(self):
        return [wire.hello({"job": "many", "rank": 0, "world_size": 1, "pid": 1})]

    def goodbye(self):
        return [wire.json_frame(wire.GOODBYE, {"reason": "exit", "models": []})]

    def ledgers(self, models):
        return []

    def progress(self):
        return wire.json_frame(wire.PROGRESS, {"models": []})

    def tick(self, now):
        pass

    def welcomed(self, members):
        self.heard.set()

    def unreachable(self, attempts):
        pass

    def broken(self, error):
        self.errors.append(error)


class SenderTest(unittest.TestCase):
    def test_a_process_with_many_open_files_talks_as_any_other(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * SELECTABLE
        if limits[1] != resource.RLIM_INFINITY and limits[1] < wanted:
            self.skipTest("RLIMIT_NOFILE: %d (expected: at least %d)" % (limits[1], wanted))
        if limits[0] != resource.RLIM_INFINITY and limits[0] < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, limits[1]))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        collector = Collector()
        self.addCleanup(collector.close)
        files = [os.open(os.devnull, os.O_RDONLY) for _ in range(SELECTABLE)]
        self.addCleanup(lambda: [os.close(file) for file in files])
        source = Source()
        sender = Sender(("127.0.0.1", collector.port), source)
        sender.start()
        self.assertTrue(source.heard.wait(10), "the Welcome was never read")
        self.assertGreaterEqual(sender._socket.fileno(), SELECTABLE)
        sender.finish(5)
        self.assertTrue(collector.wait_for(lambda: collector.all("Goodbye"), 10))
        self.assertEqual([], source.errors)


if __name__ == "__main__":
    unittest.main()
