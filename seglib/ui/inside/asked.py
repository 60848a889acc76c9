"""Which pixel of which net is asked, and which class it should have: shared by the parts about gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LabelSet
from seglib.models.cards import shipped_nets
from seglib.models.segmentation import Segmentation
from seglib.ui import cache, panels, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.inside import cache as inside_cache
from seglib.ui.loading import loading
from seglib.ui.photo import Photo
from seglib.ui.words import percent

BEST = "what it should be"


@dataclass(frozen=True, eq=False)
class Asked:
    """A pixel, and what the net says there."""

    net: str
    answer: Segmentation
    point: tuple[int, int]
    answered: int  # the net's class there
    target: int  # the class whose loss is asked for
    truth: np.ndarray | None


def ask(photo: Photo, label_set: LabelSet) -> Asked | None:
    """Controls for net and class, and buttons for pixels that the net gets wrong; None while the nets are loading."""
    nets = list(shipped_nets(label_set.name))
    one, two = st.columns(2, gap="medium")
    with one:
        net = st.selectbox(
            "Net", nets, index=len(nets) - 1, key="inside_net", bind="query-params", persist_state="session"
        )
    if loading():
        return None
    answer, truth = cache.segment(photo, net, label_set.name), state.truth(photo, label_set)
    points = [] if truth is None else inside_cache.wrong_pixels(truth, answer)
    if points and st.session_state.get("pin") is None:
        state.remember_pin(points[0], by_hand=False)  # nobody chose one yet: begin where there is something to see
    point = state.pin(photo)
    answered = int(answer.labels[point])
    known = truth is not None and truth[point] != IGNORE
    wanted = int(truth[point]) if known else _runner_up(answer, point)
    with two:
        name = st.selectbox(
            "Class that the pixel should have",
            [BEST, *label_set.classes],
            key=f"inside_class_{label_set.name}",
            bind="query-params",
            help="Until you choose one: the human label there, or, where there is none, the net's second choice.",
        )
    target = wanted if name == BEST else label_set.index(name)
    _offer(label_set, answer, truth, points)
    return Asked(net, answer, point, answered, target, truth)


def _runner_up(answer: Segmentation, point: tuple[int, int]) -> int:
    return int(np.argsort(cache.pixel_probabilities(answer, point))[-2])


def _offer(label_set: LabelSet, answer: Segmentation, truth: np.ndarray | None, points: list[tuple[int, int]]) -> None:
    """Buttons for the middles of the largest regions that the net gets wrong."""
    if truth is None:
        st.caption("No human labels here, so nobody can say where the net is wrong. Click any pixel.")
        return
    if not points:
        st.caption("The net gets every labelled pixel of this photo right. Click any pixel.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**The net is wrong here:**", width="content")
        for number, point in enumerate(points):
            words = f"{label_set.classes[int(truth[point])]}, not {label_set.classes[int(answer.labels[point])]}"
            st.button(words, key=f"wrong{number}", on_click=state.remember_pin, args=(point,))


def say(asked: Asked, label_set: LabelSet) -> None:
    """Which pixel it is, and what is said there."""
    p = cache.pixel_probabilities(asked.answer, asked.point)
    answered, target = label_set.classes[asked.answered], label_set.classes[asked.target]
    row, col = asked.point
    words = f"At row {row}, column {col} {asked.net} says **{answered}** ({percent(float(p[asked.answered]))})"
    if asked.answered == asked.target:
        words += ", as it should: the surer it is of what is right, the less gradient comes back. Take a wrong pixel."
    else:
        words += f"; asked for is **{target}** ({percent(float(p[asked.target]))}). Click another pixel."
    st.caption(words)


def answer_panel(photo: Photo, asked: Asked, answer: Segmentation, title: str, caption: str) -> Panel:
    """An answer on the photo."""
    return Panel(
        title=title,
        role="output",
        alt=f"Classes that {asked.net} gives to: {photo.alt}",
        caption=caption,
        picture=photo.image,
        labels=answer.labels,
        confidence=answer.confidence,
    )


def overview(photo: Photo, label_set: LabelSet, asked: Asked, key: str, columns: int = 1) -> None:
    """The net's answer, the human labels under a divider; where a pixel is clicked."""
    panel = answer_panel(photo, asked, asked.answer, asked.net, "click a pixel")
    if asked.truth is not None:
        panel = panels.swipe(panels.truth_panel(photo, asked.truth), panel)
    panels.show([panel], photo, label_set, key=key, truth=asked.truth, columns=columns)
