"""One picture, chart or table of the page as a file of its own, alone or with its words.

What there is to choose from is known when the page has been drawn, and it is drawn after the menu that offers it: so
the menu keeps a place (`keep_place`), which is filled when the page stands (`offer`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from seglib.lecture import charts, pictures
from seglib.ui import record
from seglib.ui.record import Chart, Record, Shown

LONGEST = 60  # characters of a name in the list
_PLACE = "take_one_place"

Thing = Shown | Chart | pd.DataFrame
Kind = Literal["png", "svg", "csv"]
MIME = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}


def keep_place() -> None:
    """Where the choice will stand."""
    st.session_state[_PLACE] = st.container(key="take_one", gap="small")


def forget_place() -> None:
    """A page begins: a place that an earlier one left unfilled, because it was cut short, is gone."""
    st.session_state.pop(_PLACE, None)


def offer() -> None:
    """Fill the place, now that the page is drawn; a page that offers nothing has none."""
    place = st.session_state.pop(_PLACE, None)
    if place is not None:
        with place:
            _choose()


@st.fragment
def _choose() -> None:
    # In a fragment, which reruns alone: choosing here draws no net's answer anew.
    now = record.now()
    if now is None or not (there := things(now)):
        return
    name = st.selectbox("One of them", list(there), key="take_which")
    thing = there.get(name)
    is_table = isinstance(thing, pd.DataFrame)
    worded = not is_table and st.toggle("With title, legend and caption", True, key="take_worded")
    kinds: dict[type, tuple[Kind, ...]] = {Shown: ("png",), Chart: ("png", "svg"), pd.DataFrame: ("csv",)}
    with st.container(horizontal=True, gap="small"):
        for kind in kinds.get(type(thing), ()):
            st.download_button(
                kind.upper(),
                partial(one_file, now, name, kind, worded, category_colors()),
                f"{stem(name)}.{kind}",
                MIME[kind],
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
                key=f"take_one_{kind}",
            )


def things(now: Record) -> dict[str, Thing]:
    """What stands on the page, each under a name of its own: its pictures, its charts, its tables."""
    named: list[tuple[str, Thing]] = [(shown.title, shown) for shown in now.shown]
    named += [(chart.words, chart) for chart in now.charts]
    named += [(f"Table: {title}", frame) for title, frame in now.tables]
    there: dict[str, Thing] = {}
    for title, thing in named:
        short = title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"
        name, number = short, 1
        while name in there:
            number += 1
            name = f"{short} ({number})"
        there[name] = thing
    return there


def one_file(now: Record, name: str, kind: Kind, worded: bool, colors: Sequence[str] = ()) -> bytes:
    """The thing of this name as it stands on the page when the button is pressed; runs in a thread of its own."""
    thing = things(now).get(name)
    if thing is None:
        raise ValueError(f"{name!r} is not on the page any more: choose another")
    if isinstance(thing, pd.DataFrame):
        return csv(thing).encode()
    if isinstance(thing, Chart):
        return chart_of(now, thing, "svg" if kind == "svg" else "png", worded, colors)
    return pictures.png(worded_picture(now, thing) if worded else thing.flat())


def csv(frame: pd.DataFrame) -> str:
    """A table as text; rows that have no names have no column of them."""
    return frame.to_csv(index=frame.index.name is not None or not isinstance(frame.index, pd.RangeIndex))


def chart_of(now: Record, chart: Chart, kind: Literal["png", "svg"], worded: bool, colors: Sequence[str]) -> bytes:
    """A chart as a file, with the page's title and in words what is drawn if so wished."""
    specification = chart.specification()
    if worded:
        specification = charts.with_words(specification, now.title, chart.words)
    return charts.chart_file(specification, kind, colors)


def category_colors() -> Sequence[str]:
    """The colours that Streamlit gives to a chart's categories, which Vega alone does not know."""
    return st.get_option("theme.chartCategoricalColors") or ()


def worded_picture(now: Record, shown: Shown) -> np.ndarray:
    """A panel with the page's title and its own, the legend of its classes and its caption."""
    legend = pictures.present(shown.labels, shown.label_set)
    return pictures.with_words(shown.flat(), f"{now.title}: {shown.title}", shown.caption, legend)


def stem(name: str) -> str:
    """A file's name of a thing's."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "view"
