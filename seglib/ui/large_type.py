"""Charts whose words can be read from the last row."""

from __future__ import annotations

import altair as alt
import streamlit as st

SIZE = 15  # px; Streamlit's own labels have 13
LONGEST = 280  # px of a label, before it is cut off


def show_chart(chart: alt.TopLevelMixin, **looks: object) -> None:
    """``st.altair_chart`` with larger type; where a chart asks for a size of its own, it keeps it."""
    type_sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelLimit": LONGEST}
    chart = chart.configure_axis(**type_sizes).configure_legend(**type_sizes)
    st.altair_chart(chart.configure_header(labelFontSize=SIZE, titleFontSize=SIZE), **looks)
