"""The border around the pinned pixel, close up in every net, after a guess which follows it best."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.metrics.boundary import BORDER
from seglib.models.cards import shipped_nets
from seglib.ui import cache, page, panels, state
from seglib.ui.skips import observations


def close_up(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Ask, answer by the labels in the square that is shown, and show it."""
    nets = list(shipped_nets(label_set.name))
    guess = page.guess(
        f"Around the pinned pixel, which net is right most often within {BORDER} px of a border?", nets, "edge"
    )
    if not guess.given:
        return
    if truth is not None:
        _answer(guess, photo, label_set, truth, nets)
    panels.close_up(photo, label_set, truth, key="edge_views")


def _answer(guess: page.Guess, photo: state.Photo, label_set: LabelSet, truth: np.ndarray, nets: list[str]) -> None:
    view = panels.close_view(photo)
    answers = panels.segment_all(photo, label_set, nets)
    measured = observations.best_at_border(
        {net: answer.labels[view] for net, answer in answers.items()},
        truth[view],
        cache.border_distance(truth)[view],
        guess.said,
    )
    if measured is None:
        st.info("No border between two labelled classes lies in this square: pin a pixel near one.")
    else:
        guess.answer(*measured)
