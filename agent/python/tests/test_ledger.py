"""The ledger against a model of it that keeps everything."""
import base64
import json
import math
import random
import struct
import unittest
from array import array

from gradwatch import limits, wire
from gradwatch.ledger import Ledger
from gradwatch.patterns import Patterns


def members_of(frame):
    return json.loads(frame[5:].decode("utf-8"))


def unpack(text, size, plane=0):
    data = base64.b64decode(text)
    width = (size + 63) // 64 * 8
    part = data[plane * width:(plane + 1) * width]
    return [index for index in range(size) if part[index // 8] >> (index % 8) & 1]


class Everything:
    """What the ledger's members must say, from a plain list of all passes."""

    def __init__(self, size):
        self.size = size
        self.passes = []

    def counts(self, members):
        """Uses a parameter, summed over runs and folded counts alike."""
        counts = [0] * self.size
        latest = [-1] * self.size
        folded = members["counts"]
        if folded:
            counts, latest = list(folded["by"][0]), list(folded["by"][1])
        for first, last, pattern, _ in members["runs"]:
            for index in unpack(members["patterns"][pattern], self.size):
                counts[index] += last - first + 1
                latest[index] = last
        return counts, latest


class PatternsTest(unittest.TestCase):
    def check(self, seed, size, distinct, passes, max_patterns, max_runs):
        chance = random.Random(seed)
        choices = [bytes(chance.randint(0, 1) for _ in range(size)) for _ in range(distinct)]
        patterns = Patterns(size, max_patterns=max_patterns, max_runs=max_runs)
        model = Everything(size)
        backward = 0
        for _ in range(passes):
            backward += chance.choice((1, 1, 1, 5))
            pattern, flags = chance.choice(choices), chance.choice((2, 2, 2, 3, 6))
            patterns.add(backward, pattern, flags | wire.NORMS)
            model.passes.append((backward, pattern, flags))
        members = patterns.to_members()
        self.assertLessEqual(len(members["patterns"]), max_patterns)
        self.assertLessEqual(len(members["runs"]), max_runs)
        counts, latest = model.counts(members)
        self.assertEqual([sum(pattern[index] for _, pattern, _ in model.passes) for index in range(size)], counts)
        self.assertEqual([max([number for number, pattern, _ in model.passes if pattern[index]], default=-1) for index in range(size)], latest)
        kept = [(number, members["patterns"][pattern], flags) for first, last, pattern, flags in members["runs"]
                for number in range(first, last + 1)]
        tail = model.passes[len(model.passes) - len(kept):]
        self.assertEqual([(number, unpack_of(pattern), flags) for number, pattern, flags in tail],
                         [(number, unpack(text, size), flags) for number, text, flags in kept])
        folded = members["counts"]
        if folded:
            before = model.passes[:len(model.passes) - len(kept)]
            self.assertEqual((len(before), before[0][0], before[-1][0]), (folded["passes"], folded["first"], folded["last"]))
            self.assertEqual(sum(bool(flags & 4) for _, _, flags in before), folded["partial"])
            self.assertEqual(sum(bool(flags & 1) for _, _, flags in before), folded["no_sync"])

    def test_any_sequence_is_counted_exactly(self):
        for seed in range(60):
            with self.subTest(seed):
                self.check(seed, size=random.Random(seed).choice((1, 7, 64, 65)), distinct=seed % 9 + 1, passes=200, max_patterns=4, max_runs=12)

    def test_a_new_pattern_every_pass_stays_within_the_limits(self):
        self.check(1, size=40, distinct=2_000, passes=3_000, max_patterns=limits.MAX_PATTERNS, max_runs=limits.MAX_RUNS)

    def test_a_steady_job_is_one_run(self):
        patterns = Patterns(3)
        for backward in range(10_000):
            patterns.add(backward, b"\x01\x00\x01", 2)
        self.assertEqual([[0, 9_999, 0, 2]], patterns.to_members()["runs"])


def unpack_of(pattern):
    return [index for index, bit in enumerate(pattern) if bit]


class LedgerTest(unittest.TestCase):
    def test_empty_ledger_is_the_golden_one(self):
        from test_wire import golden
        expected = {name: frame for name, _, frame in golden()}["ledger-empty"]
        self.assertEqual(expected, Ledger(0, 3).frame())

    def test_health_tells_defined_zero_and_not_finite(self):
        ledger = Ledger(0, 5)
        ledger.enter(0, 0, b"\x01" * 5, 2, 0)
        ledger.enter_norms(0, array("f", [-1.0, 0.0, 2.0, math.nan, math.inf]), 2)
        members = members_of(ledger.frame())
        text = members["health"]["patterns"][0]
        self.assertEqual([[1, 2, 3, 4], [1], [3, 4]], [unpack(text, 5, plane) for plane in range(3)])
        self.assertEqual([[0, "NaN"]], members["totals"])
        largest = struct.unpack("<5f", base64.b64decode(members["norms"]["max"]))
        self.assertEqual((-1.0, 0.0, 2.0, -1.0, -1.0), largest)

    def test_totals_leave_out_what_a_scaler_or_a_raising_pass_spoils(self):
        ledger = Ledger(0, 2)
        for backward, (norms, flags) in enumerate([([3.0, 4.0], 2), ([math.inf, 1.0], 2 | wire.SCALED), ([1.0, 1.0], 2 | wire.PARTIAL),
                                                   ([math.inf, -1.0], 2), ([-1.0, 2.0], 2 | wire.SCALED)]):
            ledger.enter(backward, 0, b"\x01\x01", flags, 0)
            ledger.enter_norms(backward, array("f", norms), flags)
        self.assertEqual([[0, 5.0], [3, "Infinity"], [4, 2.0]], members_of(ledger.frame())["totals"])

    def test_totals_keep_the_newest(self):
        ledger = Ledger(0, 1)
        for backward in range(limits.MAX_TOTALS + 10):
            ledger.enter_norms(backward, array("f", [1.0]), 2)
        totals = members_of(ledger.frame())["totals"]
        self.assertEqual((limits.MAX_TOTALS, 10), (len(totals), totals[0][0]))

    def test_times_are_of_watched_neighbours_only(self):
        ledger = Ledger(0, 1)
        for backward, nanos in ((0, 0), (1, 5), (2, 9), (70, 1_000), (71, 7)):
            ledger.enter(backward, backward, b"\x01", 2, nanos)
        members = members_of(ledger.frame())
        self.assertEqual({"count": 3, "sum_nanos": 21, "min_nanos": 5, "max_nanos": 9}, members["times"])
        self.assertEqual((5, 71, 71), (members["watched"], members["step"], members["backward"]))

    def test_patterns_of_a_large_model_are_folded_before_they_fill_a_frame(self):
        size = 120_000
        ledger = Ledger(0, size)
        full = array("f", [1.0]) * size
        for backward in range(60):
            pattern = bytearray(b"\x01" * size)
            pattern[backward] = 0
            ledger.enter(backward, backward, bytes(pattern), 2, 0)
            if backward < 20:
                norms = array("f", full)
                norms[backward] = 0.0
                ledger.enter_norms(backward, norms, 2)
        members = members_of(ledger.frame())
        for part, fewest, passes in (("used", 25, 60), ("health", 8, 20)):
            texts = members[part]["patterns"]
            self.assertLessEqual(sum(map(len, texts)), limits.PATTERN_TEXT_BYTES)
            self.assertGreaterEqual(len(texts), fewest)
            self.assertEqual(passes, members[part]["counts"]["passes"] + sum(last - first + 1 for first, last, _, _ in members[part]["runs"]))

    def test_ledger_of_the_largest_model_fits_a_frame(self):
        size = limits.MAX_PARAMETERS
        ledger = Ledger(0, size)
        chance = random.Random(0)
        full = array("f", [1.0]) * size
        for backward in range(40):
            pattern = bytearray(b"\x01" * size)
            pattern[chance.randrange(size)] = 0
            ledger.enter(10_000_000 + backward, backward, bytes(pattern), 2, 1)
            if backward < 10:
                norms = array("f", full)
                norms[backward] = 0.0
                ledger.enter_norms(10_000_000 + backward, norms, 2)
        ledger.enter_change({"backward": 1, "frozen": list(range(size)), "unfrozen": []})
        ledger.enter_change({"backward": 2, "frozen": [], "unfrozen": list(range(size // 2))})
        members = members_of(ledger.frame())
        self.assertEqual(40, members["used"]["counts"]["passes"] + sum(last - first + 1 for first, last, _, _ in members["used"]["runs"]))
        self.assertEqual([2], [change["backward"] for change in members["changes"]])


if __name__ == "__main__":
    unittest.main()
