"""The ways to finer scores as pictures on the photo, each beside its window; and what ImageNet is worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from seglib import metrics
from seglib.labels import LabelSet
from seglib.models.cards import all_nets, variants
from seglib.receptive_field import receptive_field
from seglib.ui import cache, page, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.loading import loading
from seglib.ui.window import observations
from seglib.ui.words import percent

SCRATCH = "fcn8s_scratch"  # what ImageNet is worth
WAYS = {
    "fcn32s": "all layers, all strides",
    "shallow8": "stops early",
    "plain8": "no subsampling after stride 8",
    "dilated8": "dilation in its place",
    "fcn8s": "skips",
    SCRATCH: "the same from random weights",
}


def in_pictures(photo: state.Photo, label_set: LabelSet) -> None:
    """What each net makes of the photo; its caption says how far its units see."""
    page.wait_for_nets()
    truth = state.truth(photo, label_set)
    first = panels.photo_panel(photo) if truth is None else panels.truth_panel(photo, truth)
    if loading():
        panels.show([first], photo, label_set, key="ways", truth=truth, columns=3)
        return
    there = [*all_nets(label_set.name), *variants(label_set.name)]
    nets = [net for net in WAYS if net in there]
    answers = {net: cache.net_labels(photo, net, label_set.name) for net in nets}
    windows = {net: receptive_field(cache.layer_table(net, label_set.name)).size for net in nets}
    scores = {} if truth is None else {net: _score(truth, labels, label_set) for net, labels in answers.items()}
    pictures = [first, *(_picture(net, answers[net], windows[net], scores, photo) for net in nets)]
    panels.show(pictures, photo, label_set, key="ways", truth=truth, columns=3)
    if truth is None:
        st.info(panels.NO_TRUTH)
    st.caption(
        "Windows: what a unit of the coarsest scores sees, by the layers, in px a side. "
        "*Theory and measured* shows how much of it is used."
    )
    seen.what_you_should_see(
        observations.short_sighted(windows),
        observations.window_pays(scores, "shallow8", "fcn8s"),
        observations.window_pays(scores, "plain8", "dilated8"),
        observations.imagenet_pays(scores, SCRATCH, "fcn8s"),
    )
    page.show_source(receptive_field, metrics.mean_iou)


def _score(truth: np.ndarray, labels: np.ndarray, label_set: LabelSet) -> float:
    return metrics.mean_iou(metrics.confusion_matrix(truth, labels, len(label_set)))


def _picture(net: str, labels: np.ndarray, window: int, scores: Mapping[str, float], photo: state.Photo) -> Panel:
    score = f"mean IoU {percent(scores[net])}" if net in scores else ""
    return Panel(
        title=f"{net}: {WAYS[net]}",
        role="output",
        alt=f"Classes that {net} gives to: {photo.alt}. Its units see {window} pixels a side. {score}",
        caption=f"sees {window} px" + (f" · {score}" if score else ""),
        picture=photo.image,
        labels=labels,
    )
