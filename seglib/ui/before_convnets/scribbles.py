"""Strokes on the photo, learnt from in a second, beside a net that has never seen them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib.before_convnets import scribbles as texture_scribbles
from seglib.before_convnets.classifier import fit, radius_of
from seglib.before_convnets.scribbles import CELL, BadScribbles
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import objects
from seglib.ui import page, paintings, panels, seen, state
from seglib.ui.before_convnets import observations, texture_cache
from seglib.ui.before_convnets.filters import WINDOWS
from seglib.ui.before_convnets.model import NET, compare
from seglib.ui.words import percent

SCRIBBLES = "scribbles"  # purpose of the painting: never anybody's truth
KINDS = {"texture": ("texture",), "colour": ("colour",), "both": ("texture", "colour")}


def scribbles(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Paint a few strokes of two classes or more, learn, and see the whole photo labelled."""
    page.wait_for_nets()
    painting = paintings.receive(photo, label_set, SCRIBBLES)
    left, right = st.columns([3, 1], gap="medium")
    with right:
        learnt = _buttons(photo, label_set, truth, painting)
    with left:
        paintings.painter(photo, label_set, SCRIBBLES)
    if learnt is None:
        st.info("Paint a stroke or two in at least two classes, then learn from them; or take the example strokes.")
        return
    _show_learnt(photo, label_set, truth, learnt)
    page.show_source(texture_scribbles.learn, fit)


def _buttons(
    photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None, painting: paintings.Painting | None
) -> np.ndarray | None:
    """Learn, or take examples; the strokes that were learnt from last, if there are any."""
    st.button(
        "Learn from the strokes",
        key="learn",
        on_click=_learn,
        args=(photo, label_set),
        type="primary",
        width="stretch",
        icon=":material/school:",
    )
    st.button(
        "Example strokes",
        key="example_strokes",
        on_click=_example,
        args=(photo, label_set, truth),
        disabled=truth is None,
        width="stretch",
        icon=":material/gesture:",
        help="They are taken from human labels, and this photo has none: paint your own."
        if truth is None
        else "A few straight strokes inside each class of the human labels: up to three, none near a border.",
    )
    if error := st.session_state.pop("scribble_error", None):
        st.error(error)
    learnt = st.session_state.get("learnt_strokes", {}).get(paintings.name_of(photo, label_set, SCRIBBLES))
    if painting is not None and learnt is not None and not np.array_equal(learnt, painting.labels):
        st.caption("There are newer strokes: learn again to use them.")
    return learnt


def _show_learnt(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None, learnt: np.ndarray) -> None:
    """The whole photo by what the strokes taught, beside a net."""
    left, right = st.columns(2)
    with left:
        kinds = st.segmented_control(
            "Words", list(KINDS), default="both", required=True, key="stroke_words", bind="query-params"
        )
    with right:
        window = st.select_slider("Window, pixels", WINDOWS, value=WINDOWS[3], key="stroke_window", bind="query-params")
    with st.spinner("Learning the textures of this photo …", show_time=True):
        labels, seconds = texture_cache.stroke_labels(photo, learnt, label_set, KINDS[kinds], radius_of(window, CELL))
    answers = panels.segment_all(photo, label_set, [NET])
    predictions = {f"your strokes, {kinds}": labels} | {net: answer.labels for net, answer in answers.items()}
    scored = None if truth is None else texture_scribbles.unseen(truth, learnt)
    cms = list(compare(photo, label_set, truth, predictions, key="stroke_result", scored=scored).values())
    painted = learnt != IGNORE
    known = ", ".join(label_set.classes[k] for k in np.unique(learnt[painted]))
    st.caption(
        f"Learnt from {percent(float(painted.mean()))} of the photo, which count in no score, and from nothing "
        f"else, in {seconds:.1f} s. It can only say {known}."
    )
    seen.what_you_should_see(
        observations.strokes_for_stuff(objects.things_and_stuff(cms[0], label_set), float(painted.mean()))
        if cms
        else None,
        observations.strokes_beside_a_net(*cms, NET) if len(cms) > 1 else None,
        seen.always("All it knows are this photo's own words and these strokes: another photo needs both anew."),
    )


def _learn(photo: state.Photo, label_set: LabelSet) -> None:
    """Callback of the button: take the strokes as they are now, or say in a sentence what is missing."""
    painting = paintings.receive(photo, label_set, SCRIBBLES)
    strokes = painting.labels if painting else np.full(photo.size, IGNORE, np.uint8)
    try:
        texture_scribbles.teaching_cells(strokes, label_set)
    except BadScribbles as error:
        st.session_state["scribble_error"] = str(error)
    else:
        _keep(paintings.name_of(photo, label_set, SCRIBBLES), strokes)


def _example(photo: state.Photo, label_set: LabelSet, truth: np.ndarray) -> None:
    """Callback of the button: ready-made strokes into the painter, learnt from at once; undo brings back one's own."""
    paintings.receive(photo, label_set, SCRIBBLES)
    strokes = texture_cache.example_strokes(truth, len(label_set))
    try:
        texture_scribbles.teaching_cells(strokes, label_set)
    except BadScribbles:
        st.session_state["scribble_error"] = "Fewer than two classes of this photo have room for a stroke: paint some."
    else:
        paintings.load(photo, label_set, strokes, SCRIBBLES)
        _keep(paintings.name_of(photo, label_set, SCRIBBLES), strokes)


def _keep(name: str, strokes: np.ndarray) -> None:
    kept = st.session_state.setdefault("learnt_strokes", {})
    kept.pop(name, None)
    kept[name] = strokes
    while len(kept) > state.MAX_PAINTED:
        kept.pop(next(iter(kept)))
