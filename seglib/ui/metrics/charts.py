"""Charts and tables of the metrics page: numbers in, a picture of them on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.claims.literature import SEGNET
from seglib.labels import LabelSet
from seglib.metrics import conventions
from seglib.metrics.duel import METRICS, Disagreement
from seglib.metrics.objects import ObjectScore
from seglib.models.cards import WeightsError, read_card, weights_path
from seglib.ui import record
from seglib.ui.large_type import EDGE, WORDS, drawn, show_chart, show_specification
from seglib.ui.tables import SHORT, draw_wrapped, show_wrapped
from seglib.ui.words import literal

SEGNETS = "FCN-Basic of Badrinarayanan et al. 2017, CamVid test photos (table 1)"
FARABET = "Farabet et al. 2013, SIFT Flow (as quoted in the FCN paper, table 5)"


def score_table(matrices: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """All metrics of all predictors in per cent, a row a predictor, best mean IoU first."""
    table = pd.DataFrame(
        {title: [100 * metric.score(cm) for cm in matrices.values()] for title, metric in METRICS.items()},
        index=pd.Index(matrices, name="Predictor"),
    )
    return table.sort_values("Mean IoU", ascending=False)


def show_scores(table: pd.DataFrame, title: str) -> None:
    """What `score_table` made, under short heads; it is taken home under this title and the whole ones."""
    draw_wrapped(record.table(title, table).rename(columns=SHORT).rename_axis("Predictor, %"), bars=title)


def rank_chart(table: pd.DataFrame, pair: Disagreement | None, nets: Sequence[str]) -> None:
    """Places under each metric, a line a predictor: where lines cross, metrics disagree."""
    ranks = table.rank(ascending=False, method="first").reset_index()
    data = ranks.melt("Predictor", var_name="metric", value_name="place")
    data["score"] = table.reset_index().melt("Predictor")["value"]
    shown = {pair.winner: "wins pixel accuracy", pair.loser: "wins mean IoU"} if pair else {}
    data["kind"] = [shown.get(name, "net" if name in nets else "cheat") for name in data["Predictor"]]
    data["metric"] = data["metric"].replace(SHORT)
    kinds = {"wins pixel accuracy": "#D55E00", "wins mean IoU": "#0072B2", "net": "#009E73", "cheat": "#8a8f98"}
    # Vega-Lite as it is: checking it as an Altair chart would take longer than all the scores together.
    encoding = {
        "x": {
            "field": "metric",
            "sort": [SHORT.get(title, title) for title in METRICS],
            "title": None,
            "axis": {"labelAngle": 0, "labelOverlap": False, "labelExpr": "split(datum.label, ' ')", "orient": "top"},
        },
        "y": {
            "field": "place",
            "type": "quantitative",
            "scale": {"domain": [len(table) + 0.5, 0.5], "nice": False},
            "axis": {"tickMinStep": 1},
        },
        "color": {
            "field": "kind",
            "title": None,
            "scale": {"domain": list(kinds), "range": list(kinds.values())},
            "legend": {"orient": "bottom", "columns": 2},
        },
        "detail": {"field": "Predictor"},
        "tooltip": [
            {"field": "Predictor"},
            {"field": "metric"},
            {"field": "place"},
            {"field": "score", "format": ".1f", "title": "score, %"},
        ],
    }
    of_pair = {"test": "indexof(datum.kind, 'wins') == 0", "value": 4}
    lines = {"mark": "line", "encoding": {"size": {"condition": of_pair, "value": 1.5}}}
    dots = {"mark": {"type": "circle", "size": 90}}
    spec = {"encoding": encoding, "layer": [lines, dots], "height": 30 * len(table) + 120, "padding": EDGE}
    words = (
        "Lines: the place of each predictor under each metric, the best on top; where lines cross, metrics disagree."
    )
    show_specification(data, spec, words)


def farabet_card() -> None:
    """Class balancing in the paper, and our own pair of nets, trained alike but for the balance of the loss."""
    rows = [
        {"Trained with": "natural frequencies", "Pixel accuracy": 78.5, "Class accuracy": 29.6, "Source": FARABET},
        {"Trained with": "class balancing", "Pixel accuracy": 72.3, "Class accuracy": 50.8, "Source": FARABET},
    ]
    rows += [
        {
            "Trained with": how,
            "Pixel accuracy": SEGNET[net].pixel_accuracy,
            "Class accuracy": SEGNET[net].class_accuracy,
            "Source": SEGNETS,
        }
        for how, net in (("natural frequencies", "FCN-Basic, natural frequency"), ("class balancing", "FCN-Basic"))
    ]
    missing = []
    for variant, how in (("fcn8s_natural", "natural frequencies"), ("fcn8s_balanced", "class balancing")):
        try:
            figures = read_card(weights_path(variant, "street"))["figures"]
            accuracies = 100 * figures["pixel_accuracy"], 100 * figures["class_accuracy"]
        except (WeightsError, KeyError):
            missing.append(variant)
            continue
        ours = dict(zip(("Pixel accuracy", "Class accuracy"), accuracies, strict=True))
        rows.append({"Trained with": how, **ours, "Source": "ours: fcn8s, CamVid validation"})
    show_wrapped(pd.DataFrame(rows), title="Class balancing, %")
    if missing:
        st.caption(f"Our own pair is not complete yet: {' and '.join(missing)} have not been trained for this copy.")
    st.caption(
        "Farabet's balances by which pixels are sampled, on SIFT Flow; the others by weights in the loss, on CamVid's "
        "11 classes. Compare the direction, not the numbers."
    )


def convention_chart(
    counts: np.ndarray, chosen: conventions.Convention, named: Mapping[str, conventions.Convention]
) -> None:
    """One net's mean IoU under each convention alone, and under the chosen ones together."""
    alone = {name: 100 * conventions.mean_iou_by(counts, convention) for name, convention in named.items()}
    bars = _convention_bars(alone, 100 * conventions.mean_iou_by(counts, chosen))
    show_chart(bars, "Bars: mean IoU of the same answer under each convention.", height=300)


