"""What a pyramid costs: multiply-adds and time of each level."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import panels, pyramid_cache, state, warm_up
from seglib.ui.pyramid_levels_panel import NET
from seglib.ui.pyramid_panel import level_name


def bill(photo: state.Photo, labels: LabelSet) -> None:
    """Each level's share of the work on this photo, counted and measured."""
    if warm_up.loading():
        return
    if not panels.guess(
        "How much more work are three levels than one?",
        ["a third more", "twice", "three times"],
        "cost_guess",
    ):
        panels.show([panels.photo_panel(photo)], photo, None, key="cost_photo", columns=1)
        return
    from seglib.pyramid_cost import level_costs

    again = st.session_state.get("measured_again", 0)
    making, costs = pyramid_cache.costs(photo.image, photo.size, NET, labels.name, again)
    first = costs[0]
    rows = [
        {
            "Level": level_name(level),
            "Size, padded": f"{cost.size[1]} x {cost.size[0]}",
            "Million multiply-adds": cost.multiply_adds / 1e6,
            "Share of the full size": 100 * cost.multiply_adds / first.multiply_adds,
            "Milliseconds": 1000 * cost.seconds,
        }
        for level, cost in enumerate(costs)
    ]
    table = pd.DataFrame(rows).set_index("Level")
    work, duration = (sum(getattr(cost, what) for cost in costs) for what in ("multiply_adds", "seconds"))
    left, middle, right = st.columns(3)
    left.metric("Work of all levels", f"{work / first.multiply_adds:.2f} times one level")
    middle.metric("Time of all levels", f"{duration / first.seconds:.2f} times one level")
    right.metric("Making the pyramid", f"{1000 * making:.1f} ms")
    number, chart = st.columns(2, gap="large")
    with number:
        formats = {
            "Million multiply-adds": st.column_config.NumberColumn(format="%.0f"),
            "Share of the full size": st.column_config.NumberColumn(format="%.1f %%"),
            "Milliseconds": st.column_config.NumberColumn(format="%.1f"),
        }
        st.dataframe(table, column_config=formats, height="content")
        st.caption(
            "Multiply-adds are counted while the net runs; times are the shortest of five, on this machine, now."
        )
        if st.button("Measure again", icon=":material/timer:"):
            st.session_state["measured_again"] = again + 1
            st.rerun()
    with chart:
        bars = (
            alt.Chart(table.reset_index())
            .mark_bar(color="#0072B2")
            .encode(
                x=alt.X("Million multiply-adds:Q", title="million multiply-adds"),
                y=alt.Y("Level:N", sort=None, title=None),
                tooltip=[
                    "Level",
                    alt.Tooltip("Million multiply-adds", format=".0f"),
                    alt.Tooltip("Milliseconds", format=".1f"),
                ],
            )
        )
        st.altair_chart(bars, height=220)
    panels.what_you_should_see(
        "Half the side is a quarter of the pixels: 1 + 1/4 + 1/16 + … never exceeds 4/3. So a window four times as "
        "wide costs a third more work. What it costs besides: one unit of the quarter-size level covers 32 pixels of "
        "the photo, as coarse as the coarsest stream of an FCN, and the finest level must hold the borders."
    )
    panels.show_source(level_costs)
