"""A dictionary of bit patterns and the runs of passes in which each held.

Nearly every pass repeats an earlier pattern, so a repeat costs one comparison and, mostly, one addition. Patterns are kept as bytes of
0 and 1, one a bit, because that is what the hooks write; they are packed when they travel.
"""
import base64
import sys
from array import array

from gradwatch import limits
from gradwatch.wire import LEDGER_FLAGS, NO_SYNC, PARTIAL, pack_bits

_LANE = (1 << 64) - 1
FIRST, LAST, PATTERN, FLAGS = range(4)


class Patterns:
    """Patterns of ``planes`` bitmaps over ``size`` bits. Not safe for use by several threads.

    Past ``max_patterns`` or ``max_runs`` the oldest half of the runs is folded into counts a bit, which never grow.
    """

    def __init__(self, size, planes=1, max_patterns=limits.MAX_PATTERNS, max_runs=limits.MAX_RUNS):
        self._size = size
        self._planes = planes
        self._max_patterns = max_patterns
        self._max_runs = max_runs
        self._numbers = {}
        self._runs = []
        self._counts = None

    def add(self, backward, pattern, flags):
        """Enters pass ``backward``, later than any before; ``pattern`` is planes x size bytes of 0 and 1."""
        flags &= LEDGER_FLAGS
        number = self._numbers.get(pattern)
        if number is None:
            # One fold may not be enough: many runs can share few patterns.
            while len(self._numbers) >= self._max_patterns:
                self._fold()
            number = len(self._numbers)
            self._numbers[pattern] = number
        runs = self._runs
        if runs:
            run = runs[-1]
            if run[PATTERN] == number and run[LAST] == backward - 1 and run[FLAGS] == flags:
                run[LAST] = backward
                return
        if len(runs) >= self._max_runs:
            self._fold()
            number = self._numbers.setdefault(pattern, len(self._numbers))
        self._runs.append([backward, backward, number, flags])

    def copy(self):
        """What ``to_members`` needs, taken under the caller's lock so that the encoding need not be."""
        other = Patterns(self._size, self._planes, self._max_patterns, self._max_runs)
        other._numbers = dict(self._numbers)
        other._runs = [list(run) for run in self._runs]
        other._counts = None if self._counts is None else self._counts.copy()
        return other

    def to_members(self):
        """The JSON members ``patterns``, ``runs`` and ``counts`` of the protocol's Ledger."""
        size = self._size
        texts = []
        for pattern in self._numbers:  # in the order of their numbers: a dict keeps the order of insertion
            planes = [pack_bits(pattern[plane * size:(plane + 1) * size]) for plane in range(self._planes)]
            texts.append(base64.b64encode(b"".join(planes)).decode("ascii"))
        return {"patterns": texts, "runs": self._runs, "counts": None if self._counts is None else self._counts.to_members()}

    def _fold(self):
        if self._counts is None:
            self._counts = _Counts(self._size, self._planes)
        patterns = list(self._numbers)
        half = (len(self._runs) + 1) // 2
        for run in self._runs[:half]:
            self._counts.add(run, patterns[run[PATTERN]])
        self._runs = self._runs[half:]
        self._numbers = {}
        for run in self._runs:
            run[PATTERN] = self._numbers.setdefault(patterns[run[PATTERN]], len(self._numbers))


class _Counts:
    """Counts a bit, held as one long integer of 64-bit lanes: adding a pattern to all of them is one addition.

        lane 0 | lane 1 | ... | lane n - 1        lane i counts bit i; weights sum below 2^63, so no lane carries into the next
    """

    def __init__(self, size, planes):
        self._size = size
        self._planes = planes
        self._passes = self._partial = self._no_sync = 0
        self._first = self._last = -1
        self._used = 0
        # One more than the last pass in which the bit was set; 0 never.
        self._latest = 0

    def copy(self):
        other = _Counts(self._size, self._planes)
        other.__dict__.update(self.__dict__)
        return other

    def add(self, run, pattern):
        passes = run[LAST] - run[FIRST] + 1
        self._passes += passes
        self._partial += passes if run[FLAGS] & PARTIAL else 0
        self._no_sync += passes if run[FLAGS] & NO_SYNC else 0
        self._first = run[FIRST] if self._first < 0 else self._first
        self._last = run[LAST]
        spread = bytearray(8 * len(pattern))
        spread[::8] = pattern
        ones = int.from_bytes(spread, "little")
        self._used += ones * passes
        if self._planes == 1:
            # Runs come in the order of time, so a set bit's latest pass is this run's.
            self._latest = self._latest ^ (self._latest & (ones * _LANE)) | ones * (run[LAST] + 1)

    def to_members(self):
        size = self._size
        used = self._lanes(self._used)
        by = ([used, [latest - 1 for latest in self._lanes(self._latest)]] if self._planes == 1
              else [used[plane * size:(plane + 1) * size] for plane in range(self._planes)])
        return {"passes": self._passes, "first": self._first, "last": self._last, "partial": self._partial,
                "no_sync": self._no_sync, "by": by}

    def _lanes(self, number):
        lanes = array("Q", number.to_bytes(8 * self._size * self._planes, "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        return lanes.tolist()
