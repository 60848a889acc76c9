"""Charts whose words can be read from the last row, and without seeing them, and that can be taken home."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial

import altair
import pandas as pd
import streamlit as st

from seglib.ui import record

SIZE = 15  # px; Streamlit's own labels have 13
LONGEST = 280  # px of a label, before it is cut off
WORDS = {"fontSize": SIZE - 1}  # among the marks (``mark_text``); `looks` gives them each theme's own grey
EDGE = {"left": 6, "top": 10, "right": 14, "bottom": 16}  # px: letters of the axes reach beyond what Vega reckons with

# Streamlit writes a chart out with altair's transformer of data, which is one for the process, swapped for its own: a
# chart that is written out in another thread meanwhile would have no data.
_writing = threading.Lock()


def show_chart(chart: altair.TopLevelMixin, alt: str, **looks: object) -> None:
    """``st.altair_chart`` with larger type, and ``alt`` in words what is drawn, for those who do not see it.

    Where a chart asks for a size of its own, it keeps it.
    """
    type_sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelLimit": LONGEST}
    chart = chart.configure_axis(**type_sizes).configure_legend(**type_sizes)
    chart = chart.properties(padding=EDGE).configure_header(labelFontSize=SIZE, titleFontSize=SIZE)
    with _writing:
        st.altair_chart(chart, alt=alt, **looks)
    record.chart(alt, partial(_written_out, chart, looks.get("height")))


def show_specification(data: pd.DataFrame, specification: Mapping, alt: str) -> None:
    """``st.vega_lite_chart`` of a specification that altair need not check, with ``alt`` in words what is drawn."""
    st.vega_lite_chart(data, specification, alt=alt)
    record.chart(alt, lambda: {**specification, "data": {"values": data.to_dict("records")}})


def _written_out(chart: altair.TopLevelMixin, height: object) -> dict:
    """A chart as Vega-Lite, all its data inside."""
    with _writing, altair.data_transformers.enable("default", max_rows=None):
        specification = chart.to_dict()
    if isinstance(height, int):
        specification.setdefault("height", height)
    return specification
