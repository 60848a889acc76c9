"""The right answer to a step's question, on the photo that is on the screen, remembered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from seglib.lecture.answers import Answer, Scene, right_option
from seglib.lecture.routes import Question, Value
from seglib.models.segmentation import digest
from seglib.ui import cache, state

if TYPE_CHECKING:
    from seglib.crf.pairwise import CRFParams


def answer(question: Question, view: Mapping[str, Value]) -> Answer | None:
    """Which option is right here, and why; None for a question of taste. `NoAnswer` if it cannot be told here."""
    if not question.answer:
        return None
    return _answer(question.answer, question.options, scene(view))


def _key(shown: Scene) -> tuple:
    """What an answer depends on."""
    truth = None if shown.truth is None else digest(shown.truth)
    knobs = sorted((key, str(value)) for key, value in shown.view.items())
    return (shown.photo, truth, shown.point, shown.label_set.name, knobs)


@st.cache_data(max_entries=256, show_spinner="The answer is being computed …", hash_funcs={Scene: _key})
def _answer(name: str, options: tuple[str, ...], shown: Scene) -> Answer:
    return right_option(name, shown, options)


def scene(view: Mapping[str, Value]) -> Scene:
    """What is on the screen, as the core sees it."""
    photo, labels = state.photo(), state.label_set()
    return Scene(
        photo=photo.key,
        image=photo.image,
        label_set=labels,
        truth=state.truth(photo, labels),
        point=state.pin(photo),
        labels_of=lambda net: cache.net_labels(photo, net, labels.name),
        streams_of=lambda net: cache.segment(photo, net, labels.name).streams,
        refined=partial(_refined, photo, labels.name),
        view=view,
    )


def _refined(photo: state.Photo, label_set_name: str, net: str, params: CRFParams, iterations: int) -> np.ndarray:
    """What the CRF's own page shows, from the same run."""
    from seglib.ui.crf import cache as crf_cache

    return crf_cache.run(photo, crf_cache.net_unary(photo, net, label_set_name), params).labels(iterations)
