"""Whether the nets are here yet: the thread that loads them says so, the pages ask."""

from __future__ import annotations

import threading

started = threading.Event()
finished = threading.Event()
first_page = threading.Event()
drawn = threading.Event()  # a page, since garbage was collected last


def loading() -> bool:
    """Whether the nets are on their way but not here yet; False where nothing was started (tests)."""
    return started.is_set() and not finished.is_set()


def page_drawn() -> None:
    """Called after every run of a page; the first one lets torch go ahead."""
    first_page.set()
    drawn.set()