@drawn
def _convention_bars(scores: Mapping[str, float], chosen: float) -> alt.LayerChart:
    data = pd.DataFrame({"convention": [*scores, "as chosen above"], "kind": ["alone"] * len(scores) + ["chosen"]})
    data["mean IoU, %"] = [*scores.values(), chosen]
    data["text"] = [f"{score:.1f}" for score in data["mean IoU, %"]]
    base = alt.Chart(data).encode(
        y=alt.Y("convention:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
        x=alt.X("mean IoU, %:Q", scale=alt.Scale(domain=[0, 100])),
        tooltip=["convention", alt.Tooltip("mean IoU, %", format=".2f")],
    )
    colors = alt.Scale(domain=["alone", "chosen"], range=["#8a8f98", "#0072B2"])
    marks = base.mark_bar().encode(color=alt.Color("kind:N", legend=None, scale=colors))
    numbers = base.mark_text(align="left", dx=4, **WORDS).encode(text="text")
    return marks + numbers


def library_table() -> None:
    """Which library means what by mean IoU, and where that was read."""
    rows = [
        {
            "Code": library.name,
            "Absent class": library.absent,
            "Several photos": library.images,
            "Void": library.void,
            "Read in": literal(library.source),
        }
        for library in conventions.LIBRARIES
    ]
    with st.container(key="libraries"):
        # Unlike a data frame it wraps its texts.
        st.table(record.table("Libraries", pd.DataFrame(rows).set_index("Code")))


def band_chart(inside: Mapping[str, np.ndarray], radii: Sequence[float], radius: float, metric: str) -> None:
    """A metric within r pixels of a border, over r, a curve a net."""
    score = METRICS[metric].score
    curves = {net: [100 * score(cm) for cm in cms] for net, cms in inside.items()}
    alt_text = f"Lines: {metric} of each net within so many pixels of a border."
    show_chart(_band_curves(curves, radii, radius, metric), alt_text, height=340)


@drawn
def _band_curves(
    scores: Mapping[str, Sequence[float]], radii: Sequence[float], radius: float, metric: str
) -> alt.LayerChart:
    data = pd.DataFrame(
        [
            {"net": net, "radius": r, metric: score}
            for net, of_net in scores.items()
            for r, score in zip(radii, of_net, strict=True)
        ]
    )
    curves = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("radius:Q", title="within … pixels of a true border"),
            y=alt.Y(f"{metric}:Q", title=f"{metric}, %", scale=alt.Scale(zero=False)),
            color=alt.Color("net:N", sort=list(scores), legend=alt.Legend(orient="top", title=None)),
            tooltip=["net", "radius", alt.Tooltip(metric, format=".1f")],
        )
    )
    here = alt.Chart(pd.DataFrame({"radius": [radius]})).mark_rule(strokeDash=[3, 4]).encode(x="radius:Q")
    return curves + here


