"""Work that takes longer than a visitor should wait: in a thread of its own, with its results so far and a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

ABANDONED = 150.0  # seconds without anybody looking; longer than Streamlit keeps a lost session
TURN = 0.05  # seconds between two looks whether it is this job's turn

Step = TypeVar("Step")


class Job(Generic[Step]):
    """Steps of one piece of work, taken one after the other by a thread that never touches the page.

    ``steps(halt)`` makes an iterator; each of its results is handed to ``take``. It ends when all are done, on `stop`,
    and when nobody has called `look` for `ABANDONED` seconds. Long steps end sooner if they watch the event ``halt``.
    Of jobs with one semaphore ``among``, only so many run at a time, and the others wait for their turn.
    """

    def __init__(
        self,
        steps: Callable[[threading.Event], Iterator[Step]],
        take: Callable[[Step], object],
        name: str,
        among: threading.Semaphore | None = None,
    ) -> None:
        self.error: Exception | None = None  # what ended it before its time
        self._steps, self._take, self._name, self._among = steps, take, name, among
        self._halt = threading.Event()
        self._seen = time.monotonic()
        self._thread: threading.Thread | None = None
        self._alone: threading.Lock | None = None

    @property
    def running(self) -> bool:
        """Whether there is more to come."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def failure(self) -> str:
        """What ended it before its time, in words; empty if nothing did."""
        return "" if self.error is None else f"{type(self.error).__name__}: {self.error}"

    def start(self, alone: threading.Lock | None = None) -> bool:
        """Begin, and hold the lock ``alone`` till the end; False, and nothing begun, if another job holds it."""
        if alone is not None and not alone.acquire(blocking=False):
            return False
        self._alone = alone
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()
        return True

    def look(self, seconds: float = 0) -> None:
        """Tell that somebody still waits for it; stay until it ends, for so many seconds at most."""
        self._seen = time.monotonic()
        if seconds and self._thread is not None:
            self._thread.join(seconds)

    def halt(self) -> None:
        """Ask it to end after the step at hand, or sooner if that one watches the event, and do not wait for that."""
        self._halt.set()

    def stop(self) -> None:
        """As `halt`, and wait for the end."""
        self.halt()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        threading.Thread(target=self._watch, name=f"{self._name}, watch", daemon=True).start()
        try:
            if self._my_turn():
                self._go()
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
            self.error = error
        finally:
            self._halt.set()
            if self._alone is not None:
                self._alone.release()

    def _my_turn(self) -> bool:
        """Wait for it; False if the job was ended before it came."""
        while self._among is not None and not self._among.acquire(timeout=TURN):
            if self._halt.is_set():
                return False
        return True

    def _go(self) -> None:
        try:
            for step in self._steps(self._halt):
                self._take(step)
                if self._halt.is_set():
                    return
        finally:
            if self._among is not None:
                self._among.release()

    def _watch(self) -> None:
        while not self._halt.wait(2):
            if time.monotonic() - self._seen > ABANDONED:
                self._halt.set()
