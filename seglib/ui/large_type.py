"""Charts whose words can be read from the last row, and without seeing them."""

from __future__ import annotations

import altair
import streamlit as st

SIZE = 15  # px; Streamlit's own labels have 13
LONGEST = 280  # px of a label, before it is cut off
WORDS = {"fontSize": SIZE - 1}  # among the marks (``mark_text``); `looks` gives them each theme's own grey
EDGE = {"left": 6, "top": 10, "right": 14, "bottom": 16}  # px: letters of the axes reach beyond what Vega reckons with


def show_chart(chart: altair.TopLevelMixin, alt: str, **looks: object) -> None:
    """``st.altair_chart`` with larger type, and ``alt`` in words what is drawn, for those who do not see it.

    Where a chart asks for a size of its own, it keeps it.
    """
    type_sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelLimit": LONGEST}
    chart = chart.configure_axis(**type_sizes).configure_legend(**type_sizes)
    chart = chart.properties(padding=EDGE)
    st.altair_chart(chart.configure_header(labelFontSize=SIZE, titleFontSize=SIZE), alt=alt, **looks)
