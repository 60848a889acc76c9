"""The experiment with things, after the cut: result, scores beside a net's, why stuff fails, and GrabCut's inside."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.before_convnets import box_pictures, boxes, grab_cut
from seglib.before_convnets.boxes import Box, class_iou
from seglib.before_convnets.grab_cut import BACKGROUND, OBJECT, SEEDS, Cut, Mixture
from seglib.labels import IGNORE, LabelSet
from seglib.rendering import score_picture
from seglib.ui import cache, panels, state, tables
from seglib.ui.before_convnets import things_cache as detection_cache
from seglib.ui.before_convnets import things_observations as observations
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.words import percent

NET = "fcn8s"
LIMIT = 6.0  # natural logarithm: a colour e^6 = 400 times as probable is sure enough


@dataclass(frozen=True)
class Choice:
    """A box, and what is asked of it."""

    box: Box
    class_index: int | None  # of the thing in it; None where the label set has no such class
    step: int


def show_result(photo: state.Photo, label_set: LabelSet, choice: Choice, mask: np.ndarray) -> None:
    k = choice.class_index
    what = "the object" if k is None else label_set.classes[k]
    panel = Panel(
        title=f"GrabCut after {choice.step}",
        role="output",
        alt=f"What GrabCut takes for {what} in the box: {percent(float(mask[choice.box.view].mean()))} of it",
        caption=f"{what}: {percent(float(mask[choice.box.view].mean()))} of the box",
        picture=box_pictures.outlined(photo.image, choice.box),
        labels=np.where(mask, OBJECT if k is None else k, IGNORE).astype(np.uint8),
    )
    panels.show([panel], photo, SEEDS if k is None else label_set, key="cut_view", columns=1)


def scores(
    label_set: LabelSet,
    truth: np.ndarray | None,
    answers: dict[str, cache.Segmentation],
    choice: Choice,
    masks: list[np.ndarray],
) -> None:
    """IoU of the object's class, as for the nets: on the whole photo, and within the box alone."""
    k = choice.class_index
    if truth is None or k is None:
        st.caption(
            panels.NO_TRUTH if truth is None else "This label set has no class for what is in the box: no score."
        )
        return
    object_masks = {f"GrabCut after {choice.step}": masks[-1]} | {
        net: mask.labels == k for net, mask in answers.items()
    }
    table = pd.DataFrame(
        {
            f"IoU of {label_set.classes[k]}, whole photo": [
                100 * class_iou(truth, mask, k) for mask in object_masks.values()
            ],
            "within the box": [100 * class_iou(truth, mask, k, choice.box) for mask in object_masks.values()],
        },
        index=pd.Index(object_masks, name="Segmentation"),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        tables.show_wrapped(table.rename_axis("Segmentation, %"), title="Segmentations", bars=True)
        st.caption(
            "Void counts nowhere. The net was given the whole photo and no box; GrabCut was given the box, and the "
            "name of what is in it."
        )
    with right:
        line = _by_iteration([class_iou(truth, mask, k, choice.box) for mask in masks])
        show_chart(line, "Line: IoU within the box after each iteration.", height=220)


@drawn
def _by_iteration(scores: list[float]) -> alt.Chart:
    """IoU within the box after each cut."""
    data = pd.DataFrame({"iteration": range(len(scores)), "IoU": [100 * score for score in scores]})
    return (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("iteration:Q", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("IoU:Q", title="IoU within the box, %", scale=alt.Scale(zero=False)),
            tooltip=["iteration", alt.Tooltip("IoU:Q", format=".1f")],
        )
    )


def why(label_set: LabelSet, guide: np.ndarray | None, by_people: bool, choice: Choice, cuts: list[Cut]) -> None:
    """Say whether this box can be cut at all: does what is in it go on outside?"""
    k = None if guide is None else boxes.class_inside(guide, choice.box)
    if k is None:
        return
    gone = next((cut.step for cut in cuts if not cut.is_object.any()), None)
    outside = boxes.share_outside(guide, choice.box, k)
    source = "human labels" if by_people else NET
    if words := observations.why(label_set.classes[k], label_set.classes[k] in label_set.things, gone, outside, source):
        st.warning(words, icon=":material/grass:")


def inside(
    photo: state.Photo,
    label_set: LabelSet,
    seeds: np.ndarray | None,
    choice: Choice,
    cuts: list[Cut],
    answers: dict[str, cache.Segmentation],
) -> None:
    """Trimap, colour models, what colours alone say; and the net's answer for the same class."""
    st.header("Inside GrabCut")
    cut, k = cuts[-1], choice.class_index
    pictures = [_trimap_panel(cut)]
    signs = detection_cache.evidence(detection_cache.Task(photo, seeds, choice.box), choice.step)
    if signs is not None:
        pictures.append(_colours_panel(signs))
    if k is not None and answers:
        pictures.append(_net_panel(photo, label_set, answers[NET], k))
    panels.show(pictures, photo, SEEDS if k is None else label_set, key="cut_inside", columns=len(pictures))
    learnt = grab_cut.mixtures(cut)
    if learnt is None:
        st.caption("After the first iteration: the colours that it learnt, and what they say of every pixel.")
        return
    narrow, words = st.columns([1, 1], gap="medium")
    with narrow:
        _show_mixtures(learnt)
    with words:
        st.metric("Changed sides in this iteration", percent(cut.changed), help="Of the pixels that are open.")
        st.caption(
            f"Cut at {cut.mask.shape[1]} x {cut.mask.shape[0]} pixels, so that an iteration takes a moment; the "
            f"outline is then enlarged to the photo's {photo.size[1]} x {photo.size[0]}. "
            "Rother, Kolmogorov & Blake, SIGGRAPH 2004."
        )


def _trimap_panel(cut: Cut) -> Panel:
    return Panel(
        title="What is known",
        role="input",
        alt="Outside the box the photo is dark: background for certain. Strokes are tinted.",
        caption="dark: background for certain; tinted: strokes; the rest is open (the trimap)",
        picture=box_pictures.trimap_picture(cut),
    )


def _colours_panel(signs: np.ndarray) -> Panel:
    return Panel(
        title="What colours alone say",
        role="output",
        alt="Orange where a pixel's colour is more probable for the object, purple where for the background",
        caption=f"orange: object, purple: background; log-likelihood ratio up to ±{LIMIT:g}",
        picture=score_picture(signs, LIMIT),
    )


def _net_panel(photo: state.Photo, label_set: LabelSet, answer: cache.Segmentation, k: int) -> Panel:
    return Panel(
        title=NET,
        role="output",
        alt=f"Where {NET} sees {label_set.classes[k]} in: {photo.alt}",
        caption=f"{label_set.classes[k]} on the whole photo, without a box",
        picture=photo.image,
        labels=np.where(answer.labels == k, np.uint8(k), np.uint8(IGNORE)),
    )


def _show_mixtures(learnt: tuple[Mixture, Mixture]) -> None:
    """The colours of object and background."""
    picture = box_pictures.mixtures_picture(learnt)
    panel = Panel(
        title="Two mixtures of five colours",
        role="output",
        alt=f"Mean colours: {SEEDS.classes[OBJECT]} in the upper row, {SEEDS.classes[BACKGROUND]} in the lower",
        caption="above the object's, below the background's, each as wide as its share",
        picture=picture,
        pixelated=True,
    )
    size = picture.shape[:2]
    photo_view([panel], key="mixtures", size=size, label_set=None, mode="none", group="mixtures", columns=1)
