"""The segmentation lecture, alive: ``streamlit run demo_app.py``.

The pages are listed in seglib/ui/router.py. This file only starts the server, and begins to load the nets
at once in the background, so that they are ready by the time somebody has read the first page.
"""

import contextlib
import os
import threading
from collections.abc import AsyncIterator

# Before torch is imported: a thread of its own for each visitor serves a classroom better than two for one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import streamlit as st
from starlette.middleware import Middleware

from seglib.ui import garbage, warm_up
from seglib.ui.headers import SafeAnswers
from seglib.ui.late_looks import NoLateLooks
from seglib.ui.lecture import phones
from seglib.ui.memory import share_heaps
from seglib.ui.turns import hand_over_often
from seglib.ui.uploads import BoundedUploads


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict]:
    share_heaps()  # before there is a thread for each visitor
    hand_over_often()
    threading.Thread(target=warm_up.run, name="warm-up", daemon=True).start()
    threading.Thread(target=garbage.keep_collecting, name="garbage", daemon=True).start()
    yield {}


middleware = [Middleware(SafeAnswers), Middleware(NoLateLooks), Middleware(BoundedUploads)]
app = st.App("seglib/ui/router.py", lifespan=lifespan, routes=phones.ROUTES, middleware=middleware)
