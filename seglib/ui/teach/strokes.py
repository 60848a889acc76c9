"""Your own classes: paint strokes, see the whole photo segmented, switch layers, look where to paint next."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LabelSet
from seglib.teach.doubt import most_uncertain
from seglib.teach.features import LAYERS
from seglib.teach.heads import Head
from seglib.teach.lesson import own_classes
from seglib.teach.results import FOUR
from seglib.teach.strokes import BadStrokes, simulated_strokes
from seglib.teach.truth import EXAMPLES, example_names
from seglib.ui import charts, paintings, panels, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.lecture.plain import escaped
from seglib.ui.photo import Photo
from seglib.ui.teach import beside, cache, classes, files, lesson
from seglib.ui.teach.lesson import TEACH, Taught
from seglib.ui.teach.pictures import NAMES, own_truth, ring_radius, ringed, score_words


@dataclass(frozen=True, eq=False)
class Result:
    """What the page shows of one answer."""

    labels: np.ndarray  # (H, W) uint8
    confidence: np.ndarray  # (H, W) float32
    probabilities: np.ndarray  # (K, H, W) float32
    head: Head
    seconds: float  # since the strokes came


def experiment() -> None:
    """The page's first part."""
    photo, own = state.photo(), lesson.classes()
    started = time.perf_counter()
    lesson.receive(photo)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        layers = choose_layers()
        crf = st.toggle("CRF", key="teach_crf", bind="query-params", help="The last step: borders follow the photo.")
    left, right = st.columns(2, gap="medium")
    with left:
        paintings.painter(photo, own, TEACH)
        with st.container(horizontal=True):
            classes.editor(own)
            _example_button(photo)
            saved = st.container(width="content")
        for key in ("own_error", "example_error", "lesson_error"):
            if error := st.session_state.pop(key, None):
                st.error(escaped(error))
        if words := st.session_state.pop("lesson_words", None):
            st.info(words)
    taught = lesson.taught(layers)
    with right:
        result = _learn(photo, taught, layers, crf, started)
        if result is None:
            panels.show([panels.photo_panel(photo)], photo, None, key="teach_answer", columns=1)
        else:
            _show(photo, own, taught, result)
    with saved:
        files.popover(photo, own, taught, result and result.head, result and result.labels)
    if result is not None:
        _shares(photo, own, result)
        beside.show(photo, own, taught, layers)


def choose_layers() -> tuple[int, ...]:
    """Which layers the head may use, coarsest first."""
    chosen = st.pills(
        "Layers: one score every … pixels",
        list(LAYERS),
        format_func=NAMES.get,
        selection_mode="multi",
        default=list(FOUR),
        key="teach_layers",
        bind="query-params",
    )
    return tuple(stride for stride in LAYERS if stride in (chosen or []))


def _example_button(photo: Photo) -> None:
    has_labels = photo.key in EXAMPLES or state.human_truth(photo, state.label_set()) is not None
    st.button(
        "Example strokes",
        key="teach_example",
        on_click=_example,
        args=(photo,),
        disabled=not has_labels,
        icon=":material/gesture:",
        help="Three short strokes inside each class, from the human labels."
        if has_labels
        else "They are taken from human labels, and this photo has none: paint your own.",
    )


def _example(photo: Photo) -> None:
    """Callback of the button: strokes as a person might make them; the first time, with classes that fit the photo."""
    lesson.receive(photo)
    others = [taught for taught, _ in lesson.taught(()).photos if taught.key != photo.key]
    if not others and not st.session_state.get("own_named"):
        label_set = state.label_set()
        names = list(EXAMPLES.get(photo.key, ()))
        names = names or example_names(state.human_truth(photo, label_set), label_set)
        lesson.set_classes(own_classes(names))
    own = lesson.classes()
    truth = own_truth(photo, own)
    known = [] if truth is None else np.setdiff1d(truth, [IGNORE])
    if not len(known) or (len(known) < 2 and not others):
        st.session_state["example_error"] = (
            "The human labels of this photo know fewer than two of your classes: paint the strokes yourself."
        )
        return
    paintings.load(photo, own, simulated_strokes(truth), TEACH)


def _learn(photo: Photo, taught: Taught, layers: tuple[int, ...], crf: bool, started: float) -> Result | None:
    """The answer, or one sentence on what is missing."""
    try:
        answer = cache.answer(photo, taught, cache.IMAGENET, layers)
    except BadStrokes as error:
        st.info(str(error), icon=":material/brush:")
        return None
    head = cache.head(taught, cache.IMAGENET, layers)
    probabilities = cache.after_crf(photo, taught, layers) if crf else answer.probabilities
    seconds = time.perf_counter() - started
    return Result(head.classes[probabilities.argmax(0)], probabilities.max(0), probabilities, head, seconds)


def _show(photo: Photo, own: LabelSet, taught: Taught, result: Result) -> None:
    place = most_uncertain(result.probabilities, lesson.strokes_on(photo))
    words = score_words(photo, own, result.labels, result.head.classes)
    streams = " + ".join(NAMES[stride] for stride in result.head.layers)
    panel = Panel(
        title=f"A net of streams {streams}",
        role="output",
        alt=f"Your classes on: {photo.alt}. {words}",
        caption=words,
        picture=photo.image if place is None else ringed(photo.image, place),
        labels=result.labels,
        confidence=result.confidence,
    )
    ring = paintings.ring(photo, own, place, ring_radius(photo.size), TEACH)
    panels.show([panel], photo, own, key="teach_answer", columns=1, ring=ring)
    known = ", ".join(escaped(own.classes[k]) for k in result.head.classes)
    on = f"{len(taught.photos)} photos" if len(taught.photos) > 1 else "1 photo"
    learnt = "Learnt in the file that was loaded" if taught.head is not None else f"Learnt from strokes on {on}"
    ringed_at = (
        ""
        if place is None
        else (f" The ring at row {place[0]}, column {place[1]} marks the most uncertain place: paint there next.")
    )
    st.caption(f"{learnt}: {known}. Strokes to picture in {1000 * result.seconds:.0f} ms.{ringed_at}")


def _shares(photo: Photo, own: LabelSet, result: Result) -> None:
    """What each stream says at the pinned pixel."""
    row, col = state.pin(photo)
    answered = int(result.labels[row, col])
    k = int(np.flatnonzero(result.head.classes == answered)[0])
    at_pin = cache.features(photo, cache.IMAGENET).at(np.array([(row, col)]))
    under = {stride: x[0] for stride, x in at_pin.items()}
    shares = result.head.shares(under)
    steps = {f"stream {NAMES[stride]}": float(share[k]) for stride, share in shares.items()}
    steps["bias"] = float(result.head.bias[k])
    with st.expander(f"What each stream says at the pinned pixel: {row}, {col}", icon=":material/push_pin:"):
        charts.waterfall(steps, "sum", f"Score for {own.classes[answered]}")
        st.caption("Click another pixel of the answer. A linear head commutes with upsampling: this net is an FCN.")
