"""The net destroyed from the top down, and what is left of each projection: a chart, asked for by a switch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.ui import seen
from seglib.ui.in_steps import compute_all
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.inside.chosen_unit import ChosenUnit
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.photo import Photo

if TYPE_CHECKING:
    from seglib.inside.cascade import Cascade

COLORS = {"gradient": "#0072B2", "guided": "#D55E00", "deconvnet": "#7f8690"}
SHAPES = ("circle", "square", "triangle-up")
BESIDE = 0.04  # of the way to the next depth: how far the rules' bars stand apart


def show_cascade(photo: Photo, label_set_name: str, point: tuple[int, int], chosen: ChosenUnit) -> seen.Sentence | None:
    """The switch, and behind it the chart; what is to be said of it, if it was asked for."""
    st.header("Destroy the net from the top down")
    wanted = st.toggle(
        f"Shuffle stride {chosen.stride}, then also the stage below, down to the stem",
        key="cascade",
        bind="query-params",
    )
    if not wanted:
        return None
    work = inside_cache.cascade(photo, chosen.net, label_set_name, point, chosen.stride, chosen.unit)
    results = compute_all({"cascade": work}, "Stage by stage, weights are shuffled and projected through …")
    if results is None:
        return None
    cascade: Cascade = results["cascade"]
    data = table(cascade)
    show_chart(_chart(data), _means(data), height=300)
    st.caption(
        f"Correlation with the intact net's picture; line: mean of {len(inside_cache.SHUFFLES)} shuffles, bars: lowest "
        "to highest. Weights keep their values and lose their places; norms stay. Adebayo et al. call it cascading "
        "randomization. A picture that shows the unit falls at once; one that stays shows the photo."
    )
    own = {rule: values[:, 1].tolist() for rule, values in cascade.correlations.items()}
    return observations.survives_its_stage(own, f"stride {chosen.stride}")


def table(cascade: Cascade) -> pd.DataFrame:
    """One row a rule and depth: mean, lowest and highest correlation over the shuffles; flat pictures have none."""
    rows = []
    for rule, values in cascade.correlations.items():
        for depth, column, mean in zip(cascade.depths, values.T, cascade.mean(rule), strict=True):
            known = column[np.isfinite(column)]
            if len(known):
                rows.append(
                    {"rule": rule, "shuffled": depth, "mean": mean, "lowest": known.min(), "highest": known.max()}
                )
    return pd.DataFrame(rows)


@drawn
def _chart(data: pd.DataFrame) -> alt.LayerChart:
    depths, rules = list(dict.fromkeys(data["shuffled"])), list(COLORS)
    beside = [BESIDE * (rules.index(rule) - 1) for rule in data["rule"]]
    data = data.assign(at=[depths.index(depth) for depth in data["shuffled"]] + np.array(beside))
    names = f"{json.dumps(depths)}[datum.value]"
    base = alt.Chart(data).encode(
        x=alt.X(
            "at:Q",
            title="shuffled, from the top down to",
            axis=alt.Axis(values=list(range(len(depths))), labelExpr=names, grid=False),
            scale=alt.Scale(domain=[-0.3, len(depths) - 0.7], nice=False),
        ),
        color=alt.Color(
            "rule:N",
            title=None,
            sort=rules,
            scale=alt.Scale(domain=rules, range=list(COLORS.values())),
            legend=alt.Legend(orient="top"),
        ),
    )
    y = alt.Y(
        "mean:Q",
        title="correlation",
        scale=alt.Scale(domain=[min(-0.2, data["lowest"].min()), 1], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1]),
    )
    tooltip = ["rule", "shuffled", *(alt.Tooltip(name, format=".2f") for name in ("mean", "lowest", "highest"))]
    lines = base.mark_line(strokeWidth=2).encode(y=y)
    bars = base.mark_rule(strokeWidth=2, opacity=0.6).encode(y=alt.Y("lowest:Q"), y2="highest", tooltip=tooltip)
    points = base.mark_point(size=70, filled=True, opacity=1).encode(
        y=y,
        shape=alt.Shape("rule:N", title=None, sort=rules, scale=alt.Scale(domain=rules, range=SHAPES)),
        tooltip=tooltip,
    )
    return lines + bars + points


def _means(data: pd.DataFrame) -> str:
    """What the chart draws, in words."""
    means = "; ".join(
        f"{rule}: " + ", ".join(f"{row.shuffled} {row.mean:.2f}" for row in rows.itertuples())
        for rule, rows in data.groupby("rule", sort=False)
    )
    return f"Correlation with the intact picture by what was shuffled. {means}."
