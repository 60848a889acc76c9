"""Curves of nets that learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.ui.large_type import drawn, show_chart

COLORS = {"loss": "#009E73", "crops it learns from": "#0072B2", "held-out photo": "#D55E00"}
DASHES = {"this run": [1, 0], "pinned": [6, 4]}


def curves(runs: Mapping[str, Sequence], number: int) -> None:
    """Loss, and mean IoU of crops and held-out photo, epoch by epoch; a line at the epoch that is looked at."""
    rows = [
        {"run": name, "epoch": epoch.number, "curve": curve, "value": value}
        for name, epochs in runs.items()
        for epoch in epochs
        for curve, value in (
            ("loss", epoch.loss),
            ("crops it learns from", 100 * epoch.train_iou),
            ("held-out photo", 100 * epoch.held_out_iou),
        )
        if not np.isnan(value)
    ]
    if not rows:
        return
    data = pd.DataFrame(rows)
    left, right = st.columns(2, gap="medium")
    with left:
        loss = _lines(data[data["curve"] == "loss"], "loss", None, number)
        show_chart(loss, "Line: loss, epoch by epoch.", height=240)
    with right:
        scores = _lines(data[data["curve"] != "loss"], "mean IoU, %", (0, 100), number)
        show_chart(scores, "Lines: mean IoU of the crops and of the held-out photo, epoch by epoch.", height=240)


@drawn
def _lines(data: pd.DataFrame, title: str, domain: tuple[int, int] | None, number: int) -> alt.LayerChart:
    names = [name for name in COLORS if name in set(data["curve"])]
    scale = alt.Scale(domain=domain) if domain else alt.Scale(zero=True)
    here = alt.Chart(pd.DataFrame({"epoch": [number]})).mark_rule(strokeDash=[2, 4]).encode(x="epoch:Q")
    lines = (
        alt.Chart(data)
        .mark_line(point=len(data) < 20)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("value:Q", title=title, scale=scale),
            color=alt.Color(
                "curve:N",
                title=None,
                scale=alt.Scale(domain=names, range=[COLORS[name] for name in names]),
                legend=alt.Legend(orient="bottom", columns=2, symbolType="stroke")
                if data["curve"].nunique() > 1
                else None,
            ),
            strokeDash=alt.StrokeDash(
                "run:N",
                title=None,
                scale=alt.Scale(domain=list(DASHES), range=list(DASHES.values())),
                legend=alt.Legend(orient="bottom", columns=2, symbolType="stroke")
                if data["run"].nunique() > 1
                else None,
            ),
            tooltip=["run", "curve", "epoch", alt.Tooltip("value", format=".2f")],
        )
    )
    return lines + here
