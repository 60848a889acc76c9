"""What a pyramid costs: multiply-adds and time of each level."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import cache, page, state
from seglib.ui.loading import loading
from seglib.ui.pyramids import cache as pyramid_cache
from seglib.ui.pyramids.levels import NET, ready
from seglib.ui.pyramids.take_apart import gaussian_panel, level_name, show_mosaics


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
        question = f"How much more work are {levels} levels than one?"
        if not page.guess(question, ["a third more", "twice", "three times"], "cost_guess"):
            return
        _numbers(photo, label_set)
    page.what_you_should_see(
        "Half the side is a quarter of the pixels: 1 + 1/4 + 1/16 + … never exceeds 4/3. What is paid instead is "
        "sharpness: a unit of the quarter-size level answers for 32 pixels of the photo, as coarse as the coarsest "
        "stream of an FCN, and only the full-size level, with its small window, knows where borders run."
    )


def _numbers(photo: state.Photo, label_set: LabelSet) -> None:
    """Work and time of all levels, in sum and one by one."""
    again = st.session_state.get("measured_again", 0)
    making, costs = pyramid_cache.costs(photo.image, photo.size, NET, label_set.name, again)
    work, duration = (
        sum(getattr(cost, what) for cost in costs) / getattr(costs[0], what) for what in ("multiply_adds", "seconds")
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
    highest = table.max(numeric_only=True)
    bars = {
        column: st.column_config.ProgressColumn(
            format="%.1f", min_value=0, max_value=float(highest[column]), width="small"
        )
        for column in highest.index
    }
    st.dataframe(table, column_config=bars, height="content")
    st.caption(
        f"Making the pyramid takes {1000 * making:.1f} ms more. Processor times, the shortest of five runs, just now. "
        "M: million."
    )
    if st.button("Measure again", icon=":material/timer:"):
        st.session_state["measured_again"] = again + 1
        st.rerun()
