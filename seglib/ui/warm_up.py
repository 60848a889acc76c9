"""Load torch and the nets in the background while the first visitor is still reading.

Afterwards `gc.freeze` takes everything loaded so far out of Python's garbage collection, which would cost some 240 ms a
time with torch in memory.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging

from seglib.ui.loading import finished, first_page, started
from seglib.ui.memory import return_pages

PATIENCE = 3.0  # seconds that torch waits for a first page, so as not to fight with it for the interpreter


def run() -> None:
    """Import torch, load every net in the box and let each segment the opening photo once."""
    started.set()
    # Without a visitor's session Streamlit's cache works but warns about every call.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    try:
        from seglib.assets import DamagedFile
        from seglib.labels import LABEL_SETS
        from seglib.models.cards import shipped_nets
        from seglib.ui import cache, state

        # The first page needs pandas and altair, its photo and the labels before it needs any net.
        importlib.import_module("seglib.ui.charts")
        importlib.import_module("seglib.ui.tables")
        photo = cache.bundled_photo(state.OPENING_PHOTO)
        cache.bundled_truth(photo.key, next(iter(LABEL_SETS)))
        first_page.wait(PATIENCE)
        for label_set_name in LABEL_SETS:
            for net in shipped_nets(label_set_name):
                with contextlib.suppress(DamagedFile):  # left out from here on, and said on the pages
                    cache.segment(photo, net, label_set_name)
    finally:
        gc.collect()
        gc.freeze()
        return_pages()  # what loading took and let go
        finished.set()
