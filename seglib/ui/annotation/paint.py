"""Paint labels on the photo, at leisure or against the clock, and see the score at once."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.annotation import contours
from seglib.annotation.contours import label_png, labelme_file
from seglib.annotation.polygons import BadAnnotation
from seglib.class_counts import SETS, read_statistics
from seglib.images import BadImage
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import agreement
from seglib.models.cards import shipped_nets
from seglib.photos import PHOTOS, photo_path
from seglib.quoting import quoted
from seglib.ui import page, paintings, panels, record, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.uploads import files_of
from seglib.ui.words import literal, percent

BORDER = 5  # pixels from a border within which a difference may be a matter of taste
LONGEST_CHALLENGE = 6 * 3600  # seconds; an older address does not set the clock going again


def paint(photo: state.Photo, label_set: LabelSet) -> None:
    """Paint, see the score at once, save, load, and let the painting be the truth elsewhere."""
    painting = paintings.receive(photo, label_set)
    left, right = st.columns([3, 1], gap="medium")
    with right:
        st.toggle(
            "Use as truth",
            value=state.uses_painted(),
            key="own_truth",
            on_change=lambda: state.use_painted(st.session_state["own_truth"]),
            help="On every page: where you painted, answers are scored against your labels, elsewhere against ours.",
        )
        _progress(painting, state.human_truth(photo, label_set), label_set)
        _files(photo, label_set, painting)
    with left:
        paintings.painter(photo, label_set)
    if state.uses_painted() and paintings.share_painted(painting):
        st.header("The nets, scored against your labels")
        answers = panels.segment_all(photo, label_set, list(shipped_nets(label_set.name)))
        tables.score_table(panels.confusions(label_set, answers, state.truth(photo, label_set)))
        st.caption("Only pixels that you labelled are counted.")
    page.show_source(agreement.score_against, contours.outlines)


def _progress(painting: paintings.Painting | None, human: np.ndarray | None, label_set: LabelSet) -> None:
    st.metric("Labelled", percent(paintings.share_painted(painting)))
    if human is None:
        st.caption(panels.NO_TRUTH)
        return
    blank = np.full(human.shape, IGNORE, np.uint8)
    cm = agreement.score_against(painting.labels if painting else blank, human, len(label_set))
    st.metric(
        "Mean IoU",
        percent(agreement.open_mean_iou(cm)),
        help="Of your labels with the human ones. Pixels without a label are misses; void human labels do not count.",
    )
    st.metric("Pixel accuracy", percent(metrics.pixel_accuracy(cm)))


def _files(photo: state.Photo, label_set: LabelSet, painting: paintings.Painting | None) -> None:
    with st.popover("Save and load", icon=":material/folder_open:", width="stretch"):
        if painting:
            # Called as LabelMe and folders of labels want it: as the photo, up to the ending.
            name = Path(photo.file_name).stem
            # Made on request: tracing a megapixel's outlines takes half a second.
            st.download_button(
                "Save as LabelMe JSON",
                partial(_labelme, photo, painting.labels, label_set),
                f"{name}.json",
                "application/json",
                key="save_json",
                on_click="ignore",
            )
            st.download_button(
                "Save as label PNG",
                partial(label_png, painting.labels, label_set, photo.original_size),
                f"{name}.png",
                "image/png",
                key="save_png",
                on_click="ignore",
            )
            st.caption(
                "Both are of the photo's own size, and give back the same labels, to the pixel. More than 2,000 "
                "regions fit a PNG only."
            )
        st.file_uploader("Load labels of this photo", key="load", on_change=_load, args=(photo, label_set))
    if error := st.session_state.pop("load_error", None):
        st.error(literal(error))
    if notice := st.session_state.pop("load_notice", None):
        st.info(literal(notice))


def _labelme(photo: state.Photo, labels: np.ndarray, label_set: LabelSet) -> str:
    """A photo in the box travels inside the file, for nobody has it beside."""
    picture = photo_path(photo.key).read_bytes() if photo.key in PHOTOS else None
    return labelme_file(labels, label_set, photo.file_name, photo.original_size, picture)


def _load(photo: state.Photo, label_set: LabelSet) -> None:
    """Callback of the uploader: into the painter, or one sentence, and what was painted stays."""
    if not (files := files_of("load")):
        return
    (file,) = files
    paintings.receive(photo, label_set)  # strokes that came with this very run
    try:
        read = paintings.read_file(photo, label_set, file.getvalue())
    except (BadAnnotation, BadImage) as error:
        st.session_state["load_error"] = f"{quoted(file.name)}: {error}"
        return
    paintings.load(photo, label_set, read.labels)
    st.session_state["load_notice"] = read.notice


@dataclass(frozen=True)
class Stopwatch:
    """A challenge that runs, or has ended after ``seconds``."""

    name: str  # of the painting
    started: float  # seconds since 1970, for a clock that goes on over a reload
    seconds: float | None = None


def stopwatch(photo: state.Photo, label_set: LabelSet) -> None:
    """Label the photo against the clock; then see where you differ, and what VOC or COCO would take at your pace."""
    painting = paintings.receive(photo, label_set, paintings.CHALLENGE)
    label_map = painting.labels if painting else np.full(photo.size, IGNORE, np.uint8)
    watch = _watch_of(photo, label_set)
    mine = watch is not None and watch.name == paintings.name_of(photo, label_set, paintings.CHALLENGE)
    running = mine and watch.seconds is None
    left, right = st.columns([3, 1], gap="medium")
    with right:
        if running:
            st.button("Stop", key="stop", on_click=_stop, type="primary", width="stretch", icon=":material/timer_off:")
            _clock(watch.started)
        else:
            st.button(
                "Start again" if mine else "Start",
                key="start",
                on_click=_start,
                args=(photo, label_set),
                type="primary",
                width="stretch",
                icon=":material/timer:",
            )
            if not mine:
                st.caption("A blank map and a running clock: label what you can, then stop.")
        if mine and not running:
            _pace(photo, label_set, label_map, watch)
    with left:
        if running:
            paintings.painter(photo, label_set, paintings.CHALLENGE, occasion=str(int(watch.started)))
        elif mine:
            _where_you_differ(photo, label_set, label_map)
        else:
            panels.show([panels.photo_panel(photo)], photo, label_set, key="challenge_photo", columns=1)
    if attempts := st.session_state.get("attempts"):
        st.header("Your attempts")
        tables.show_wrapped(pd.DataFrame(list(attempts.values())), title="Attempts")
    _what_there_is_to_label()
    page.show_source(agreement.differences, agreement.hours_for)


def _what_there_is_to_label() -> None:
    """The lecture's data sets, and those that our nets were trained on as they were counted."""
    st.header("What there is to label")
    rows = {
        name: {"Photos": f"{what.photos:,}", "Size": f"{what.size[1]} x {what.size[0]}", "Classes": what.classes}
        for name, what in agreement.CORPORA.items()
    }
    for name in SETS:
        counted = read_statistics(name)
        pixels = (sum(counted.pixels.values()) + counted.void) / counted.photos
        rows[f"{name}, ours"] = {
            "Photos": f"{counted.photos:,}",
            "Size": f"{pixels / 1000:,.0f} thousand pixels",
            "Classes": str(len(counted.pixels)),
        }
    st.table(record.table("Data sets", pd.DataFrame.from_dict(rows, orient="index").rename_axis("Data set")))
    st.caption(
        "Ours: the photos that nets were trained on, by `python -m seglib.class_counts`. The others: Everingham et al. "
        "(IJCV 2015); Caesar, Uijlings & Ferrari (CVPR 2018), who labelled COCO's stuff, too."
    )


