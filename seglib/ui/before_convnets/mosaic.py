"""Three textures with the same grey levels: words that tell them apart, and words that cannot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from seglib.before_convnets import mosaic as texture_mosaic
from seglib.before_convnets import textons
from seglib.before_convnets.classifier import radius_of
from seglib.before_convnets.scribbles import CELL
from seglib.lecture.answers import in_range
from seglib.ui import page, seen
from seglib.ui.before_convnets import observations, texture_cache, texture_charts
from seglib.ui.before_convnets.filters import WINDOWS
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.words import percent

RANGES = ("below 25 %", "25 to 45 %", "45 to 80 %", "over 80 %")


def mosaic() -> None:
    """Three textures with the same grey levels: words that tell them apart, and words that cannot."""
    window = st.select_slider("Window, pixels", WINDOWS, value=WINDOWS[5], key="window", bind="query-params")
    radius, kinds = radius_of(window, CELL), texture_mosaic.KINDS
    with st.spinner("Filtering the mosaic, learning textons …", show_time=True):
        label_maps = {kind: texture_cache.mosaic_labels(kind, radius) for kind in kinds}
    scores = {kind: texture_mosaic.accuracy(label_map) for kind, label_map in label_maps.items()}
    guess = page.guess(
        "Three textures, so guessing gives 33 %. How many pixels are right if windows are compared by their mean grey?",
        RANGES,
        "mosaic_guess",
    )
    _show_mosaic(label_maps if guess.given else {}, scores)
    if not guess.given:
        return
    guess.answer(
        RANGES[in_range(100 * scores["mean grey"], RANGES)],
        f"Windows of {window} px: by mean grey {percent(scores['mean grey'])} of the pixels are right, by textons "
        f"{percent(scores['textons'])}.",
    )
    for column, kind in zip(st.columns(len(kinds)), kinds, strict=True):
        column.metric(f"By {kind}", percent(scores[kind]), help="Pixel accuracy; guessing gives a third.")
    curves = {kind: _accuracies(kind) for kind in kinds}
    texture_charts.window_curve(curves, window, "pixel accuracy")
    seen.what_you_should_see(
        observations.greys_say_nothing(scores, texture_mosaic.mean_greys()),
        observations.textons_tell(scores),
        observations.best_window("mosaic/window", curves["textons"], "By textons"),
    )
    st.caption(
        "`brick`, `grass` and `gravel` from scikit-image. Left halves are learnt from, the mosaic is made of right "
        "halves; each texture's model is the mean histogram of its windows, and the nearest wins (chi-square, or in "
        "brightness for mean grey). "
        f"One pixel's grey level alone gets {percent(texture_mosaic.best_by_one_grey())} right."
    )
    page.show_source(texture_mosaic.classify, textons.responses)


def _accuracies(kind: str) -> dict[int, float]:
    """Share of right pixels for each side of the window."""
    return {side: texture_mosaic.accuracy(texture_cache.mosaic_labels(kind, radius_of(side, CELL))) for side in WINDOWS}


def _show_mosaic(label_maps: Mapping[str, np.ndarray], scores: Mapping[str, float]) -> None:
    """The mosaic, and what windows of each kind of words make of it."""
    made = texture_mosaic.make_mosaic()
    pictures = [
        Panel(
            title="Mosaic",
            role="input",
            alt="Black and white: brick on the left, grass on the right, a disc of gravel between them",
            caption="in each of the three whole textures all grey levels are equally frequent",
            picture=made.image,
        )
    ]
    pictures += [
        Panel(
            title=f"By {kind}",
            role="output",
            alt=f"Textures found by {kind}: {percent(scores[kind])} of the pixels right",
            caption=f"pixel accuracy {percent(scores[kind])}",
            picture=made.image,
            labels=label_map,
        )
        for kind, label_map in label_maps.items()
    ]
    photo_view(
        pictures,
        key="mosaic",
        size=made.truth.shape,
        label_set=texture_mosaic.TEXTURES,
        truth=made.truth,
        group="mosaic",
        columns=2,
    )
