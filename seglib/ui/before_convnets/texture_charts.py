"""Charts of the experiments with texture."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from seglib.ui.large_type import drawn, show_chart


def word_bars(share: np.ndarray, strength: np.ndarray) -> None:
    """A window's histogram: how much of it each texton has, from faint patterns on the left to strong ones."""
    words = "Bars: share of the window that each texton has, faint patterns first."
    show_chart(_word_bars(share, strength), words, height=230)


@drawn
def _word_bars(share: np.ndarray, strength: np.ndarray) -> alt.Chart:
    order = strength.argsort()
    data = pd.DataFrame({"texton": np.arange(len(order)), "share": 100 * share[order], "strength": strength[order]})
    return (
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


def window_curve(curves: Mapping[str, Mapping[float, float]], now: float, title: str) -> None:
    """A score in per cent against the window's side in pixels, a line a method."""
    words = f"Lines: {title} by the side of the window, of {' and of '.join(curves)}."
    show_chart(_window_curve(curves, now, title), words, height=300)


@drawn
def _window_curve(curves: Mapping[str, Mapping[float, float]], now: float, title: str) -> alt.LayerChart:
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
    return lines + here


def class_gaps(ours: Mapping[str, float | None], net: Mapping[str, float | None], net_name: str, things: set) -> None:
    """IoU of each class by texture and by a net, joined by a line; stuff above, things below, largest gap last."""
    rows = [
        {
            "class": name,
            "kind": "things" if name in things else "stuff",
            "texture": 100 * ours[name],
            "net": 100 * net[name],
        }
        for name in ours
        if ours[name] is not None and net.get(name) is not None
    ]
    data = pd.DataFrame(rows)
    data["gap"] = data["texture"] - data["net"]
    dots = data.melt(["class", "kind", "gap"], ["texture", "net"], var_name="method", value_name="IoU")
    dots["method"] = dots["method"].replace({"net": net_name})
    order = list(data.sort_values("gap", ascending=False)["class"])
    ends = dots.groupby("class")["IoU"].agg(low="min", high="max").reset_index()
    dots = dots.merge(ends, on="class")
    # Two charts, for facets of one do not shrink to the width of a phone.
    for kind, below in (("stuff", 40), ("things", 140)):
        of_kind = dots[dots["kind"] == kind]
        show_chart(
            _class_gaps(of_kind, kind, order, net_name),
            f"Dots: IoU of each class of {kind} by texture and by {net_name}, joined by a line.",
            height=22 * of_kind["class"].nunique() + below,
        )


@drawn
def _class_gaps(dots: pd.DataFrame, kind: str, order: list[str], net_name: str) -> alt.LayerChart:
    """The classes of one kind, a row each; below the last kind what all have in common."""
    legend = alt.Legend(orient="bottom") if kind == "things" else None
    y = alt.Y("class:N", sort=order, title=kind, axis=alt.Axis(labelOverlap=False, minExtent=60, maxExtent=60))
    rules = alt.Chart().mark_rule(strokeWidth=2, color="#8a8f98").encode(y=y, x="low:Q", x2="high:Q")
    points = (
        alt.Chart()
        .mark_circle(size=120, opacity=1)
        .encode(
            y=y,
            x=alt.X("IoU:Q", title="IoU, %" if legend else None, scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "method:N",
                title=None,
                scale=alt.Scale(domain=["texture", net_name], range=["#E69F00", "#0072B2"]),
                legend=legend,
            ),
            tooltip=["class", "method", alt.Tooltip("IoU", format=".1f"), alt.Tooltip("gap", format="+.1f")],
        )
    )
    return alt.layer(rules, points, data=dots)
