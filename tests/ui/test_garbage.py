"""Garbage is collected once a page has been drawn, for all visitors at once, and not by Streamlit after every run."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from streamlit import config

from seglib.ui import garbage, loading


class Knot:
    """Something that only the garbage collector frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def uncollected() -> None:
    """Nothing is collected by chance meanwhile, and no page has been drawn."""
    gc.disable()
    loading.drawn.clear()
    yield
    loading.drawn.clear()
    gc.enable()


def test_what_a_page_left_is_freed_after_it_and_not_before(uncollected: None) -> None:
    knot = weakref.ref(Knot())
    collecting = threading.Thread(target=garbage.collect_after_a_page, daemon=True)
    collecting.start()
    assert knot() is not None
    loading.page_drawn()
    collecting.join(60)
    assert knot() is None
    assert not loading.drawn.is_set()  # one page is no reason to collect twice


def test_streamlit_does_not_collect_after_every_run() -> None:
    assert config.get_option("runner.postScriptGC") is False
