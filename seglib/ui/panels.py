"""Panels of the pages: the photo, its labels, and what nets make of it, linked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import streamlit as st

from seglib import metrics
from seglib.labels import LabelSet
from seglib.models.cards import shipped_nets
from seglib.ui import cache, state
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.components.ring import Ring
from seglib.ui.inputs import View
from seglib.ui.loading import loading
from seglib.ui.words import percent

CLOSE = 96  # pixels: the side of a close-up
NO_TRUTH = (
    "There are no human labels for this photo, so there is nothing to score against: the nets' confidence is "
    "shown instead. Labels can be added under *Your own photo*."
)


def segment_all(photo: state.Photo, label_set: LabelSet, nets: Sequence[str]) -> dict[str, cache.Segmentation]:
    """Each net's answer; none while the nets are still being loaded."""
    if loading():
        return {}
    return {net: cache.segment(photo, net, label_set.name) for net in nets}


def photo_panel(photo: state.Photo) -> Panel:
    """The photo itself."""
    return Panel(title="Photo", role="input", alt=photo.alt, caption=photo.title, picture=photo.image)


def truth_panel(photo: state.Photo, truth: np.ndarray) -> Panel:
    """The labels that count as true, on the photo."""
    title = "Your labels" if state.uses_painted() else "Human labels"
    return Panel(title=title, role="truth", alt=f"{title} of: {photo.alt}", picture=photo.image, labels=truth)


def net_panel(
    net: str, photo: state.Photo, answer: cache.Segmentation, cm: np.ndarray | None, caption: str = ""
) -> Panel:
    """A net's answer on the photo, with its mean IoU where there is a truth."""
    if cm is not None:
        caption = caption or f"mean IoU {percent(metrics.mean_iou(cm))}"
    return Panel(
        title=net,
        role="output",
        alt=f"Classes that {net} gives to: {photo.alt}. {caption}",
        caption=caption or f"mean confidence {percent(float(answer.confidence.mean(dtype=np.float64)))}",
        picture=photo.image,
        labels=answer.labels,
        confidence=answer.confidence,
    )


def swipe(left: Panel, right: Panel) -> Panel:
    """Two pictures under one divider."""
    return replace(left, compare=right)


def show(
    panels: Sequence[Panel],
    photo: state.Photo,
    label_set: LabelSet | None,
    key: str,
    truth: np.ndarray | None = None,
    mode: View = "classes",
    columns: int = 3,
    unsure: float = 0.5,
    group: str = "",
    ring: Ring | None = None,
) -> None:
    """Linked pictures at the photo's size; a pixel that is clicked becomes the pinned one everywhere.

    Pictures of another ``group`` zoom by themselves, and speak for themselves of the pixel under the pointer.
    """
    pinned = photo_view(
        panels,
        key=key,
        size=photo.size,
        label_set=label_set,
        truth=truth,
        mode="labels" if mode == "classes" else mode,
        unsure=unsure,
        pin=state.pin(photo),
        group=f"{photo.key}{group}",  # another photo starts unzoomed
        columns=columns,
        ring=ring,
    )
    if pinned is not None and pinned != state.pin(photo):
        state.remember_pin(pinned)
        st.rerun()
    if words := colors_in_words(panels, mode):
        st.caption(words)


def colors_in_words(panels: Sequence[Panel], mode: View) -> str:
    """What the colours of these pictures mean where they are not the classes; nothing where they are."""
    if mode == "errors":
        return "In colour: mistakes, each in the class that was named. Dimmed: what is right."
    if mode != "confidence":
        return ""
    shown = [picture for panel in panels for picture in (panel, panel.compare) if picture is not None]
    people = [picture.title for picture in shown if picture.labels is not None and picture.confidence is None]
    kept = f" {people[0]} have no confidence, and keep the colours of their classes." if people else ""
    return f"The darker, the less sure.{kept}"


def show_scale(colors: np.ndarray, words: str, width: int | Literal["stretch"] = "stretch") -> None:
    """A colour bar ``(h, w, 3)`` under the pictures that it belongs to, and what its ends mean."""
    st.image(cache.scale_png(colors), caption=words, alt=f"Colour bar. {words}", width=width)


def say_if_unfamiliar(photo: state.Photo, label_set: LabelSet) -> None:
    """A notice on a photo of a kind that the nets have not learnt from: what they say of it means little."""
    # The place is kept, as in `page.wait_for_nets`.
    with st.container():
        if loading() or (familiar := cache.familiar(label_set.name)) is None:
            return
        distance = cache.unfamiliarity(photo, label_set.name)
        if distance > familiar.farthest:
            st.warning(
                f"**Unlike anything these nets have learnt from**, so do not trust what they say of it: its features "
                f"lie {distance:.0f} from those of their photos ({label_set.title.lower()}), where 98 of 100 new ones "
                f"lie within {familiar.farthest:.0f}.",
                icon=":material/help:",
            )


def show_unlabelled(photo: state.Photo) -> None:
    """In place of an experiment that needs human labels: the photo, and a way on."""
    show([photo_panel(photo)], photo, None, key="unlabelled", columns=1)
    st.info("There are no human labels of these classes for this photo. Choose another photo, or add labels to yours.")


def confusions(
    label_set: LabelSet, answers: Mapping[str, cache.Segmentation], truth: np.ndarray | None
) -> dict[str, np.ndarray | None]:
    """Confusion matrix of each net on the photo; None without a truth."""
    if truth is None:
        return dict.fromkeys(answers)
    return {net: cache.confusion(truth, answer, len(label_set)) for net, answer in answers.items()}


def close_view(photo: state.Photo, side: int = CLOSE) -> tuple[slice, slice]:
    """The square around the pinned pixel that `close_up` shows, cut off where the photo ends."""
    corner = (max(0, min(p - side // 2, n - side)) for p, n in zip(state.pin(photo), photo.size, strict=True))
    return tuple(slice(start, start + side) for start in corner)


def close_up(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None, key: str) -> None:
    """A square around the pinned pixel in every net, with linked zoom."""
    window = close_view(photo)
    (row, col), (top, left) = state.pin(photo), (part.start for part in window)
    answers = segment_all(photo, label_set, list(shipped_nets(label_set.name)))
    small = photo.cut(window)
    panels = [net_panel(net, small, answer.cut(window), None) for net, answer in answers.items()]
    if truth is not None:
        panels.insert(0, truth_panel(small, truth[window]))
    pinned = photo_view(
        panels,
        key=key,
        size=small.size,
        label_set=label_set,
        truth=None if truth is None else truth[window],
        pin=(row - top, col - left),
        group=key,
        columns=len(panels),
    )
    if pinned is not None and pinned != (row - top, col - left):  # the pixel that was clicked becomes the middle
        state.remember_pin((top + pinned[0], left + pinned[1]))
        st.rerun()
