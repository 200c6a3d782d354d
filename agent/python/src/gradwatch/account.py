"""What watching cost, a window and an unwatched pass at a time."""


class Account:
    """What windows and the passes between them cost, smoothed over the last few; all in nanoseconds of the training thread."""

    def __init__(self):
        self.window_cost = 0.0
        self.pass_cost = 0.0
        self.window_ended = False
        self._last = 0
        self._window = 0.0
        self._in_window = False

    def restart(self):
        """Forgets the pass before: the first passes are all watched and are no window."""
        self._last = 0
        self._in_window = False
        self.window_ended = False

    def count(self, in_window, spent):
        """One pass ended; ``in_window`` says that the next one is watched, ``spent`` is the session's sum so far."""
        cost = spent - self._last if self._last else 0
        self._last = spent
        self.window_ended = False
        if self._in_window:
            self._window += cost - self.pass_cost
            if not in_window:
                self.window_cost = self._window if not self.window_cost else 0.7 * self.window_cost + 0.3 * self._window
                self.window_ended = True
                self._window = 0.0
        elif in_window:
            # Hooks went on in the pass that begins the window, so it is the window's.
            self._window = cost - self.pass_cost
        else:
            self.pass_cost = cost if not self.pass_cost else 0.95 * self.pass_cost + 0.05 * cost
        self._in_window = in_window
