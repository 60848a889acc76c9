"""Charts whose words can be read from the last row, and without seeing them."""

from __future__ import annotations

import altair
import streamlit as st

SIZE = 15  # px; Streamlit's own labels have 13
LONGEST = 280  # px of a label, before it is cut off
# For words among the marks (``mark_text``): in the colour of titles, the only one that Streamlit gives each theme and
# that a mark can ask for. A grey that passes contrast on white does not on black.
WORDS = {"style": "group-title", "fontWeight": "normal", "fontSize": SIZE - 1}


def show_chart(chart: altair.TopLevelMixin, alt: str, **looks: object) -> None:
    """``st.altair_chart`` with larger type, and ``alt`` in words what is drawn, for those who do not see it.

    Where a chart asks for a size of its own, it keeps it.
    """
    type_sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelLimit": LONGEST}
    chart = chart.configure_axis(**type_sizes).configure_legend(**type_sizes)
    st.altair_chart(chart.configure_header(labelFontSize=SIZE, titleFontSize=SIZE), alt=alt, **looks)
