"""The confusion matrix as a picture whose cells can be chosen: by a click, or in a list, which needs no mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import record
from seglib.ui.large_type import EDGE, SIZE, show_specification

MISTAKES = "all its mistakes"
SMALLEST = 27  # px: cells narrower than that have no room for "100"
ABOVE = {"titleAngle": 0, "titleAlign": "right", "titleX": -7, "titleY": -12}  # beside, it would take the cells' width
Cell = tuple[int, int]  # the true class, the predicted one


def matrix_view(cm: np.ndarray, label_set: LabelSet, key: str) -> Cell | None:
    """The matrix in per cent of each true class, a choice of its cells below; the chosen one, or None for all mistakes.

    ``cm`` is ``(K, K)``, rows = truth.
    """
    rows, cols = np.flatnonzero(cm.sum(1)), np.flatnonzero(cm.sum(0))
    names, shares = label_set.classes, 100 * cm / np.maximum(cm.sum(1, keepdims=True), 1)
    table = pd.DataFrame(
        shares[np.ix_(rows, cols)],
        index=pd.Index([names[k] for k in rows], name="truth ↓  said →"),
        columns=[names[k] for k in cols],
    )
    record.table("Confusion matrix, %", table)
    cells = {
        f"{names[i]}, called {names[j]}": (int(i), int(j))
        for i, j in sorted(np.argwhere(cm), key=lambda cell: (cell[0] == cell[1], -cm[*cell]))
    }
    chosen = f"{key}_cell"
    if st.session_state.get(chosen) not in cells:
        st.session_state[chosen] = MISTAKES
    show_specification(
        _cells(names, shares, cells),
        _drawing(table),
        "Confusion matrix: a row a true class, a column a predicted one; blue where it is right, orange where not.",
        key=key,
        on_select=partial(_take, key, chosen),
    )
    # The mistakes come first, the most frequent ones on top.
    choice = st.selectbox("Pixels that light up", [MISTAKES, *cells], key=chosen)
    return cells.get(choice)


def _take(chart: str, chosen: str) -> None:
    """A click on a cell chooses it, one beside the cells all mistakes.

    What comes from the browser may be anything: `matrix_view` takes only what is in its list.
    """
    match st.session_state[chart]["selection"].get("cell"):
        case [{"cell": str(words)}]:
            st.session_state[chosen] = words
        case _:
            st.session_state[chosen] = MISTAKES


def _cells(names: Sequence[str], shares: np.ndarray, cells: Mapping[str, Cell]) -> pd.DataFrame:
    """What is drawn, a row a cell that holds pixels."""
    return pd.DataFrame(
        [
            {
                "cell": words,
                "truth": names[true],
                "said": names[said],
                "per cent": shares[true, said],
                "paint": _paint(shares[true, said], true == said),
            }
            for words, (true, said) in cells.items()
        ]
    )


def _paint(percent: float, right: bool) -> str:
    """Ink on paper, light or dark theme alike: blue where it is right, orange where it is wrong."""
    paper, ink = np.array([255, 255, 255]), np.array([0, 114, 178] if right else [213, 94, 0])
    r, g, b = (paper + (percent / 100) ** 0.5 * (ink - paper)).round().astype(int)
    return f"rgb({r},{g},{b})"


def _drawing(table: pd.DataFrame) -> dict:
    """Vega-Lite: a square a cell, its per cents in it where there is room."""
    room = f"clamp(width / {len(table.columns)}, 10, {SIZE})"  # nineteen classes side by side on a phone
    axis = {"labelFontSize": SIZE, "titleFontSize": SIZE, "labelOverlap": False, "labelFlush": False}
    return {
        "height": {"step": 30},
        "padding": EDGE,
        "encoding": {
            "x": {"field": "said", "type": "nominal", "title": "said", "sort": list(table.columns)}
            | {"axis": axis | {"orient": "top", "labelAngle": -90, "labelFontSize": {"expr": room}}},
            "y": {"field": "truth", "type": "nominal", "sort": list(table.index), "axis": axis | ABOVE},
            "tooltip": [{"field": "cell"}, {"field": "per cent", "format": ".1f", "title": "% of the true class"}],
        },
        "layer": [
            {
                "params": [{"name": "cell", "select": {"type": "point", "fields": ["cell"]}}],
                "mark": {"type": "rect", "stroke": "white", "cursor": "pointer"},
                "encoding": {
                    "color": {"field": "paint", "type": "nominal", "scale": None, "legend": None},
                    "opacity": {"condition": {"param": "cell", "value": 1}, "value": 0.4},
                },
            },
            {
                "name": "painted",  # has its own ink: see `seglib.ui.looks`
                "mark": {
                    "type": "text",
                    "fontSize": SIZE,
                    "opacity": {"expr": f"width < {SMALLEST * len(table.columns)} ? 0 : 1"},
                },
                "encoding": {
                    "text": {"field": "per cent", "type": "quantitative", "format": ".0f"},
                    "color": {"condition": {"test": "datum['per cent'] > 50", "value": "white"}, "value": "black"},
                },
            },
        ],
    }
