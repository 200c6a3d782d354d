"""What a rank knows of one model's passes: the rank owns it, the collector holds a copy.

Every watched pass is entered here before it is offered to the connection, so a slow or absent collector loses nothing: the whole ledger
is sent later and replaces the copy. Its size has a bound (limits.py) that does not depend on the length of the job.
"""
import base64
import math
import sys
import threading
from array import array
from collections import deque
from operator import mul

from gradwatch import limits, wire
from gradwatch.patterns import Patterns


class Ledger:
    """One model's ledger. The training thread writes, the sending thread takes snapshots; a lock of a few microseconds is between them."""

    def __init__(self, model, parameters):
        self._model = model
        self._size = parameters
        # Reentrant: a garbage collection inside it may end a model, whose last ledger is then taken in this very thread.
        self._lock = threading.RLock()
        self._used = Patterns(parameters, max_patterns=_patterns_that_fit(parameters, 1))
        self._health = Patterns(parameters, planes=3, max_patterns=_patterns_that_fit(parameters, 3))
        self._all_well = b"\x01" * parameters + bytes(2 * parameters)
        self._last_norms = None
        self._max_norms = None
        self._norms_backward = -1
        self._norms_flags = 0
        self._totals = deque(maxlen=limits.MAX_TOTALS)
        self._checksums = deque(maxlen=limits.MAX_TOTALS)
        self._changes = deque(maxlen=limits.MAX_CHANGES)
        self._flips = 0
        self._times = [0, 0, 0, 0]
        self._last_backward = -2
        self.watched = 0
        self.step = 0
        self.backward = 0

    def enter(self, backward, step, pattern, flags, step_nanos):
        """One watched pass: ``pattern`` is a byte of 0 or 1 for each parameter."""
        with self._lock:
            self.watched += 1
            self.step = step
            self.backward = backward
            self._used.add(backward, pattern, flags)
            if step_nanos and self._last_backward == backward - 1:
                times = self._times
                times[2] = min(times[2], step_nanos) if times[0] else step_nanos
                times[3] = max(times[3], step_nanos)
                times[0] += 1
                times[1] += step_nanos
            self._last_backward = backward

    def enter_norms(self, backward, norms, flags):
        """The norms of an entered pass, in the order of the passes; floats as the protocol's Step has them."""
        # The usual case, everything defined, above 0 and finite, is told from two sums.
        squares = sum(map(mul, norms, norms))
        if squares < math.inf and min(norms, default=1.0) > 0:
            pattern, finite = self._all_well, norms
        else:
            pattern, finite = _health_of(norms), [norm if math.isfinite(norm) else -1.0 for norm in norms]
            squares = sum(norm * norm for norm in norms if norm != -1)
        total = math.sqrt(squares) if squares >= 0 else squares
        with self._lock:
            self._health.add(backward, pattern, flags)
            self._last_norms = norms
            self._max_norms = array("f", finite if self._max_norms is None else map(max, self._max_norms, finite))
            self._norms_backward = backward
            self._norms_flags = flags & wire.LEDGER_FLAGS
            if not flags & wire.PARTIAL and (math.isfinite(total) or not flags & wire.SCALED):
                self._totals.append((backward, total))

    def enter_checksum(self, backward, checksum):
        with self._lock:
            self._checksums.append((backward, checksum))

    def enter_change(self, change):
        """``change`` is the members ``backward``, ``frozen`` and ``unfrozen``; past the bounds the oldest are forgotten."""
        with self._lock:
            self._changes.append(change)
            self._flips = sum(len(one["frozen"]) + len(one["unfrozen"]) for one in self._changes)
            while self._flips > limits.MAX_FLIPS and len(self._changes) > 1:
                gone = self._changes.popleft()
                self._flips -= len(gone["frozen"]) + len(gone["unfrozen"])

    def frame(self):
        """The whole ledger as one frame. Called by the sending thread; the encoding runs outside the lock."""
        with self._lock:
            used, health = self._used.copy(), self._health.copy()
            last_norms, max_norms = self._last_norms, self._max_norms
            members = {"model": self._model, "watched": self.watched, "step": self.step, "backward": self.backward}
            norms_backward, norms_flags = self._norms_backward, self._norms_flags
            totals, checksums, changes, times = list(self._totals), list(self._checksums), list(self._changes), list(self._times)
        members["used"] = used.to_members()
        members["health"] = health.to_members()
        members["norms"] = None if last_norms is None else {
            "last": _text_of(last_norms), "max": _text_of(max_norms), "backward": norms_backward, "flags": norms_flags}
        members["totals"] = [[backward, wire.json_number(value)] for backward, value in totals]
        members["checksums"] = [[backward, wire.json_number(value)] for backward, value in checksums]
        members["changes"] = changes
        members["times"] = dict(zip(("count", "sum_nanos", "min_nanos", "max_nanos"), times))
        return wire.json_frame(wire.LEDGER, members)


def _patterns_that_fit(parameters, planes):
    """How many patterns of a large model leave room in a frame for everything else that a ledger says."""
    text_bytes = planes * ((parameters + 63) // 64) * 8 * 4 // 3 + 8
    return max(2, min(limits.MAX_PATTERNS, limits.PATTERN_TEXT_BYTES // text_bytes))


def _health_of(norms):
    defined = bytes(norm != -1 for norm in norms)
    zero = bytes(norm == 0 for norm in norms)
    nonfinite = bytes(not math.isfinite(norm) for norm in norms)
    return defined + zero + nonfinite


def little_endian(norms):
    """An array of f32 as the bytes that travel."""
    if sys.byteorder == "big":
        norms = array("f", norms)
        norms.byteswap()
    return norms.tobytes()


def _text_of(norms):
    return base64.b64encode(little_endian(norms)).decode("ascii")
