"""Python's garbage is collected now and then, not after every run of a page.

Streamlit would collect after each: with thirty visitors, ten times a second, and each time all that belongs to all of
them is looked through while everybody waits. So it is told not to (``postScriptGC`` in .streamlit/config.toml), and one
thread collects for all, at most every `EVERY` seconds, and only if a page was drawn since.
"""

from __future__ import annotations

import gc
import time
from typing import NoReturn

from seglib.ui import loading

EVERY = 3.0  # seconds


def keep_collecting() -> NoReturn:
    """Collect, wait, wait for the next page, and again."""
    while True:
        collect_after_a_page()
        time.sleep(EVERY)


def collect_after_a_page() -> None:
    """Wait until a page has been drawn since the last time, and collect."""
    loading.drawn.wait()
    loading.drawn.clear()
    gc.collect()
