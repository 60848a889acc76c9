"""What does a unit find? Units against human classes, chosen on some photos and scored on others."""

from __future__ import annotations

import re
from collections.abc import Mapping

import altair as alt
import pandas as pd
import streamlit as st

from seglib.claims.ledger import read_ledger
from seglib.claims.literature import ZEILER_FERGUS
from seglib.labels import LabelSet
from seglib.ui import seen
from seglib.ui.inside import observations
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.photo import Photo
from seglib.ui.tables import show_wrapped

COMMAND = "python -m seglib.inside.dissection --data DATA"
TITLES = {"msrc": "MSRC", "voc": "VOC (cats, dogs, horses, cows, sheep)", "nyu": "NYU (rooms)"}
CURVES = {
    "where it was chosen": ("imagenet", "chosen", "#9aa0a6"),
    "on the other photos": ("imagenet", "scored", "#D55E00"),
    "random weights, other photos": ("random", "scored", "#0072B2"),
}


def classes(_photo: Photo, _label_set: LabelSet) -> None:
    """The curve with depth, and the best unit of every class."""
    from seglib.inside.dissection import read_dissection

    report = read_dissection()
    if report is None:
        st.info(f"Not measured yet: `{COMMAND}` does it, in about ten minutes.")
        return
    name = st.segmented_control(
        "Photos",
        list(report["sets"]),
        format_func=TITLES.get,
        default=next(iter(report["sets"])),
        key="unit_set",
        required=True,
        bind="query-params",
    )
    measured = report["sets"][name]
    left, right = st.columns([5, 4], gap="medium")
    with left:
        st.markdown("**The best unit for each class: IoU, mean over classes**")
        words = "Lines: mean IoU of the best unit of each class, by stage of the trunk."
        show_chart(_curve(curve_rows(measured)), words, height=360)
        st.caption(
            f"{measured['photos'][0]} photos to choose unit, sign and threshold, {measured['photos'][1]} others to "
            f"score them; {len(class_rows(measured))} classes. ImageNet's net, and one with random weights. `{COMMAND}`"
        )
    with right:
        _beside()
    st.header("Which unit finds what")
    rows = class_rows(measured)
    show_wrapped(rows.set_index("class"), title="Units and classes")
    luckiest = rows.iloc[(rows["where chosen, %"] - rows["elsewhere, %"]).argmax()]
    best = rows.iloc[rows["elsewhere, %"].argmax()]
    scored = {_stage(stage): nets["imagenet"]["scored"] for stage, nets in measured["stages"].items()}
    seen.what_you_should_see(
        observations.deeper_finds_more(scored),
        seen.always(
            f"The unit that finds {best['class']} best keeps {best['elsewhere, %']:.0f} % on photos that it was not "
            "chosen on."
        ),
        observations.chosen_by_luck(
            luckiest["class"], float(luckiest["where chosen, %"]), float(luckiest["elsewhere, %"])
        ),
    )


def _stage(name: str) -> str:
    return name if name == "head" else f"stride {name}"


def class_rows(measured: Mapping) -> pd.DataFrame:
    """Each class's best unit of any stage: where it was chosen, and elsewhere."""
    rows = []
    for stage, nets in measured["stages"].items():
        for name, mask in nets["imagenet"]["best"].items():
            rows.append(
                {
                    "class": name,
                    "stage": _stage(stage),
                    "unit": mask["unit"],
                    "places": f"{'strongest' if mask['sign'] > 0 else 'weakest'} {100 * mask['share']:.0f} %",
                    "where chosen, %": 100 * mask["chosen"],
                    "elsewhere, %": 100 * mask["scored"],
                }
            )
    table = pd.DataFrame(rows)
    best = table.loc[table.groupby("class")["where chosen, %"].idxmax()]
    return best.sort_values("elsewhere, %", ascending=False).round(1).reset_index(drop=True)


def curve_rows(measured: Mapping) -> list[dict]:
    """Mean IoU of the best units of each stage, a row a curve."""
    return [
        {
            "stage": _stage(stage),
            "curve": curve,
            "IoU": 100 * nets[net][side],
            "units": nets[net]["units"],
        }
        for stage, nets in measured["stages"].items()
        for curve, (net, side, _) in CURVES.items()
    ]


@drawn
def _curve(rows: list[dict]) -> alt.Chart:
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("stage:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("IoU:Q", title="mean IoU, %", scale=alt.Scale(domainMin=0)),
            color=alt.Color(
                "curve:N",
                title=None,
                sort=list(CURVES),
                scale=alt.Scale(domain=list(CURVES), range=[color for _, _, color in CURVES.values()]),
                legend=alt.Legend(orient="top", columns=1, labelLimit=320),
            ),
            tooltip=["stage", "curve", "units", alt.Tooltip("IoU", format=".1f")],
        )
    )


def _beside() -> None:
    """Two other measures of the same sentence: our linear probes, and Zeiler & Fergus's."""
    st.markdown("**More abstract with depth, measured otherwise**")
    probes = probe_accuracies()
    if probes:
        table = pd.DataFrame(
            {"linear probe, class accuracy, %": probes.values()},
            index=pd.Index([f"stride {s}" for s in probes], name="Stage"),
        )
        show_wrapped(table, title="Linear probes")
        st.caption("Our trained street net, a linear classifier on each stage; claim “depth” on the scoreboard.")
    table = pd.DataFrame(
        {"Zeiler & Fergus, accuracy, %": ZEILER_FERGUS.values()},
        index=pd.Index([f"layer {n}" for n in ZEILER_FERGUS], name="Layer"),
    )
    show_wrapped(table, title="Zeiler and Fergus")
    st.caption("ECCV 2014, table 7: a linear SVM on each layer, Caltech-101, 30 photos a class. Another task.")


def probe_accuracies() -> dict[int, float]:
    """Class accuracy of the linear probes by stride, from the ledger; none if it has not been measured."""
    context = read_ledger().get("depth", {}).get("context", {})
    figures = {}
    for stage, words in context.items():
        match = re.match(r"class accuracy ([\d.]+)", words)
        if match and stage.startswith("stride "):
            figures[int(stage.removeprefix("stride "))] = float(match[1])
    return figures


def sources() -> list:
    """The code behind it."""
    from seglib.inside import dissection as core

    return [core.overlaps, core.best_masks]
