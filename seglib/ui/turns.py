"""Heavy work in turns: few computations at once, none for somebody who has moved on.

Streamlit ends a run that was overtaken, by a newer choice or a closed tab, at its next `st` call; between two of those
a page may compute for seconds. `leave_if_overtaken` is that check without a call, and `seglib.ui.cache` makes it before
everything it computes, so that of four nets only the one at hand is finished. Whoever waits for a turn, or for what is
being computed for another, makes it too, and so leaves the queue.
"""

from __future__ import annotations

import threading

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_run_yield_check

LOOK = 0.1  # seconds between two looks whether a visitor who waits is still there
QUIETLY = 1.0  # seconds that nobody needs to be told about
WAITS = "Many visitors are computing at this moment: yours comes in its turn."


def leave_if_overtaken() -> None:
    """End this run if a newer one has been asked for, or its visitor has gone; nothing outside a run of a page."""
    if check := get_run_yield_check():
        check()


class Turns:
    """A context manager that lets so many in at once; the others wait, and after a second are told why."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.Semaphore(at_once)

    def __enter__(self) -> None:
        waited = 0.0
        leave_if_overtaken()
        while not self._free.acquire(timeout=LOOK):
            leave_if_overtaken()
            waited += LOOK
            if waited - LOOK < QUIETLY <= waited and get_run_yield_check():
                st.toast(WAITS, icon=":material/hourglass_top:")  # it takes no place on the page, so nothing moves

    def __exit__(self, *_error: object) -> None:
        self._free.release()
