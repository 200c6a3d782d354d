"""Which passes are watched: the contract's arithmetic, and the budget."""
import os
import unittest
import zlib

from gradwatch.schedule import Schedule, budget_of


def watched(job, level, passes=64 * 200):
    schedule = Schedule(job)
    schedule.level = level
    return [backward for backward in range(passes) if schedule.watches(backward)]


GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "protocol", "golden", "schedule.txt")


def golden_lines():
    """Of some jobs and levels, what is watched of the first 64 blocks, and what of that has norms, as runs of passes."""
    for job in ("seg-042", "node1:29500/3", "läuft/задача-学習"):
        for level in (0, 1, 3):
            schedule = Schedule(job)
            passes = watched(job, level, 64 * 64)
            yield "watched %s %d %s" % (job, level, runs_of(passes))
            yield "norms %s %d %s" % (job, level, runs_of([backward for backward in passes if schedule.wants_norms(backward)]))


def runs_of(passes):
    runs = []
    for backward in passes:
        if runs and runs[-1][1] == backward - 1:
            runs[-1][1] = backward
        else:
            runs.append([backward, backward])
    return " ".join("%d-%d" % (first, last) for first, last in runs)


class ScheduleTest(unittest.TestCase):
    def test_golden_schedules_are_those_of_this_module(self):
        with open(GOLDEN, encoding="utf-8") as text:
            self.assertEqual(list(golden_lines()), text.read().splitlines())

    def test_first_fifty_passes_are_watched_at_every_level(self):
        for level in (0, 3, 12):
            self.assertEqual(list(range(50)), [backward for backward in watched("a", level) if backward < 64])

    def test_windows_lie_where_the_contract_puts_them(self):
        expected = set(range(50))
        for block in range(1, 200):
            hashed = zlib.crc32(b"seg-042/%d" % block)
            expected.update(range(64 * block + hashed % 49, 64 * block + hashed % 49 + 16))
        self.assertEqual(sorted(expected), watched("seg-042", 0))

    def test_windows_of_a_higher_level_are_among_those_of_a_lower_one(self):
        levels = [set(watched("job/0", level)) for level in range(6)]
        for lower, higher in zip(levels, levels[1:]):
            self.assertLess(higher, lower)

    def test_norms_come_in_the_first_passes_and_at_a_windows_start(self):
        schedule = Schedule("a")
        window = [backward for backward in range(64, 128) if schedule.watches(backward)]
        self.assertEqual(list(range(16)), [backward for backward in range(64) if schedule.wants_norms(backward)])
        self.assertEqual(window[:3], [backward for backward in window if schedule.wants_norms(backward)])
        self.assertEqual(window[:1], [backward for backward in window if schedule.wants_checksum(backward)])

    def test_off_watches_every_pass(self):
        schedule = Schedule("a", None)
        self.assertTrue(all(schedule.watches(backward) for backward in range(1_000)))

    def test_level_is_the_lowest_that_stays_in_the_budget(self):
        schedule = Schedule("a", 0.005)
        # 0.5 % of 64 steps of 10 ms is 3.2 ms, of which unwatched passes take 0.64.
        schedule.settle(10_000_000, 10_000, 10_000_000)
        self.assertEqual(2, schedule.level)
        schedule.settle(2_000_000, 10_000, 10_000_000)
        self.assertEqual(1, schedule.level)
        schedule.settle(2_000_000, 10_000, 10_000_000)
        self.assertEqual(0, schedule.level)

    def test_level_does_not_waver_near_its_bound(self):
        schedule = Schedule("a", 0.005)
        schedule.settle(5_200_000, 10_000, 10_000_000)
        self.assertEqual(2, schedule.level)
        schedule.settle(5_000_000, 10_000, 10_000_000)
        self.assertEqual(2, schedule.level)

    def test_budget_is_a_fraction_a_percentage_or_off(self):
        self.assertEqual([0.005, 0.005, 0.02, None], [budget_of(text) for text in (None, "0.5%", "0.02", "OFF")])

    def test_budget_that_is_none_of_them_says_what_was_expected(self):
        for text in ("fast", "0", "-1", "1.5", "nan"):
            with self.assertRaisesRegex(ValueError, r"GRADWATCH_BUDGET: %s \(expected: a fraction such as 0.005" % text):
                budget_of(text)


if __name__ == "__main__":
    unittest.main()
