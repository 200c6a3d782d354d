"""Which backward passes are watched, and how much of each.

Pure arithmetic on the job's id and the number of the pass, so that all ranks choose alike without a word between them:

    pass   0 ... 49                    every one
    block  k = 1, 2, ...               passes 64 k ... 64 k + 63; one window of 16, at 64 k + (h(k) mod 49)
    level  L                           only the windows of blocks where (h(k) >> 8) has its lowest L bits clear

h(k) is CRC-32 of ``JOB/k``. Gaps between windows are irregular, so that no period of the job's own can hide from them; windows of a
higher level are among those of a lower one, so that ranks which chose differently still share passes.
"""
import zlib

FIRST_PASSES = 50
BLOCK = 64
WINDOW = 16
MAX_LEVEL = 12
NORM_PASSES = 16
WINDOW_NORMS = 3
WINDOW_CHECKSUMS = 1
PROBED_PASSES = 3
DEFAULT_BUDGET = 0.005


def budget_of(text):
    """The share of a step's time that watching may cost, from GRADWATCH_BUDGET; None for ``off``: no limit, every pass is watched.

    Raises ValueError for anything but a fraction (0.005), a percentage (0.5%) or off.
    """
    word = (text or "").strip().lower()
    if not word:
        return DEFAULT_BUDGET
    if word == "off":
        return None
    try:
        share = float(word[:-1]) / 100 if word.endswith("%") else float(word)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise ValueError("GRADWATCH_BUDGET: %s (expected: a fraction such as 0.005, a percentage such as 0.5%%, or off)" % text)
    return share


class Schedule:
    """The watched passes of one model. One thread asks; ``level`` may be read by others."""

    def __init__(self, job, budget=DEFAULT_BUDGET):
        self.level = 0
        #: Norms and checksums are taken; a collector may say in its Welcome that it wants none.
        self.norms = True
        self._job = job
        self._budget = budget
        self._block = 0
        self._start = 0
        self._hash = 0

    def watches(self, backward):
        if backward < FIRST_PASSES or self._budget is None:
            return True
        place = self._place(backward)
        return 0 <= place < WINDOW and not (self._hash >> 8) & ((1 << self.level) - 1)

    def wants_norms(self, backward):
        return self.norms and (backward < NORM_PASSES or 0 <= self._place(backward) < WINDOW_NORMS)

    def wants_checksum(self, backward):
        return self.norms and (backward < NORM_PASSES or 0 <= self._place(backward) < WINDOW_CHECKSUMS)

    def settle(self, window_nanos, pass_nanos, step_nanos):
        """Chooses the level after a window.

        ``window_nanos`` is what a window costs above the unwatched passes, ``pass_nanos`` what an unwatched pass costs, ``step_nanos``
        how long a step takes. Half the windows go with each level; the lowest level that stays in the budget wins.
        """
        if self._budget is None or step_nanos <= 0:
            return
        room = (self._budget * step_nanos - pass_nanos) * BLOCK
        level = 0
        while level < MAX_LEVEL and window_nanos / (1 << level) > room:
            level += 1
        # One level a time downwards, and only with room to spare, so that noise does not make ranks waver.
        if level < self.level:
            level = self.level - 1 if window_nanos / (1 << (self.level - 1)) <= 0.8 * room else self.level
        self.level = level

    def _place(self, backward):
        """The pass's place in its block's window; negative before it, WINDOW and more after it."""
        block = backward // BLOCK
        if block == 0:
            return -1
        if block != self._block:
            self._block = block
            self._hash = zlib.crc32(("%s/%d" % (self._job, block)).encode("utf-8", "replace"))
            self._start = BLOCK * block + self._hash % (BLOCK - WINDOW + 1)
        return backward - self._start
