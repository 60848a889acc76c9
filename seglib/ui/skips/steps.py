"""From each net to the next finer one: which pixels the new stream put right, and which it put wrong."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LabelSet
from seglib.metrics.turned import TURNED
from seglib.models.cards import shipped_nets
from seglib.ui import cache, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.skips import observations
from seglib.ui.words import percent


@cache.shared(64)
def _counts(what: np.ndarray) -> np.ndarray:
    """How many pixels were put right, put wrong, and are wrong both times, ``(3,)``."""
    return np.bincount(what[what != IGNORE], minlength=len(TURNED))


@cache.shared(64)
def _labelled(truth: np.ndarray) -> int:
    """How many pixels have a human label."""
    return int((truth != IGNORE).sum())


def what_turned(photo: state.Photo, label_set: LabelSet, truth: np.ndarray) -> None:
    """A picture for each stream that is added."""
    st.header("What each stream turned")
    answers = panels.segment_all(photo, label_set, list(shipped_nets(label_set.name)))
    steps = {(coarse, fine): cache.turned(answers[coarse], answers[fine], truth) for coarse, fine in pairwise(answers)}
    counts = {step: _counts(what) for step, what in steps.items()}
    labelled = _labelled(truth)
    pictures = [
        Panel(
            title=f"{coarse} to {fine}",
            role="output",
            alt=f"Pixels of {photo.alt} that {fine} puts right and wrong after {coarse}",
            caption=f"{percent(right / labelled)} put right, {percent(wrong / labelled)} wrong",
            picture=photo.image,
            labels=steps[coarse, fine],
        )
        for (coarse, fine), (right, wrong, _) in counts.items()
    ]
    panels.show(pictures, photo, TURNED, key="turned", columns=len(pictures), group=" turned")
    st.caption("Void: unchanged, or without a human label.")
    seen.what_you_should_see(observations.streams_turn(counts, labelled))
