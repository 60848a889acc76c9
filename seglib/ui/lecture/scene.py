"""The right answer to a step's question, on the photo that is on the screen, remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.answers import Answer, Scene, right_option
from seglib.lecture.routes import Question, Value
from seglib.models.segmentation import digest
from seglib.ui import cache, state
from seglib.ui.photo import Photo

if TYPE_CHECKING:
    from seglib.crf.pairwise import CRFParams


def answer(question: Question, view: Mapping[str, Value]) -> Answer | None:
    """Which option is right here, and why; None for a question of taste. `NoAnswer` if it cannot be told here."""
    photo, label_set = state.photo(), state.label_set()
    return answer_on(question, of_photo(photo, label_set, state.truth(photo, label_set), state.pin(photo), view))


def answer_on(question: Question, shown: Scene) -> Answer | None:
    """The same on any scene."""
    return _answer(question.answer, question.options, shown) if question.answer else None


def _key(shown: Scene) -> tuple:
    """What an answer depends on."""
    truth = None if shown.truth is None else digest(shown.truth)
    knobs = sorted((key, str(value)) for key, value in shown.view.items())
    return (shown.photo, truth, shown.point, shown.label_set.name, knobs)


@st.cache_data(max_entries=256, show_spinner="The answer is being computed …", hash_funcs={Scene: _key})
def _answer(name: str, options: tuple[str, ...], shown: Scene) -> Answer:
    return right_option(name, shown, options)


def of_photo(
    photo: Photo, label_set: LabelSet, truth: np.ndarray | None, point: tuple[int, int], view: Mapping[str, Value]
) -> Scene:
    """A photo with its pinned pixel and a step's view, as the core sees it."""
    return Scene(
        photo=photo.key,
        image=photo.image,
        label_set=label_set,
        truth=truth,
        point=point,
        labels_of=lambda net: cache.net_labels(photo, net, label_set.name),
        streams_of=lambda net: cache.segment(photo, net, label_set.name).streams,
        refined=partial(_refined, photo, label_set.name),
        view=view,
    )


def _refined(photo: Photo, label_set_name: str, net: str, params: CRFParams, iterations: int) -> np.ndarray:
    """What the CRF's own page shows, from the same run."""
    from seglib.ui.crf import cache as crf_cache

    return crf_cache.run(photo, crf_cache.net_unary(photo, net, label_set_name), params).labels(iterations)
