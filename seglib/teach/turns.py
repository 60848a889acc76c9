"""Fair turns: many want to compute, few may at a time, and whoever came first goes first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

FORGET = 0.8  # how much of the known length of a turn is kept when one more has ended


class Turns:
    """``with turns.turn(halt): ...`` waits in line; the block runs when it is its turn, at most ``slots`` at a time."""

    def __init__(self, slots: int = 1) -> None:
        self._free = slots
        self._slots = slots
        self._line: deque[object] = deque()
        self._change = threading.Condition()
        self._seconds = 0.0  # that a turn takes

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    @property
    def seconds_to_wait(self) -> float:
        """About how long somebody waits who comes now."""
        busy = self._slots - self._free
        return self._seconds * (self.waiting + busy) / self._slots

    @contextmanager
    def turn(self, halt: threading.Event | None = None) -> Iterator[bool]:
        """Wait for a turn and hold it; yields False, at once and without a turn, if ``halt`` is set while waiting."""
        ticket = object()
        with self._change:
            self._line.append(ticket)
            while not (self._free and self._line[0] is ticket):
                if halt is not None and halt.is_set():
                    self._line.remove(ticket)
                    self._change.notify_all()
                    break
                self._change.wait(0.2)
            else:
                self._line.popleft()
                self._free -= 1
                self._change.notify_all()
                ticket = None
        if ticket is not None:
            yield False
            return
        started = time.monotonic()
        try:
            yield True
        finally:
            with self._change:
                seconds = time.monotonic() - started
                self._seconds = FORGET * self._seconds + (1 - FORGET) * seconds if self._seconds else seconds
                self._free += 1
                self._change.notify_all()
