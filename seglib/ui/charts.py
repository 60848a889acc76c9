"""Charts of the pages, in Vega through altair: they follow the theme and explain themselves on hover."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.resolution import FCN_PAPER_CEILING
from seglib.ui.large_type import WORDS, drawn, show_chart
from seglib.ui.words import percent


def waterfall(steps: Mapping[str, float], total: str, title: str) -> None:
    """Signed steps that add up: where each starts, how far it goes, and the sum."""
    values = {**steps, total: sum(steps.values())}
    words = ", ".join(f"{name} {value:+.2f}" for name, value in values.items())
    show_chart(_steps(steps, total, title), f"{title}: {words}", height=300)


@drawn
def _steps(steps: Mapping[str, float], total: str, title: str) -> alt.LayerChart:
    ends = np.cumsum(list(steps.values()))
    rows = [
        {"step": name, "from": end - value, "to": end, "value": value, "sign": "for" if value >= 0 else "against"}
        for (name, value), end in zip(steps.items(), ends, strict=True)
    ]
    rows.append({"step": total, "from": 0.0, "to": ends[-1], "value": ends[-1], "sign": "sum"})
    data = pd.DataFrame(rows)
    base = alt.Chart(data, title=title).encode(
        x=alt.X("step", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        tooltip=["step", alt.Tooltip("value", format="+.2f")],
    )
    bars = base.mark_bar(size=46).encode(
        y=alt.Y("from", title="class score (logit)"),
        y2="to",
        color=alt.Color(
            "sign",
            title=None,
            scale=alt.Scale(domain=["for", "against", "sum"], range=["#E66101", "#5E3C99", "#7f8690"]),
        ),
    )
    words = (
        base.mark_text(dy=-8, align="center", **WORDS)
        .encode(y=alt.Y("top:Q"), text=alt.Text("value", format="+.2f"))
        .transform_calculate(top="max(datum.from, datum.to)")
    )
    return bars + words


def ceiling_chart(ours: Mapping[int, float], factor: int, cms: Mapping[str, np.ndarray]) -> None:
    """Mean IoU against subsampling: our ceiling, the FCN paper's, and the nets below theirs."""
    from seglib.models.fcn import STREAMS

    nets = {net: (min(STREAMS[net]), 100 * metrics.mean_iou(cm)) for net, cm in cms.items()}
    show_chart(
        _ceilings(ours, factor, nets),
        "Lines: mean IoU of perfect labels, one every so many pixels, here and in the FCN paper; diamonds: nets.",
        height=380,
    )
    st.caption(
        f"At {factor} px the ceiling is {percent(ours[factor])} on this photo. "
        "Diamonds: our nets on this photo, each at its finest stride."
    )


@drawn
def _ceilings(ours: Mapping[int, float], factor: int, scores: Mapping[str, tuple[int, float]]) -> alt.LayerChart:
    """``scores`` are each net's finest stride and mean IoU in per cent."""
    this_photo, paper = "perfect labels, this photo", "perfect labels, VOC (FCN paper)"
    lines = pd.DataFrame(
        [{"factor": f, "mean IoU": 100 * score, "curve": this_photo} for f, score in ours.items()]
        + [{"factor": f, "mean IoU": score, "curve": paper} for f, score in FCN_PAPER_CEILING.items()]
    )
    dots = pd.DataFrame([{"factor": f, "mean IoU": score, "net": net} for net, (f, score) in scores.items()])
    x = alt.X(
        "factor:Q", scale=alt.Scale(type="log", base=2), title="one label every … pixels", axis=alt.Axis(values=[*ours])
    )
    y = alt.Y("mean IoU:Q", scale=alt.Scale(domain=[0, 100]), title="mean IoU, %")
    curves = (
        alt.Chart(lines)
        .mark_line(point=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "curve:N",
                title=None,
                scale=alt.Scale(domain=[this_photo, paper], range=["#0072B2", "#E69F00"]),
                legend=alt.Legend(orient="bottom", columns=1, labelLimit=300, symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash(
                "curve:N", legend=None, scale=alt.Scale(domain=[this_photo, paper], range=[[1, 0], [6, 4]])
            ),
            tooltip=["curve", "factor", alt.Tooltip("mean IoU", format=".1f")],
        )
    )
    nets = (
        alt.Chart(dots)
        .mark_point(size=110, shape="diamond", filled=True, color="#D55E00")
        .encode(x=x, y=y, tooltip=["net", alt.Tooltip("mean IoU", format=".1f")])
    )
    # On a phone neighbours have no room side by side: every second name stands below.
    above, below = (
        nets.transform_filter(alt.FieldOneOfPredicate("net", list(scores)[first::2]))
        .mark_text(dy=dy, **WORDS)
        .encode(text="net")
        for first, dy in ((0, -16), (1, 17))
    )
    here = alt.Chart(pd.DataFrame({"factor": [factor]})).mark_rule(strokeDash=[2, 4]).encode(x=x)
    return curves + nets + above + below + here
