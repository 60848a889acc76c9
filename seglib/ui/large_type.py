"""Charts whose words can be read from the last row, and without seeing them, described once; they can be taken home."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import altair
import pandas as pd
import pyarrow
import streamlit as st

from seglib.ui import record
from seglib.ui.cache import shared

SIZE = 15  # px; Streamlit's own labels have 13
LONGEST = 280  # px of a label, before it is cut off
WORDS = {"fontSize": SIZE - 1}  # among the marks (``mark_text``); `looks` gives them each theme's own grey
EDGE = {"left": 6, "top": 10, "right": 14, "bottom": 16}  # px: letters of the axes reach beyond what Vega reckons with
KEPT = 64  # charts of one function

altair.theme.enable("none")  # altair's own fixes each chart's size; the browser puts Streamlit's on
altair.data_transformers.disable_max_rows()


def drawn(draw: Callable[..., altair.TopLevelMixin]) -> Callable[..., dict]:
    """Decorator of a function that draws a chart: what is drawn is kept by what it was drawn from.

    Altair holds every part of a chart against Vega-Lite's schema, which takes fifty times as long as an empty page; and
    each touch of a control draws the whole page again. So the function returns the chart, `show_chart` shows it, and
    whatever the chart depends on is an argument.
    """

    @shared(KEPT)
    @functools.wraps(draw)
    def description(*arguments: object, **named: object) -> dict:
        return described(draw(*arguments, **named))

    return description


def described(chart: altair.TopLevelMixin) -> dict:
    """A chart as Vega-Lite, with larger type; its data as Arrow's tables, which is how they travel to the browser."""
    type_sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelLimit": LONGEST}
    chart = chart.configure_axis(**type_sizes).configure_legend(**type_sizes)
    chart = chart.configure_header(labelFontSize=SIZE, titleFontSize=SIZE).properties(padding=EDGE)
    chart = chart.configure_axisYDiscrete(labelFlush=False)  # Streamlit's theme moves the first name off its row
    specification = chart.to_dict()
    tables = {name: pyarrow.Table.from_pylist(rows) for name, rows in specification["datasets"].items()}
    return specification | {"datasets": tables}


def show_chart(chart: Mapping, alt: str, **looks: object) -> None:
    """Show what a `drawn` function returned, with ``alt`` in words what is drawn, for those who do not see it."""
    st.vega_lite_chart(chart, alt=alt, **looks)
    record.chart(alt, functools.partial(_written_out, chart, looks.get("height")))


def show_specification(data: pd.DataFrame, specification: Mapping, alt: str, **how: object) -> None:
    """``st.vega_lite_chart`` of a specification that altair need not check, with ``alt`` in words what is drawn."""
    st.vega_lite_chart(data, specification, alt=alt, **how)
    record.chart(alt, lambda: {**specification, "data": {"values": data.to_dict("records")}})


def _written_out(chart: Mapping, height: object) -> dict:
    """A chart as Vega-Lite, all its data inside."""
    size = {"height": height} if isinstance(height, int) else {}
    return {**size, **chart, "datasets": {name: table.to_pylist() for name, table in chart["datasets"].items()}}
