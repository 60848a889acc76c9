"""Superpixels as a clean-up: each takes the class of most of its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.metrics import confusion_matrix
from seglib.pyramids import superpixels
from seglib.ui import page, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.pyramids import cache as pyramid_cache
from seglib.ui.pyramids import observations
from seglib.ui.pyramids.levels import NET, ready
from seglib.ui.words import percent

LINE = (255, 221, 0)
CEILING = "human labels, voted"


def clean_up(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The pyramid net's answer before and after the vote, and the most that a vote could reach."""
    if not ready(label_set):
        return
    voting, method, area = _controls()
    answers = panels.segment_all(photo, label_set, [NET])
    if not answers:
        panels.show([panels.photo_panel(photo)], photo, None, key="superpixels_waiting", columns=1)
        return
    answer = answers[NET]
    regions = pyramid_cache.regions(photo, method, area)
    if method == "SLIC" and not superpixels.even(regions, area):
        st.info(
            "SLIC cannot cut this photo into regions of about that size: its texture is finer than they are. What the "
            "vote loses here is the regions' doing, not the idea's."
        )
    voted = superpixels.majority(answer.labels, regions, len(label_set))
    before = panels.net_panel(NET, photo, answer, None)
    after = _voted_panel(photo, before, voted, float((voted != answer.labels).mean()))
    pictures = [_regions_panel(photo, regions, area), panels.swipe(before, after) if voting else before]
    if truth is not None:
        pictures.insert(1, panels.truth_panel(photo, truth))
    panels.show(pictures, photo, label_set, key="superpixels", truth=truth, columns=len(pictures))
    cms = {}
    if truth is None:
        st.info(panels.NO_TRUTH)
    else:
        best = superpixels.majority(truth, regions, len(label_set))
        label_maps = {NET: answer.labels, "voted": voted, CEILING: best}
        cms = {name: confusion_matrix(truth, labels, len(label_set)) for name, labels in label_maps.items()}
        _scores(cms, voting)
    seen.what_you_should_see(
        observations.speckles_go(answer.labels, voted),
        observations.vote_gains(cms[NET], cms["voted"]) if cms else None,
        observations.thin_goes(cms[CEILING], label_set) if cms else None,
        seen.always("A superpixel takes the class of most of its pixels: whatever shares it with more is voted down."),
    )
    page.show_source(superpixels.majority, superpixels.superpixels)


def _controls() -> tuple[bool, superpixels.Method, int]:
    """Whether superpixels vote, how they are cut, and how large."""
    left, middle, right = st.columns([1, 1, 2])
    with left:
        voting = st.toggle("Superpixels vote", value=True, key="vote", bind="query-params")
    with middle:
        method = st.segmented_control(
            "Cut by", get_args(superpixels.Method), default="SLIC", required=True, key="cut", bind="query-params"
        )
    with right:
        area = st.select_slider(
            "Pixels in a superpixel, wanted",
            superpixels.AREAS,
            value=256,
            key="area",
            bind="query-params",
            help="SLIC comes near it on most photos. Felzenszwalb's regions grow as far as their colour goes on: a "
            "larger number lets them merge more easily, and the caption says how large they are.",
        )
    return voting, method, area


def _regions_panel(photo: state.Photo, regions: np.ndarray, area: int) -> Panel:
    """The outlines of the superpixels on the photo."""
    lines = photo.image.copy()
    lines[superpixels.outlines(regions)] = LINE
    count = regions.max() + 1
    return Panel(
        title="Superpixels",
        role="input",
        alt=f"The photo cut into {count} regions: {photo.alt}",
        caption=f"{count:,} regions: {area} pixels wanted, {regions.size / count:.0f} on average",
        picture=lines,
    )


def _voted_panel(photo: state.Photo, before: Panel, voted: np.ndarray, changed: float) -> Panel:
    """The net's answer after the vote, which changed that share of the pixels."""
    return replace(
        before,
        title=f"{NET}, voted",
        alt=f"Classes that {NET} gives after the vote of superpixels to: {photo.alt}",
        labels=voted,
        confidence=None,
        caption=f"{percent(changed)} of the pixels changed their class",
    )


def _scores(cms: Mapping[str, np.ndarray], voting: bool) -> None:
    """What the vote gained, and the ceiling: the human labels themselves after a vote."""
    tables.score_metrics(cms["voted" if voting else NET], cms[NET], "no vote")
    st.header("The ceiling that superpixels put")
    tables.score_table(cms)
    st.caption(
        "Last row: the human labels themselves, voted in the same superpixels. No net whose answer is voted on in "
        "them can have a higher pixel accuracy."
    )
