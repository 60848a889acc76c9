"""The same strokes, learnt otherwise: each layer alone, before convnets, without ImageNet, taken to other photos."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import streamlit as st

from seglib.before_convnets.scribbles import BadScribbles
from seglib.labels import IGNORE, LabelSet
from seglib.photos import PHOTOS
from seglib.teach.features import LAYERS
from seglib.teach.results import CRF, METHODS, RESULTS, TEXTON_KINDS, TEXTON_RADIUS, TEXTONS
from seglib.teach.strokes import BadStrokes
from seglib.ui import page, panels, state
from seglib.ui.before_convnets import texture_cache
from seglib.ui.components.photo_view import Panel
from seglib.ui.lecture.plain import escaped
from seglib.ui.photo import Photo
from seglib.ui.teach import cache, lesson
from seglib.ui.teach.lesson import Taught
from seglib.ui.teach.pictures import NAMES, answer_panel, score
from seglib.ui.words import percent

MOST_PHOTOS = 3
VIEWS = {  # what to see in each
    "Each layer alone": (
        "32 alone gives round blobs, mostly on the right thing; 4, 8 and colour give sharp confetti; the sum has the "
        "edges of the one and the sense of the other."
    ),
    "Before convnets": (
        "Textons and colours, learnt from the very same strokes, do well on the photo they were learnt on. Their words "
        "are this photo's own: they cannot be taken to another one."
    ),
    "Without ImageNet": (
        "Random weights see edges and colours too, and on the photo that was painted that is worth something. What "
        "ImageNet is worth shows on other photos."
    ),
    "Other photos": (
        "Features that ImageNet taught mean the same on the next photo, those of random weights seldom do. And what "
        "the head was never told of, it must call something: paint there, too."
    ),
}


def show(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> None:
    """One comparison at a time; none until one is asked for, because each costs time at every stroke."""
    view = st.segmented_control("Beside it", list(VIEWS), key="teach_beside", bind="query-params")
    if view is None:
        return
    try:
        if view == "Each layer alone":
            _layers(photo, own, taught)
        elif view == "Before convnets":
            _textons(photo, own)
        elif view == "Without ImageNet":
            _random(photo, own, taught, layers)
        else:
            _others(photo, own, taught, layers)
    except (BadStrokes, BadScribbles) as error:
        st.info(escaped(str(error)))
    page.what_you_should_see(VIEWS[view])
    measured()


def _panel(photo: Photo, own: LabelSet, taught: Taught, net: str, layers: tuple[int, ...], title: str) -> Panel:
    answer = cache.answer(photo, taught, net, layers)
    return answer_panel(photo, own, title, answer.labels, answer.classes)


def _layers(photo: Photo, own: LabelSet, taught: Taught) -> None:
    alone = [_panel(photo, own, taught, cache.IMAGENET, (stride,), f"{NAMES[stride]} alone") for stride in LAYERS]
    every = _panel(photo, own, taught, cache.IMAGENET, LAYERS, "All five")
    panels.show([*alone, every], photo, own, key="teach_layers_view", columns=3)
    scores = {}
    for layers in (*((stride,) for stride in LAYERS), LAYERS):
        answer = cache.answer(photo, taught, cache.IMAGENET, layers)
        if scored := score(photo, own, answer.labels, answer.classes):
            scores[layers] = scored[0]
    if scores:
        best = max((layers for layers in scores if len(layers) == 1), key=scores.get)
        st.markdown(
            f"Here, with these strokes, the best single layer is **{NAMES[best[0]]}** with {percent(scores[best])}; "
            f"all five together reach **{percent(scores[LAYERS])}**."
        )


def _textons(photo: Photo, own: LabelSet) -> None:
    strokes = lesson.strokes_on(photo)
    with st.spinner("Learning this photo's textons …", show_time=True):
        labels, seconds = texture_cache.stroke_labels(photo, strokes, own, TEXTON_KINDS, TEXTON_RADIUS)
    painted = np.setdiff1d(strokes, [IGNORE])
    panels.show(
        [answer_panel(photo, own, "Textons and colours", labels, painted)], photo, own, key="teach_textons", columns=2
    )
    st.caption(
        f"Its words are learnt from this photo alone: {seconds:.1f} s. Another photo needs words and strokes anew."
    )


def _random(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> None:
    with st.spinner("Drawing random weights …"):
        pair = [_panel(photo, own, taught, net, layers, net) for net in (cache.IMAGENET, cache.RANDOM)]
    panels.show(pair, photo, own, key="teach_random", columns=2)


def _others(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> None:
    names = {key: other.title for key, other in state.uploads().items()} | {
        key: about.title for key, about in PHOTOS.items()
    }
    names.pop(photo.key, None)
    chosen = st.multiselect(
        "Photos to take it to",
        list(names),
        format_func=names.get,
        max_selections=MOST_PHOTOS,
        key="teach_others",
        persist_state="session",
    )
    for column, key in zip(st.columns(MOST_PHOTOS), chosen, strict=False):
        other = lesson.photo_of(key)
        with column:
            for net in (cache.IMAGENET, cache.RANDOM):
                panel = _panel(other, own, taught, net, layers, net)
                panels.show([panel], other, own, key=f"teach_other {key} {net}", columns=1)
            st.button(
                "Paint on it",
                key=f"teach_go {key}",
                on_click=state.choose_photo,
                args=(key,),
                icon=":material/brush:",
                help="Strokes there, also on what is none of your classes, add to the training.",
            )


def measured() -> None:
    """The figures of `seglib.teach.measure`, with the command that made them."""
    if not RESULTS.is_file():
        st.caption("Not measured yet: `python -m seglib.teach.measure --data DATA`.")
        return
    report = json.loads(RESULTS.read_text())
    rows = report["rows"]
    order = [name for name in (*METHODS, CRF, TEXTONS) if name in rows]
    with st.expander("Measured on MSRC, VOC and NYU photos", icon=":material/table_chart:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "learnt from": order,
                    "same photo": [_figure(rows[name], "own") for name in order],
                    "other photos": [_figure(rows[name], "others") for name in order],
                }
            ),
            hide_index=True,
        )
        photos = sum(report["photos"].values())
        st.caption(
            f"Mean IoU in per cent on {photos} validation photos, three simulated strokes a class; in brackets the "
            f"lowest and highest of {report['seeds']} sets of strokes. `{report['command']}`"
        )


def _figure(row: dict, which: str) -> str:
    if which not in row:
        return "–"
    low, high = min(row[which]["seeds"]), max(row[which]["seeds"])
    return f"{row[which]['mean_iou']:.1f} ({low:.1f} to {high:.1f})"
