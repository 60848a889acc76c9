"""The ceiling: what is left of perfect labels that go through a grid and back."""

from __future__ import annotations

import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import shipped_nets
from seglib.resolution import FACTORS, through_grid
from seglib.ui import cache, charts, inputs, page, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.resolution import observations


def ceiling(photo: state.Photo, label_set: LabelSet) -> None:
    """The human labels through a grid, their score as the grid gets coarser, and the nets below it."""
    page.wait_for_nets()
    panels.say_if_unfamiliar(photo, label_set)
    truth = state.truth(photo, label_set)
    if truth is None:
        panels.show_unlabelled(photo)
        return
    left, right = st.columns(2)
    with left:
        factor = st.select_slider("One label every … pixels", FACTORS, value=32, key="factor", bind="query-params")
    with right:
        how = inputs.choose_upsampling()
    degraded = cache.through_grid(truth, factor, len(label_set), how)
    panels.show(
        [
            panels.truth_panel(photo, truth),
            Panel(
                title=f"Human labels through a grid of {factor} px",
                role="output",
                alt=f"The human labels subsampled by {factor} and upsampled again",
                picture=photo.image,
                labels=degraded,
            ),
        ],
        photo,
        label_set,
        key="ceiling",
        truth=truth,
        columns=2,
    )
    guess = page.guess(
        f"What is the mean IoU of perfect labels through a grid of {observations.ASKED} px, on this photo?",
        observations.OPTIONS,
        "ceiling_guess",
    )
    if guess.given:
        ours = cache.ceiling(truth, len(label_set), how)
        guess.answer(*observations.ceiling_asked(ours))
        nets = panels.segment_all(photo, label_set, list(shipped_nets(label_set.name)))
        cms = panels.confusions(label_set, nets, truth)
        charts.ceiling_chart(ours, factor, cms)
        seen.what_you_should_see(
            observations.slow_then_fast(ours),
            observations.small_first(truth, degraded, factor, label_set),
            observations.thin_first(truth, degraded, cache.thin(truth, observations.THIN), factor),
            observations.below_ceiling(cms, {net: min(answer.streams) for net, answer in nets.items()}, ours),
        )
        page.text("resolution")
    page.show_source(through_grid, example="ceiling")
