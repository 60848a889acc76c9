"""Charts of the texture panels."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st


def word_bars(share: np.ndarray, strength: np.ndarray) -> None:
    """A window's histogram: how much of it each texton has, from faint patterns on the left to strong ones."""
    order = strength.argsort()
    data = pd.DataFrame({"texton": np.arange(len(order)), "share": 100 * share[order], "strength": strength[order]})
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X(
                "texton:O", title="textons, from faint to strong patterns", axis=alt.Axis(labels=False, ticks=False)
            ),
            y=alt.Y("share:Q", title="share of the window, %"),
            color=alt.Color("texton:Q", legend=None, scale=alt.Scale(scheme="cividis")),
            tooltip=[alt.Tooltip("share", format=".1f", title="share, %"), alt.Tooltip("strength", format=".2f")],
        )
    )
    st.altair_chart(chart, height=230)


def window_curve(curves: Mapping[str, Mapping[float, float]], now: float, title: str) -> None:
    """A score in per cent against the window's side in pixels, a line a method."""
    data = pd.DataFrame(
        [{"window": w, "score": 100 * s, "method": name} for name, curve in curves.items() for w, s in curve.items()]
    )
    names = list(curves)
    x = alt.X("window:Q", title="side of the window, pixels", scale=alt.Scale(type="log", nice=False))
    lines = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=x,
            y=alt.Y("score:Q", title=f"{title}, %", scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "method:N",
                title=None,
                scale=alt.Scale(domain=names, range=["#0072B2", "#E69F00", "#009E73"][: len(names)]),
                legend=alt.Legend(orient="bottom", labelLimit=300),
            ),
            tooltip=["method", "window", alt.Tooltip("score", format=".1f")],
        )
    )
    here = alt.Chart(pd.DataFrame({"window": [now]})).mark_rule(strokeDash=[2, 4]).encode(x=x)
    st.altair_chart(lines + here, height=300)
