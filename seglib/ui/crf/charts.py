"""Charts and tables of the CRF page."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.crf import chosen
from seglib.crf.trace import Trace
from seglib.labels import LabelSet
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.tables import show_wrapped

# Mean IoU in per cent on VOC 2012 validation: Chen et al., ICLR 2015, table 1 (a).
DEEPLAB_PAPER = {"DeepLab": (59.80, 63.74), "DeepLab-MSc": (61.30, 65.21), "DeepLab-LargeFOV": (62.25, 67.64)}


def energy_chart(trace: Trace, iteration: int) -> None:
    """Free energy after each iteration, and how many pixels it moved."""
    line = _energy_line(trace.energies, trace.changed, iteration)
    show_chart(line, "Line: free energy after each iteration.", height=280)


@drawn
def _energy_line(energies: np.ndarray, changed: np.ndarray, iteration: int) -> alt.LayerChart:
    data = pd.DataFrame({"iteration": np.arange(len(energies)), "free energy": energies})
    data["pixels changed, %"] = [None, *(100 * changed)]
    x = alt.X("iteration:Q", axis=alt.Axis(tickMinStep=1, format="d"))
    tooltip = ["iteration", alt.Tooltip("free energy", format=".3f"), alt.Tooltip("pixels changed, %", format=".2f")]
    line = (
        alt.Chart(data)
        .mark_line(point=True, color="#0072B2")
        .encode(x=x, y=alt.Y("free energy:Q", title="free energy, nats per pixel"), tooltip=tooltip)
    )
    here = alt.Chart(pd.DataFrame({"iteration": [iteration]})).mark_rule(strokeDash=[3, 4]).encode(x=x)
    return line + here


def pixel_chart(probabilities: np.ndarray, label_set: LabelSet, iteration: int) -> None:
    """Probabilities of the pinned pixel ``(T + 1, K)``: the classes that ever had a tenth."""
    lines = _pixel_lines(probabilities, label_set, iteration)
    show_chart(lines, "Lines: probability of each class at the pinned pixel, by iteration.", height=280)


@drawn
def _pixel_lines(probabilities: np.ndarray, label_set: LabelSet, iteration: int) -> alt.LayerChart:
    shown = np.flatnonzero(probabilities.max(0) >= 0.1)
    data = pd.DataFrame(
        [
            {"iteration": t, "class": label_set.classes[k], "probability": float(probabilities[t, k])}
            for k in shown
            for t in range(len(probabilities))
        ]
    )
    colors = ["rgb({},{},{})".format(*label_set.colors[k]) for k in shown]
    x = alt.X("iteration:Q", axis=alt.Axis(tickMinStep=1, format="d"))
    lines = (
        alt.Chart(data)
        .mark_line(point=True, strokeWidth=3)
        .encode(
            x=x,
            y=alt.Y("probability:Q", scale=alt.Scale(domain=[0, 1]), title="probability at the pinned pixel"),
            color=alt.Color(
                "class:N",
                title=None,
                scale=alt.Scale(domain=[label_set.classes[k] for k in shown], range=colors),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["class", "iteration", alt.Tooltip("probability", format=".3f")],
        )
    )
    here = alt.Chart(pd.DataFrame({"iteration": [iteration]})).mark_rule(strokeDash=[3, 4]).encode(x=x)
    return lines + here


def class_table(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, thin: np.ndarray, label_set: LabelSet
) -> pd.DataFrame:
    """IoU of each class, and the recall of its thin parts, before and after; what loses most comes first."""
    size = len(label_set)
    ious = [metrics.iou_per_class(metrics.confusion_matrix(truth, prediction, size)) for prediction in (before, after)]
    rows = {}
    for k in np.unique(truth[truth < size]):
        narrow = thin & (truth == k)
        recall = [
            100 * float((prediction[narrow] == k).mean()) if narrow.any() else np.nan for prediction in (before, after)
        ]
        rows[label_set.classes[k]] = {
            "IoU before": 100 * ious[0][k],
            "IoU after": 100 * ious[1][k],
            "Change": 100 * (ious[1][k] - ious[0][k]),
            "Thin pixels": int(narrow.sum()),
            "Thin found before": recall[0],
            "Thin found after": recall[1],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Class").sort_values("Change")


def show_class_table(table: pd.DataFrame) -> None:
    """The table of `class_table`, in per cent."""
    show_wrapped(table, {"Change": "{:+.1f}", "Thin pixels": "{:,.0f}"})


def paper_table(label_set: LabelSet) -> None:
    """DeepLab's rows with and without CRF, and ours where parameters have been chosen by `seglib.training.tune_crf`."""
    rows = {f"{net}, VOC 2012 val (paper)": scores for net, scores in DEEPLAB_PAPER.items()}
    notes = []
    for choice in chosen.read_choices(label_set.name):
        figures, chosen_by, reported_on = choice["figures"], choice["chosen_by"], choice["reported_on"]
        title = f"{choice['model']}, {choice['layout']} {choice['split']}, {reported_on['half']} photos (ours)"
        rows[title] = tuple(100 * figures[name]["mean_iou"] for name in ("net alone", "chosen"))
        band = next(key for key in figures["chosen"] if key.startswith("mean_iou_within"))
        rows[f"{title}, within {band.split('_')[3]} px of a border"] = tuple(
            100 * figures[name][band] for name in ("net alone", "chosen")
        )
        kernels = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in choice["params"].items())
        notes.append(
            f"{choice['model']}: {kernels}; chosen on {chosen_by['photos']} of the {chosen_by['half']} photos, "
            f"reported on the {reported_on['photos']} {reported_on['half']} ones, by `python -m seglib.tune_crf "
            f"--labels {choice['labels']} --model {choice['model']} --layout {choice['layout']} "
            f"--data DATA/{choice['layout']}`. The defaults of the CRF's authors would give "
            f"{100 * figures[AUTHORS_ROW]['mean_iou']:.1f} %."
        )
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["Net alone", "With CRF"])
    table["Gain"] = table["With CRF"] - table["Net alone"]
    # Two decimals, as the paper has them: 62.25 would be 62.2 here and 62.3 there.
    show_wrapped(table.rename_axis("Mean IoU, %"), dict.fromkeys(table.columns, "{:.2f}"))
    st.caption(
        "Paper: Chen et al., ICLR 2015, table 1, VGG16 from ImageNet; scores every 8 pixels, and 10 iterations. "
        + " ".join(notes)
    )


AUTHORS_ROW = "authors' defaults"
