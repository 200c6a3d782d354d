"""A collector that dies, refuses, answers slowly or was never there."""
import json
import os
import subprocess
import sys
import time
import unittest

from collector import Collector
from harness import HERE, JobTest, environment, free_port


class Long:
    """The job that trains as many steps as it is told, line by line."""

    def __init__(self, port, **more):
        self.child = subprocess.Popen([sys.executable, os.path.join(HERE, "jobs", "variety.py"), "long"], env=environment(port, **more),
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def train(self, count):
        self.child.stdin.write("%d\n" % count)
        self.child.stdin.flush()
        while True:
            line = self.child.stdout.readline()
            if not line or line.startswith("{"):
                return json.loads(line)

    def end(self):
        out, err = self.child.communicate(timeout=60)
        return self.child.returncode, err


def passes_of(ledger):
    folded = ledger["used"]["counts"]
    return (folded["passes"] if folded else 0) + sum(last - first + 1 for first, last, _, _ in ledger["used"]["runs"])


class ConnectionTest(JobTest):
    def long(self, port, **more):
        job = Long(port, **more)
        self.addCleanup(job.child.stdout.close)
        self.addCleanup(job.child.stdin.close)
        self.addCleanup(job.child.stderr.close)
        self.addCleanup(job.child.kill)
        return job

    def test_after_a_collectors_death_the_ledger_makes_counts_whole(self):
        job = self.long(self.collector.port)
        job.train(20)
        first = self.collector
        self.assertTrue(first.wait_for(lambda: len(first.all("Step")) == 20))
        first.close()
        job.train(20)
        second = Collector(first.port)
        self.addCleanup(second.close)
        self.assertTrue(second.wait_for(lambda: second.all("Ledger")))
        job.train(5)
        self.assertEqual(0, job.end()[0])
        connection, = second.connections
        self.assertTrue(connection.closed.wait(10))
        kinds = [kind for kind, _ in connection.frames]
        self.assertEqual(["Hello", "Manifest"], kinds[:2])
        ledger = connection.of("Ledger")[-1]
        self.assertEqual(ledger["watched"], passes_of(ledger))
        later = [step for step in connection.of("Step") if step["watched"] > ledger["watched"]]
        self.assertEqual(45, ledger["watched"] + len(later))
        self.assertEqual(list(range(ledger["watched"] + 1, 46)), [step["watched"] for step in later])
        self.assertEqual(3, len(connection.of("Probe")))
        self.assertEqual(45, connection.of("Goodbye")[0]["models"][0]["watched"])

    def test_collector_that_comes_back_only_at_the_end_gets_everything(self):
        job = self.long(self.collector.port)
        job.train(3)
        self.collector.wait_for(lambda: len(self.collector.all("Step")) == 3)
        self.collector.close()
        job.train(7)
        second = Collector(self.collector.port)
        self.addCleanup(second.close)
        self.assertEqual(0, job.end()[0])
        self.assertTrue(second.wait_for(lambda: second.all("Goodbye")))
        self.assertEqual(10, second.all("Goodbye")[0]["models"][0]["watched"])
        self.assertEqual(10, second.all("Ledger")[-1]["watched"] + sum(
            step["watched"] > second.all("Ledger")[-1]["watched"] for step in second.all("Step")))

    def test_collector_that_was_never_there_costs_the_job_nothing(self):
        started = time.monotonic()
        job = self.long(free_port())
        job.train(40)
        code, err = job.end()
        self.assertEqual(0, code)
        self.assertLessEqual(err.count("gradwatch:"), 1, err)
        self.assertLess(time.monotonic() - started, 60)

    def test_refused_reporter_says_why_once_and_never_comes_back(self):
        reason = b'{"reason":"token: wrong (expected: the collector\'s)","speaks":[1,1]}'
        refusing = Collector(welcome=(0x43, reason))
        self.addCleanup(refusing.close)
        job = self.long(refusing.port)
        job.train(1)
        self.assertTrue(refusing.wait_for(lambda: refusing.connections and refusing.connections[0].closed.is_set()))
        job.train(30)
        code, err = job.end()
        self.assertEqual(0, code)
        self.assertEqual(["gradwatch: refused by the collector: token: wrong (expected: the collector's)"],
                         [line for line in err.splitlines() if "gradwatch" in line])
        self.assertEqual(1, len(refusing.connections))

    def test_asked_for_a_probe_the_reporter_probes_again(self):
        job = self.long(self.collector.port)
        job.train(5)
        self.assertTrue(self.collector.wait_for(lambda: len(self.collector.all("Step")) == 5))
        self.assertEqual(3, len(self.collector.all("Probe")))
        self.only().send(0x42, b'{"model":0,"probe":true}')
        while len(self.collector.all("Probe")) == 3:
            job.train(1)
        job.train(2)
        self.assertEqual(0, job.end()[0])
        self.assertTrue(self.only().closed.wait(10))
        probe = self.collector.all("Probe")[-1]
        self.assertEqual(([0, 1, 2], [0, 1, 2, 3]), (probe["ran"], probe["reaches_loss"]))

    def test_collector_that_wants_no_norms_gets_none(self):
        modest = Collector(welcome=(0x41, b'\x01\x00{"collector":"test","sample":{"norms":false}}'))
        self.addCleanup(modest.close)
        job = self.long(modest.port)
        job.train(1)
        self.assertTrue(modest.wait_for(lambda: modest.all("Progress")))
        # The Welcome was sent before; the sender reads it in its next turn, which ends with a later Progress.
        seen = len(modest.all("Progress"))
        self.assertTrue(modest.wait_for(lambda: len(modest.all("Progress")) > seen + 1))
        job.train(3)
        self.assertEqual(0, job.end()[0])
        self.assertTrue(modest.wait_for(lambda: modest.all("Goodbye")))
        self.assertEqual([False] * 3, ["norms" in step for step in modest.all("Step")[1:]])

    def test_garbage_from_the_collector_does_no_harm(self):
        garbled = Collector(welcome=(0x42, b"\xff{not json"))
        self.addCleanup(garbled.close)
        job = self.long(garbled.port)
        job.train(5)
        code, err = job.end()
        self.assertEqual((0, ""), (code, err))
        self.assertTrue(garbled.wait_for(lambda: garbled.all("Goodbye")))
        self.assertEqual(5, len(garbled.all("Step")))

    def test_windows_after_the_first_passes_are_those_of_the_schedule(self):
        from gradwatch.schedule import Schedule
        job = self.long(self.collector.port, GRADWATCH_JOB="fixed", GRADWATCH_BUDGET="100%")
        job.train(400)
        self.assertEqual(0, job.end()[0])
        self.assertTrue(self.only().closed.wait(10))
        schedule = Schedule("fixed")
        self.assertEqual([backward for backward in range(400) if schedule.watches(backward)],
                         [step["backward"] for step in self.only().of("Step")])
        self.assertEqual(400, self.only().of("Goodbye")[0]["models"][0]["backward"])
        self.assertEqual([step["backward"] for step in self.only().of("Step")], [step["step"] for step in self.only().of("Step")])


if __name__ == "__main__":
    unittest.main()
