"""Charts are described once: what Streamlit itself would send of them, and anew where a figure is another."""

from __future__ import annotations

import io
import json

import altair as alt
import pandas as pd
import pyarrow
import pytest
from altair.utils.schemapi import SchemaValidationError
from streamlit.testing.v1 import AppTest

from seglib.ui.large_type import drawn

drawings: list[str] = []


@drawn
def dots(table: pd.DataFrame, title: str) -> alt.LayerChart:
    drawings.append(title)
    base = alt.Chart(table, title=title).encode(x="size:Q", tooltip=["name", alt.Tooltip("IoU", format=".1f")])
    color = alt.Color("name:N", title=None, legend=alt.Legend(orient="top"))
    zero = alt.Chart(pd.DataFrame({"IoU": [0]})).mark_rule()
    return base.mark_point().encode(y="IoU:Q", color=color) + zero.encode(y="IoU:Q")


def some(iou: float = 12.5) -> pd.DataFrame:
    return pd.DataFrame({"name": ["sky", "cat"], "size": [3, 40], "IoU": [iou, float("nan")]})


def test_a_chart_is_drawn_once_for_the_same_figures() -> None:
    drawings.clear()
    assert dots(some(), "one") is dots(some(), "one")
    assert dots(some(), "one") is not dots(some(12.6), "one")
    dots(some(), "two")
    assert drawings == ["one", "one", "two"]


PAGE = """
import streamlit as st
from seglib.ui.large_type import EDGE, LONGEST, SIZE, show_chart
from tests.ui.test_large_type import dots, some

show_chart(dots(some(), "a title"), "Dots.", height=300)
sizes = {"labelFontSize": SIZE, "titleFontSize": SIZE}
chart = dots.__wrapped__.__wrapped__(some(), "a title")
chart = chart.configure_axis(**sizes, labelLimit=LONGEST).configure_legend(**sizes, labelLimit=LONGEST)
chart = chart.configure_header(**sizes).configure_axisYDiscrete(labelFlush=False).properties(padding=EDGE)
st.altair_chart(chart, alt="Dots.", height=300)
"""


def test_the_browser_gets_what_streamlit_makes_of_the_chart() -> None:
    app = AppTest.from_string(PAGE).run()
    assert not app.exception
    ours, streamlits = (chart.proto for chart in app.get("vega_lite_chart"))
    assert ours.alt == streamlits.alt == "Dots."
    assert described(ours) == described(streamlits)


def described(proto: object) -> tuple[dict, list]:
    """The words, without the names of the data, which are digests; and the data of each layer, row by row."""
    words = json.loads(proto.spec)
    tables = {data.name: pyarrow.ipc.open_stream(io.BytesIO(data.data.data)).read_all() for data in proto.datasets}
    rows = [tables[layer.pop("data")["name"]].to_pandas().convert_dtypes() for layer in words["layer"]]
    return words, [table.reindex(columns=sorted(table)).to_dict("list") for table in rows]


def test_what_is_no_vega_lite_is_refused_while_it_is_drawn() -> None:
    @drawn
    def wrong() -> alt.Chart:
        return alt.Chart(some()).mark_point(size="large")

    with pytest.raises(SchemaValidationError, match="'large' is an invalid value for `size`"):
        wrong()