def _watch_of(photo: state.Photo, label_set: LabelSet) -> Stopwatch | None:
    """The visitor's stopwatch; after a reload, which ends the session, the one that the address tells of."""
    name = paintings.name_of(photo, label_set, paintings.CHALLENGE)
    since = _parse_seconds(st.query_params.get("clock", ""))
    if "stopwatch" not in st.session_state and 0 <= time.time() - since <= LONGEST_CHALLENGE:
        st.session_state["stopwatch"] = Stopwatch(name, started=since)
    watch = st.session_state.get("stopwatch")
    if watch and watch.name == name and watch.seconds is None:
        st.query_params["clock"] = str(int(watch.started))
    else:
        st.query_params.pop("clock", None)
    return watch


def _parse_seconds(text: str) -> int:
    """Seconds since 1970 from the address bar, which anybody may have edited; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def _start(photo: state.Photo, label_set: LabelSet) -> None:
    blank = np.full(photo.size, IGNORE, np.uint8)
    paintings.load(photo, label_set, blank, paintings.CHALLENGE)
    st.session_state["stopwatch"] = Stopwatch(
        paintings.name_of(photo, label_set, paintings.CHALLENGE), started=time.time()
    )


def _stop() -> None:
    watch = st.session_state["stopwatch"]
    st.session_state["stopwatch"] = replace(watch, seconds=time.time() - watch.started)


@st.fragment(run_every=1)
def _clock(started: float) -> None:
    seconds = int(time.time() - started)
    st.metric("Time", f"{seconds // 60}:{seconds % 60:02d}")


def _pace(photo: state.Photo, label_set: LabelSet, label_map: np.ndarray, watch: Stopwatch) -> None:
    """The figures of an ended challenge, and its row in the table of attempts."""
    pixels = int((label_map != IGNORE).sum())
    pace = pixels / watch.seconds
    row = {
        "photo": photo.title,
        "classes": label_set.title,
        "seconds": round(watch.seconds, 1),
        "pixels a second": pace,
    }
    st.metric("Time", f"{watch.seconds:.1f} s")
    human = state.human_truth(photo, label_set)
    if human is not None:
        iou = agreement.open_mean_iou(agreement.score_against(label_map, human, len(label_set)))
        st.metric("Mean IoU", percent(iou))
        row["mean IoU, %"] = 100 * iou
    st.metric("Pace", f"{pace:,.0f} pixels a second")
    if pixels:
        for corpus in agreement.CORPORA:
            st.markdown(f"**{agreement.hours_for(corpus, pace):,.0f} hours** for {corpus}")
        st.caption("At this pace without a pause, for photos of 500 x 375 and 640 x 480 pixels.")
    st.session_state.setdefault("attempts", {})[watch.started] = row


def _where_you_differ(photo: state.Photo, label_set: LabelSet, label_map: np.ndarray) -> None:
    human = state.human_truth(photo, label_set)
    yours = Panel(title="Your labels", alt=f"Your labels of: {photo.alt}", picture=photo.image, labels=label_map)
    if human is None:
        panels.show([yours], photo, label_set, key="differ", columns=1)
        return
    # Without a label of yours there is nothing to be told apart: such pixels are left out of the picture of errors.
    shown = np.where(label_map == IGNORE, IGNORE, human)
    panels.show(
        [yours, panels.truth_panel(photo, human)], photo, label_set, key="differ", truth=shown, mode="errors", columns=2
    )
    difference = agreement.differences(label_map, human, BORDER)
    st.markdown(
        f"Of the pixels with human labels you call **{percent(difference.at_border)}** something else within "
        f"{BORDER} px of a border and **{percent(difference.inside)}** inside a region; "
        f"**{percent(difference.missing)}** you did not label."
    )
