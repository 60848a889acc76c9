"""What the next step of a route will need is computed while the lecturer still speaks of this one.

The answer to its question rests on what its page shows, and that is kept for all (`seglib.ui.cache`): so both are there
when the step is reached, and nobody waits before a class for a net without subsampling and its CRF. One thread does it,
for bundled photos alone; it takes its turn after all visitors, and what it cannot take on it leaves to the page.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from seglib.assets import DamagedFile
from seglib.labels import LABEL_SETS
from seglib.lecture.answers import NoAnswer
from seglib.lecture.routes import Question, Value
from seglib.photos import PHOTOS
from seglib.ui import cache, state
from seglib.ui.lecture import scene
from seglib.ui.lecture.following import Place
from seglib.ui.loading import loading

MOST = 4  # steps that wait; more is a crowd, whose pages need the processor
WORKER = ThreadPoolExecutor(1, "ahead")
_PLACES, _SENT = threading.BoundedSemaphore(MOST), "lecture_ahead"


def prepare(place: Place | None) -> None:
    """Have the step after this one prepared, once a visit of this one."""
    here = place and (place.name, place.index)
    if place is None or place.index == place.last or loading() or st.session_state.get(_SENT) == here:
        return
    st.session_state[_SENT] = here
    step = place.route.steps[place.index + 1]
    if step.question and step.view.get("photo") in PHOTOS and _PLACES.acquire(blocking=False):
        WORKER.submit(_compute, step.question, step.view)


def _compute(question: Question, view: Mapping[str, Value]) -> None:
    try:
        label_set = LABEL_SETS.get(str(view.get("classes"))) or next(iter(LABEL_SETS.values()))
        photo = cache.bundled_photo(str(view["photo"]))
        point = state.parse_pin(str(view.get("pin", ""))) or state.middle(photo)
        truth = cache.bundled_truth(photo.key, label_set.name)
        with contextlib.suppress(NoAnswer, DamagedFile):  # said when the step is there
            scene.answer_on(question, scene.of_photo(photo, label_set, truth, point, view))
    finally:
        _PLACES.release()