def band_table(
    inside: Mapping[str, np.ndarray], total: Mapping[str, np.ndarray], f_scores: Mapping[str, np.ndarray], metric: str
) -> None:
    """A metric in the band, outside it and over all, and the boundary F-score, a row a net."""
    score = METRICS[metric].score
    rows = {
        net: {
            "In band": 100 * score(inside[net]),
            "Outside": 100 * score(total[net] - inside[net]),
            "Everywhere": 100 * score(total[net]),
            "Border F-score": 100 * _mean(f_scores[net]),
        }
        for net in inside
    }
    show_wrapped(pd.DataFrame.from_dict(rows, orient="index").rename_axis("Net, %"), title="Borders", bars=True)


def object_chart(scores: Iterable[tuple[str, str, ObjectScore]], label_set: LabelSet, title: str, measure: str) -> None:
    """One mark for each object in the box: its size, and what a net made of it; this photo's are large."""
    data = pd.DataFrame(
        [
            {
                "net": net,
                "photo": photo,
                "class": label_set.classes[score.class_index],
                "pixels": score.pixels,
                "recall": 100 * score.recall,
                "IoU": 100 * score.iou,
                "where": "this photo" if photo == title else "other photos",
            }
            for net, photo, score in scores
        ]
    )
    if data.empty:
        st.info("No photo in the box has an object of these classes.")
        return
    words = f"Dots: {measure} of each object, by its size in pixels; colours are classes."
    show_chart(_object_dots(data, label_set, measure), words, height=360)


@drawn
def _object_dots(data: pd.DataFrame, label_set: LabelSet, measure: str) -> alt.Chart:
    present = [k for k, name in enumerate(label_set.classes) if name in set(data["class"])]
    colors = alt.Scale(
        domain=[label_set.classes[k] for k in present],
        range=["rgb({},{},{})".format(*label_set.colors[k]) for k in present],
    )
    return (
        alt.Chart(data)
        .mark_point(filled=True, opacity=0.8, stroke="#8a8f98", strokeWidth=1)
        .encode(
            x=alt.X("pixels:Q", scale=alt.Scale(type="log"), title="size of the object, pixels"),
            y=alt.Y(f"{measure}:Q", scale=alt.Scale(domain=[0, 100]), title=f"{measure} of the object, %"),
            color=alt.Color(
                "class:N", scale=colors, legend=alt.Legend(orient="top", title=None, columns=3)
            ),  # four: a phone cuts
            shape=alt.Shape("net:N", legend=None),
            size=alt.Size(
                "where:N", legend=None, scale=alt.Scale(domain=["this photo", "other photos"], range=[170, 60])
            ),
            tooltip=[
                "class",
                "photo",
                "pixels",
                "net",
                *(alt.Tooltip(share, format=".0f") for share in ("recall", "IoU")),
            ],
        )
    )


def thirds_table(thirds: Sequence[Sequence[ObjectScore]]) -> None:
    """Mean recall and IoU of objects by size, from `seglib.metrics.objects.thirds_by_size`."""
    rows = {
        name: {
            f"Mean {measure}": 100 * float(np.mean([getattr(score, measure.lower()) for score in third]))
            for measure in ("recall", "IoU")
        }
        for name, third in zip(("smallest third", "middle", "largest third"), thirds, strict=True)
        if third
    }
    show_wrapped(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis("Objects in the box, %"),
        title="Objects by size",
        bars=True,
    )


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def identity(cm: np.ndarray) -> str:
    """Micro IoU and pixel accuracy of one matrix, one under the other, as LaTeX."""
    accuracy = metrics.pixel_accuracy(cm)
    hit, union = np.trace(cm), 2 * cm.sum() - np.trace(cm)
    return (
        r"\begin{aligned} \text{micro IoU} &= \frac{\sum_i n_{ii}}{\sum_i (t_i + p_i - n_{ii})} \\ &= "
        rf"\frac{{{hit}}}{{{union}}} = "
        rf"{100 * hit / union:.2f}\,\% \\ \frac{{a}}{{2 - a}} &= \frac{{{accuracy:.4f}}}{{{2 - accuracy:.4f}}} = "
        rf"{100 * conventions.micro_iou_from_accuracy(accuracy):.2f}\,\% \end{{aligned}}"
    )
