"""So many a second and no more: a bucket of tokens that fills at a steady rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Throttle:
    """``allow()`` is True ``burst`` times at once, and ``rate`` times a second in the long run."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._tokens, self._then = burst, clock()
        self._lock = threading.Lock()

    def allow(self) -> bool:
        """Take a token, if there is one."""
        with self._lock:
            now = self.clock()
            self._tokens = min(self.burst, self._tokens + (now - self._then) * self.rate)
            self._then = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
