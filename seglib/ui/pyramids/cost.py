"""What a pyramid costs: multiply-adds and time of each level."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.answers import in_range
from seglib.ui import cache, page, seen, state, tables
from seglib.ui.loading import loading
from seglib.ui.pyramids import cache as pyramid_cache
from seglib.ui.pyramids import observations
from seglib.ui.pyramids.levels import NET, ready
from seglib.ui.pyramids.take_apart import gaussian_panel, level_name, show_mosaics

RANGES = ("below 1.5 times", "1.5 to 2.5 times", "over 2.5 times")


def bill(photo: state.Photo, label_set: LabelSet) -> None:
    """Each level's share of the work on this photo, counted and measured."""
    if not ready(label_set) or loading():
        return
    levels = len(cache.model(NET, label_set.name).strides)
    picture, numbers = st.columns(2, gap="medium")
    with picture:
        drawn = pyramid_cache.pictures(photo, levels)
        show_mosaics([gaussian_panel(photo, drawn)], drawn, "cost_mosaic")
    with numbers:
        question = f"How many times the work of one level are {levels} levels, in multiply-adds on this photo?"
        guess = page.guess(question, RANGES, "cost_guess")
        if not guess.given:
            return
        work = _numbers(photo, label_set, guess)
    strides = sorted(cache.model(NET, label_set.name).strides)
    seen.what_you_should_see(observations.third_more(work, levels), observations.sharpness(strides))


def _numbers(photo: state.Photo, label_set: LabelSet, guess: page.Guess) -> float:
    """Work and time of all levels, in sum and one by one; the work of all, that of one being 1."""
    again = st.session_state.get("measured_again", 0)
    making, costs = pyramid_cache.costs(photo.image, photo.size, NET, label_set.name, again)
    work, duration = (
        sum(getattr(cost, what) for cost in costs) / getattr(costs[0], what) for what in ("multiply_adds", "seconds")
    )
    one, all_levels = costs[0].multiply_adds / 1e6, sum(cost.multiply_adds for cost in costs) / 1e6
    guess.answer(
        RANGES[in_range(work, RANGES)],
        f"{one:,.0f} million multiply-adds for the finest level, {all_levels:,.0f} million for all: {work:.2f} times.",
    )
    left, right = st.columns(2)
    left.metric("Work, one level = 1", f"{work:.2f}", help="Multiply-adds, counted while the net runs.")
    right.metric(
        "Time, one level = 1",
        f"{duration:.2f}",
        help="Processor time, the shortest of five runs, on this machine.",
    )
    table = pd.DataFrame(
        [
            {
                "Level": level_name(level),
                "Size, padded": f"{cost.size[1]} x {cost.size[0]}",
                "M multiply-adds": cost.multiply_adds / 1e6,
                "Milliseconds": 1000 * cost.seconds,
            }
            for level, cost in enumerate(costs)
        ]
    ).set_index("Level")
    tables.show_wrapped(table, title="Cost")
    st.caption(
        f"Making the pyramid takes {1000 * making:.1f} ms more. Processor times, the shortest of five runs, just now. "
        "M: million."
    )
    if st.button("Measure again", icon=":material/timer:"):
        st.session_state["measured_again"] = again + 1
        st.rerun()
    return work
