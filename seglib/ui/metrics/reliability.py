"""Is 90 % confident right nine times of ten? A net's confidence against its accuracy, here and on validation photos."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.metrics.calibration import Reliability, best_temperature, reliability
from seglib.models.cards import read_card, shipped_nets, weights_path
from seglib.ui import page, panels, seen, state
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.metrics import observations
from seglib.ui.record import table as record_table
from seglib.ui.seen import always
from seglib.ui.words import percent

HERE, BEFORE, AFTER = "this photo", "validation, as trained", "validation, calibrated"
COLORS = {HERE: "#0072B2", BEFORE: "#999999", AFTER: "#D55E00"}  # Okabe & Ito


def is_sure_right(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The reliability diagram of one net."""
    page.wait_for_nets()
    net = st.segmented_control(
        "Net", list(shipped_nets(label_set.name)), default="fcn8s", key="sure_net", required=True, bind="query-params"
    )
    answers = panels.segment_all(photo, label_set, [net])
    curves = curves_of(net, label_set.name)
    if answers and truth is not None:
        answer = answers[net]
        curves = {HERE: reliability(answer.confidence.astype(np.float32), answer.labels, truth)} | curves
    left, right = st.columns(2, gap="medium")
    with left:
        shown = [panels.photo_panel(photo)]
        if answers:
            shown = [panels.net_panel(net, photo, answers[net], None)]
        panels.show(
            shown, photo, label_set, key="sure", truth=truth, mode="confidence" if answers else "classes", columns=1
        )
    with right:
        if curves:
            _diagram(curves)
        else:
            st.info("Nothing to draw: this photo has no human labels, and this net's card no calibration.")
    _words(net, label_set.name, curves, truth)
    page.show_source(reliability, Reliability, best_temperature)


def curves_of(net: str, label_set_name: str) -> dict[str, Reliability]:
    """What the net's card says of its validation photos, before calibration and after."""
    calibration = read_card(weights_path(net, label_set_name)).get("calibration")
    if not calibration:
        return {}
    bins = calibration["bins"]
    return {BEFORE: Reliability.from_lists(bins["before"]), AFTER: Reliability.from_lists(bins["after"])}


def points(curves: dict[str, Reliability]) -> pd.DataFrame:
    """A row a bin that holds pixels: mean confidence, accuracy, share of the curve's pixels, all in per cent."""
    rows = []
    for name, bins in curves.items():
        held = bins.pixels > 0
        rows += [
            {
                "Pixels of": name,
                "Confidence": 100 * sure / n,
                "Right": 100 * right / n,
                "Share": 100 * n / bins.pixels.sum(),
            }
            for n, sure, right in zip(bins.pixels[held], bins.confidence[held], bins.right[held], strict=True)
        ]
    return pd.DataFrame(rows)


def _diagram(curves: dict[str, Reliability]) -> None:
    data = points(curves)
    record_table("Reliability", data.set_index("Pixels of"))
    show_chart(
        _lines(data),
        f"Lines: share of pixels that are right, by confidence, of {' and of '.join(curves)}; dashed: as it should be.",
        width="stretch",
    )


@drawn
def _lines(data: pd.DataFrame) -> alt.LayerChart:
    curves = list(data["Pixels of"].unique())
    scale = alt.Scale(domain=[0, 100])
    color = alt.Color(
        "Pixels of:N",
        scale=alt.Scale(domain=curves, range=[COLORS[name] for name in curves]),
        legend=alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300),
    )
    lines = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("Confidence:Q", scale=scale, title="Confidence, %"),
            y=alt.Y("Right:Q", scale=scale, title="Right, %"),
            color=color,
            tooltip=[
                "Pixels of:N", *(alt.Tooltip(f"{name}:Q", format=".1f") for name in ("Confidence", "Right", "Share"))
            ],
        )
    )  # fmt: skip
    ideal = alt.Chart(pd.DataFrame({"x": [0, 100], "y": [0, 100]})).mark_line(strokeDash=[4, 4], color="#888888")
    return ideal.encode(x="x:Q", y="y:Q") + lines


def _words(net: str, label_set_name: str, curves: dict[str, Reliability], truth: np.ndarray | None) -> None:
    if HERE in curves:
        seen.what_you_should_see(
            always("On the dashed line a net is as sure as it is right."),
            observations.as_sure_as_right(curves[HERE], net),
        )
    elif truth is None:
        st.info(panels.NO_TRUTH)
    calibration = read_card(weights_path(net, label_set_name)).get("calibration")
    if calibration:
        error = calibration["error"]
        st.caption(
            f"Over the even validation photos: {percent(error['before'])} apart as trained, {percent(error['after'])} "
            f"after one temperature, {calibration['temperature']:.2f}, chosen on the odd ones "
            "(`python -m seglib.training.calibrate`; Guo et al., ICML 2017). It changes no class."
        )
    else:
        st.caption("This net is as training left it: nobody has calibrated it yet.")
