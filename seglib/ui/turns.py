"""Heavy work in turns: few computations at once, none for somebody who has moved on.

Streamlit ends a run that was overtaken, by a newer choice or a closed tab, at its next `st` call; between two of those
a page may compute for seconds. `leave_if_overtaken` is that check without a call, and `seglib.ui.cache` makes it before
everything it computes, so that of four nets only the one at hand is finished. Whoever waits for a turn, or for what is
being computed for another, makes it too, and so leaves the queue.

The turns go by when a run began (`begin_run`), not by when it asked for this net: whoever has three of four answers
gets the fourth before somebody who has just come. In turns net by net, all would be served last.
"""

from __future__ import annotations

import itertools
import sys
import threading

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_run_yield_check

LOOK = 0.1  # seconds between two looks whether a visitor who waits is still there
SWITCH = 0.001  # seconds that one thread may hold the interpreter while another wants it; Python's own are 0.005
QUIETLY = 1.0  # seconds that nobody needs to be told about
WAITS = "Many visitors are computing at this moment: yours comes in its turn."


_NUMBERS = itertools.count()
_run = threading.local()  # ``began``: the number of this thread's run


def begin_run() -> None:
    """The run of a page begins in this thread."""
    _run.began = next(_NUMBERS)


def leave_if_overtaken() -> None:
    """End this run if a newer one has been asked for, or its visitor has gone; nothing outside a run of a page."""
    if check := get_run_yield_check():
        check()


def hand_over_often() -> None:
    """Let no thread hold Python's interpreter for long while another wants it.

    A net is some two hundred short calls outside the interpreter, and after each its thread has to get it back: beside
    a page that is drawn in another thread it took three times as long as alone, most of it spent on waiting.
    """
    sys.setswitchinterval(SWITCH)


class Turns:
    """A context manager that lets so many in at once; the others wait, and after a second are told why."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: list[tuple[int, int]] = []
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        leave_if_overtaken()
        now = next(_NUMBERS)
        ticket = getattr(_run, "began", now), now
        with self._changed:
            self._waiting.append(ticket)
        try:
            self._wait(ticket)
        except BaseException:  # one who leaves lets the others through
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            raise

    def _wait(self, ticket: tuple[int, int]) -> None:
        waited = 0.0
        while not self._enters(ticket):
            leave_if_overtaken()
            waited += LOOK
            if waited - LOOK < QUIETLY <= waited and get_run_yield_check():
                st.toast(WAITS, icon=":material/hourglass_top:")  # it takes no place on the page, so nothing moves

    def _enters(self, ticket: tuple[int, int]) -> bool:
        """Whether its turn comes before the next look; the smallest ticket is first."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free and min(self._waiting) == ticket, timeout=LOOK):
                return False
            self._waiting.remove(ticket)
            self._free -= 1
            self._changed.notify_all()  # there may be another free one for the next
            return True

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify_all()
