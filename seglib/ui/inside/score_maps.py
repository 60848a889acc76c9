"""From classifier to score map: one of ImageNet's classes, asked at every place of the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.rendering import score_scale
from seglib.ui import panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.large_type import WORDS, drawn, show_chart
from seglib.ui.loading import loading
from seglib.ui.photo import Photo
from seglib.ui.words import percent

if TYPE_CHECKING:
    from seglib.inside.class_maps import ClassMaps

SIZES = {224: "short side 224 px", 448: "up to 448 px"}
TOP = 5
BEST = "its best answer"


def score_maps(photo: Photo, label_set: LabelSet) -> None:
    """The maps of one class, the single answer beside them."""
    if loading():
        panels.show([panels.photo_panel(photo)], photo, None, key="class_view", columns=1)
        return
    from seglib.inside.class_maps import on_photo

    names = inside_cache.class_names()
    one, two, three = st.columns([4, 3, 3], gap="medium")
    with three:
        side = st.segmented_control(
            "Photo",
            list(SIZES),
            format_func=SIZES.get,
            default=224,
            key="class_size",
            required=True,
            bind="query-params",
        )
    single = inside_cache.class_maps(photo, side, max(inside_cache.GRIDS))
    answer = single.answer()
    best = [int(k) for k in np.argsort(-answer)[:TOP]]
    with one:
        options = [BEST, *dict.fromkeys([*(names[k] for k in best), *sorted(names)])]
        name = st.selectbox(
            "Class (its best five first; type to search all 1000)", options, key="imagenet_class", bind="query-params"
        )
    with two:
        stride = st.segmented_control(
            "One score every … px",
            list(inside_cache.GRIDS),
            default=16,
            key="class_stride",
            required=True,
            bind="query-params",
            help="32 as the classifier is. 16 and 8: subsampling taken out of its last stages, dilation put in.",
        )
    k = best[0] if name == BEST else names.index(name)
    maps = single if stride == single.stride else inside_cache.class_maps(photo, side, stride)
    scores, chances = maps.logits(k), maps.probabilities(k)
    _pictures(photo, maps, names[k], scores, chances)
    left, right = st.columns(2, gap="medium")
    with left:
        _single_answer(answer, names, best, k)
    with right:
        _one_by_one(photo, single, maps, k, names[k])
    on_pixels = on_photo(scores, maps.stride, maps.size, photo.size)
    seen.what_you_should_see(
        observations.knows_where(on_pixels, state.truth(photo, label_set), names[k], label_set),
        observations.knows_which(float(chances.ravel()[scores.argmax()]), names[k]),
        seen.always("A short side of 224 px is what it was taught with; a larger picture gives a finer map."),
    )


def _pictures(photo: Photo, maps: ClassMaps, name: str, scores: np.ndarray, chances: np.ndarray) -> None:
    limit = max(float(np.abs(scores).max()), 1e-3)
    units = f"{scores.shape[1]} x {scores.shape[0]}"
    grid = [
        panels.photo_panel(photo),
        Panel(
            title="Where: scores",
            role="output",
            alt=f"Map of the score for {name} over: {photo.alt}",
            caption=f"{units} logits, up to ±{limit:.1f}",
            picture=inside_cache.score_picture(photo, scores, maps.stride, maps.size, limit),
        ),
        Panel(
            title="Which: probabilities",
            role="output",
            alt=f"Map of the probability of {name} over: {photo.alt}",
            caption=f"at most {percent(float(chances.max()))}",
            picture=inside_cache.score_picture(photo, chances, maps.stride, maps.size, 1.0),
        ),
    ]
    panels.show(grid, photo, None, key="class_view", columns=3)
    panels.show_scale(score_scale(), "purple: against; orange: for", width=256)


def _single_answer(answer: np.ndarray, names: tuple[str, ...], best: list[int], k: int) -> None:
    st.markdown("**The classifier's single answer**")
    shown = [*best, *([k] if k not in best else [])]
    rows = [{"class": names[c], "P": 100 * float(answer[c]), "chosen": c == k} for c in shown]
    show_chart(_bars(rows), "Bars: probability of each class, the likeliest first.", height=34 * len(shown) + 50)


@drawn
def _bars(rows: list[dict]) -> alt.LayerChart:
    bars = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("P:Q", title="probability, %", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=170)),
            color=alt.Color(
                "chosen:N", scale=alt.Scale(domain=[True, False], range=["#E66101", "#9aa0a6"]), legend=None
            ),
            tooltip=["class", alt.Tooltip("P", format=".1f", title="%")],
        )
    )
    words = bars.mark_text(align="left", dx=4, **WORDS).encode(text=alt.Text("P:Q", format=".1f"))
    return bars + words


def _one_by_one(photo: Photo, single: ClassMaps, maps: ClassMaps, k: int, name: str) -> None:
    """What a 1x1 convolution is: the same weights at the pinned place, and at the mean of all places."""
    st.markdown("**A 1x1 convolution: the same weights at every place**")
    point = state.pin(photo)
    row, col = (
        min(round((at + 0.5) * n / shown / maps.stride - 0.5 / maps.stride), units - 1)
        for at, n, shown, units in zip(point, maps.size, photo.size, maps.features.shape[1:], strict=True)
    )
    here, bias = maps.terms(k, row, col), float(maps.bias[k])
    mean = single.logits(k).mean()
    strongest = np.argsort(-np.abs(here))[:3]
    channels = ", ".join(f"channel {c} {here[c]:+.2f}" for c in strongest)
    one, two, three = st.columns(3)
    one.metric("At the pinned pixel", f"{float(here.sum()) + bias:.2f}")
    two.metric("Mean of all places", f"{mean:.3f}", help="Of the map at stride 32.")
    three.metric("Classifier's own score", f"{float(single.pooled[k]):.3f}")
    st.markdown(
        f"At each place the same {len(here)} weights meet other features; at the pinned one {channels} weigh most. A "
        f"mean and a matrix may change places, so the mean of {name}'s map is the classifier's score of the photo."
    )


def sources() -> list:
    """The code behind it."""
    from seglib.inside import class_maps as core

    return [core.ClassMaps.logits, core.class_maps, core.dilate]
