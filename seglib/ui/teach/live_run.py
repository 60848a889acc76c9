"""One run of a net that learns while its visitor watches: played, paused, taken step by step, left and found again.

Its thread stands in one line with those of all other visitors and computes one epoch a turn, so thirty who press play
get one epoch after the other, and nobody waits for ever. It stops by itself while nobody looks, and ends when nobody
has looked for long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from seglib.teach.turns import Turns
from seglib.ui.background import Job

if TYPE_CHECKING:
    from seglib.teach.live import Epoch

TURNS = Turns(1)  # of two cores one stays free for everybody's clicks
LEFT = 6.0  # seconds without a look after which the page counts as left


class LiveRun:
    """Epochs as they come. ``begin`` makes the iterator of all of them."""

    def __init__(self, key: object, begin: Callable[[], Iterator[Epoch]]) -> None:
        self.key = key  # of what is trained, and how
        self.epochs: list[Epoch] = []
        self.playing = False
        self.done = False
        self._begin = begin
        self._steps_wanted = 0
        self._looked = time.monotonic()
        self._job: Job = Job(self._run, self.epochs.append, "live training")

    @property
    def alive(self) -> bool:
        """Whether there may be more to come."""
        return self._job.running

    @property
    def failure(self) -> str:
        """What ended it before its time."""
        return self._job.failure

    def play(self) -> None:
        """Go on until paused or done."""
        self.playing = True
        self._start()

    def step(self) -> None:
        """One epoch more, then pause; the first time two, for number 0 is before learning."""
        self.playing = False
        self._steps_wanted += 1 if self.epochs else 2
        self._start()

    def pause(self) -> None:
        """Stop after the epoch at hand."""
        self.playing = False
        self._steps_wanted = 0

    def stop(self) -> None:
        """End for good; what there is stays."""
        self.pause()
        self._job.stop()

    def look(self) -> None:
        """Tell that somebody watches."""
        self._looked = time.monotonic()
        self._job.look()

    def _start(self) -> None:
        self.look()
        if not self._job.running and not self.epochs:
            self._job.start()

    def _run(self, halt: threading.Event) -> Iterator[Epoch]:
        epochs = self._begin()
        while self._may_go_on(halt):
            with TURNS.turn(halt) as mine:
                epoch = next(epochs, None) if mine else None
            if epoch is None:
                self.done = not halt.is_set()
                return
            self._steps_wanted = max(0, self._steps_wanted - 1)
            yield epoch

    def _may_go_on(self, halt: threading.Event) -> bool:
        """Wait while paused or not looked at; False when it is to end."""
        while not halt.is_set():
            if (self.playing or self._steps_wanted) and time.monotonic() - self._looked < LEFT:
                return True
            halt.wait(0.1)
        return False
