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
from seglib.ui import panels, seen, state, tables
from seglib.ui.before_convnets import texture_cache
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.lecture.plain import escaped
from seglib.ui.photo import Photo
from seglib.ui.seen import Sentence, always
from seglib.ui.teach import cache, lesson, observations
from seglib.ui.teach.lesson import Taught
from seglib.ui.teach.pictures import NAMES, answer_panel, score
from seglib.ui.words import foreign

MOST_PHOTOS = 3
VIEWS = ("Each layer alone", "Before convnets", "Without ImageNet", "Other photos")


def show(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> None:
    """One comparison at a time; none until one is asked for, because each costs time at every stroke."""
    view = st.segmented_control("Beside it", list(VIEWS), key="teach_beside", bind="query-params")
    if view is None:
        return
    try:
        if view == "Each layer alone":
            sentences = _layers(photo, own, taught)
        elif view == "Before convnets":
            sentences = _textons(photo, own, taught, layers)
        elif view == "Without ImageNet":
            sentences = _random(photo, own, taught, layers)
        else:
            sentences = _others(photo, own, taught, layers)
    except (BadStrokes, BadScribbles) as error:
        st.info(escaped(str(error)))
    else:
        seen.what_you_should_see(*sentences)
    measured()


def _panel(photo: Photo, own: LabelSet, taught: Taught, net: str, layers: tuple[int, ...], title: str) -> Panel:
    answer = cache.answer(photo, taught, net, layers)
    return answer_panel(photo, own, title, answer.labels, answer.classes)


def _iou(photo: Photo, own: LabelSet, taught: Taught, net: str, layers: tuple[int, ...]) -> float | None:
    """Mean IoU on unpainted pixels; None where nothing is labelled."""
    answer = cache.answer(photo, taught, net, layers)
    scored = score(photo, own, answer.labels, answer.classes)
    return scored and scored[0]


def _layers(photo: Photo, own: LabelSet, taught: Taught) -> list[Sentence | None]:
    alone = [_panel(photo, own, taught, cache.IMAGENET, (stride,), f"{NAMES[stride]} alone") for stride in LAYERS]
    every = _panel(photo, own, taught, cache.IMAGENET, LAYERS, "All five")
    panels.show([*alone, every], photo, own, key="teach_layers_view", columns=3)
    scores = {NAMES[stride]: _iou(photo, own, taught, cache.IMAGENET, (stride,)) for stride in LAYERS}
    scores = {name: iou for name, iou in scores.items() if iou is not None}
    together = _iou(photo, own, taught, cache.IMAGENET, LAYERS)
    return [
        observations.fine_layers_are_confetti(
            {stride: panel.labels for stride, panel in zip(LAYERS, alone, strict=True)}, NAMES
        ),
        None if together is None else observations.sum_is_best(scores, together),
    ]


def _textons(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> list[Sentence | None]:
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
    ours, net = score(photo, own, labels, painted), _iou(photo, own, taught, cache.IMAGENET, layers)
    return [
        observations.textons_do_well(ours[0], net) if ours and net is not None else None,
        always("Their words are this photo's own: they cannot be taken to another one."),
    ]


def _random(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> list[Sentence | None]:
    with st.spinner("Drawing random weights …"):
        pair = [_panel(photo, own, taught, net, layers, net) for net in (cache.IMAGENET, cache.RANDOM)]
    panels.show(pair, photo, own, key="teach_random", columns=2)
    imagenet, random = (_iou(photo, own, taught, net, layers) for net in (cache.IMAGENET, cache.RANDOM))
    report = _report()
    return [
        None if random is None or imagenet is None else observations.random_is_something(random, imagenet),
        report and observations.imagenet_goes_farther(report["rows"]),
    ]


def _others(photo: Photo, own: LabelSet, taught: Taught, layers: tuple[int, ...]) -> list[Sentence | None]:
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
    ious: dict[str, dict[str, float]] = {cache.IMAGENET: {}, cache.RANDOM: {}}
    for column, key in zip(st.columns(MOST_PHOTOS), chosen, strict=False):
        other = lesson.photo_of(key)
        with column:
            for net in (cache.IMAGENET, cache.RANDOM):
                panel = _panel(other, own, taught, net, layers, net)
                _show_unlinked(panel, other, own, key=f"teach_other {key} {net}")
                if (iou := _iou(other, own, taught, net, layers)) is not None:
                    ious[net][foreign(other.title)] = iou
            st.button(
                "Paint on it",
                key=f"teach_go {key}",
                on_click=state.choose_photo,
                args=(key,),
                icon=":material/brush:",
                help="Strokes there, also on what is none of your classes, add to the training.",
            )
    return [
        observations.same_on_the_next(ious[cache.IMAGENET], ious[cache.RANDOM]),
        always("What the head was never told of, it calls one of its classes all the same: paint there, too."),
    ]


def _show_unlinked(panel: Panel, other: Photo, own: LabelSet, key: str) -> None:
    """A picture of another photo than the page's: a pixel that is clicked there is none of the page's."""
    photo_view([panel], key=key, size=other.size, label_set=own, group=f"other {other.key}", columns=1)


def _report() -> dict | None:
    """What `seglib.teach.measure` wrote."""
    return json.loads(RESULTS.read_text()) if RESULTS.is_file() else None


def measured() -> None:
    """The figures of `seglib.teach.measure`, with the command that made them."""
    report = _report()
    if report is None:
        st.caption("Not measured yet: `python -m seglib.teach.measure --data DATA`.")
        return
    rows = report["rows"]
    order = [name for name in (*METHODS, CRF, TEXTONS) if name in rows]
    with st.expander("Measured on MSRC, VOC and NYU photos", icon=":material/table_chart:"):
        figures = pd.DataFrame(
            {
                "learnt from": order,
                "same photo": [_figure(rows[name], "own") for name in order],
                "other photos": [_figure(rows[name], "others") for name in order],
            }
        )
        tables.show_wrapped(figures, title="Few strokes")
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
