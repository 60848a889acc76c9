"""The scoreboard: scores beside costs, drawn from the file that `seglib.claims.scoreboard` wrote."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.assets import read_json
from seglib.claims.files import read_scoreboard
from seglib.claims.literature import CAMVID, ROWS, SURE
from seglib.labels import LABEL_SETS, LabelSet
from seglib.metrics.boundary import BORDER
from seglib.models.cards import WEIGHTS, all_nets, read_card, views_in_all, weights_path
from seglib.ui import record, tables
from seglib.ui.large_type import WORDS, drawn, show_chart
from seglib.ui.scoreboard import dot_names

SCORES = {
    "pixel_accuracy": "Pixel accuracy",
    "class_accuracy": "Class accuracy",
    "mean_iou": "Mean IoU",
    f"mean_iou_within_{BORDER}_px": "At borders",
    "things_mean_iou": "Things",
    "stuff_mean_iou": "Stuff",
}
COSTS = {  # title: (key, divided by, unit)
    "Time": ("milliseconds", 1, "ms"),
    "Multiply-adds": ("multiply_adds", 1e9, "G"),
    "Parameters": ("parameters", 1e6, "M"),
    "Memory": ("peak_bytes", 2**20, "MB"),
}
CAUTION = {
    "street": "Test photos are harder than ours of validation: those are seconds away from what was trained on.",
    "everyday": "Other classes than ours, and all of its 1,449 validation photos: a direction, no comparison.",
}
PLOT = (260, 238)  # pixels of the plot on a phone, without its axes; elsewhere the dots lie farther apart
PADDING = (40, 18)  # pixels between its edges and the outermost dots


def nets(label_set: LabelSet) -> None:
    """Table, plot, classes, worst photos and card."""
    board = read_scoreboard()
    if board is None or not board["scores"].get(label_set.name):
        st.info("Nothing has been measured yet: `python -m seglib.scoreboard --data DATA` does it.")
        return
    scores, costs = board["scores"][label_set.name], board["costs"]
    table = pd.DataFrame({title: {net: 100 * row[key] for net, row in scores.items()} for key, title in SCORES.items()})
    table = table.join(_cost_table(costs, [net for net in scores if net in costs]))
    by = st.segmented_control("Cost", list(COSTS), default="Time", required=True, key="cost", bind="query-params")
    column = f"{by}, {COSTS[by][-1]}"
    beside = by == "Parameters" and label_set.name == "street"
    show_chart(_plot(table[["Mean IoU", column]], beside), f"Dots: mean IoU of each net, by {column}.", height=380)
    st.caption(_words(board, next(iter(scores.values()))["images"], by, label_set))
    _show(table.sort_values("Mean IoU", ascending=False))
    st.caption(
        f"Best mean IoU first. Scores in per cent; at borders (within {BORDER} px), things, stuff: mean IoU. Costs: "
        f"a net of {len(LABEL_SETS['everyday'])} classes and one photo of {board['size'][1]} x {board['size'][0]}, on "
        f"one core of {board['machine'].split(',')[0]}. "
        "`python -m seglib.scoreboard --data DATA`"
    )
    _literature(label_set)
    # Their weights are for other classes, so torchvision's nets have costs alone.
    st.markdown("**Torchvision's nets in the same run**")
    _show(_cost_table(costs, board["peers"]))
    _one_net(scores, label_set)


def _cost_table(costs: dict[str, dict], nets: list[str]) -> pd.DataFrame:
    """What each of these nets costs, a column a cost."""
    return pd.DataFrame(
        {
            f"{title}, {name}": {net: np.nan if costs[net][key] is None else costs[net][key] / unit for net in nets}
            for title, (key, unit, name) in COSTS.items()
        }
    )


def _show(table: pd.DataFrame) -> None:
    """Scores and costs in two tables, or the one of them that there is: a phone has no room for both in one."""
    table = record.table("Scores and costs", table.rename_axis("Net"))
    # A long name may go on in the next line after each "_".
    table = table.set_axis(table.index.str.replace("_", "_\u200b")).rename_axis("Net").rename(columns=tables.SHORT)
    scores = [head for head in table.columns if "," not in head]
    halves = [half for half in (table[scores], table.drop(columns=scores)) if len(half.columns)]
    for column, half in zip(st.columns([7, 5][-len(halves) :], gap="medium"), halves, strict=True):
        with column:
            tables.draw_wrapped(half)


@drawn
def _plot(table: pd.DataFrame, literature: bool) -> alt.LayerChart:
    """Mean IoU by a cost, the table's other column; of CamVid's literature, too, where that is their parameters."""
    column = table.columns[-1]
    data = table.reset_index(names="net").dropna()
    data["of"] = "ours, validation"
    if literature:
        rows = [
            {
                "net": f"{row.net} [{row.sure}]",
                "Mean IoU": row.mean_iou,
                column: row.parameters,
                "of": "literature, test",
            }
            for row in CAMVID
            if row.parameters and row.photos == "test"
        ]
        data = pd.concat([data, pd.DataFrame(rows)], ignore_index=True)
    base = alt.Chart(data).encode(
        x=alt.X(f"{column}:Q", scale=alt.Scale(type="log", nice=False, padding=PADDING[0])),
        y=alt.Y("Mean IoU:Q", title="mean IoU, %", scale=alt.Scale(zero=False, padding=PADDING[1])),
        tooltip=["net", alt.Tooltip("Mean IoU", format=".1f"), alt.Tooltip(column, format=".1f"), "of"],
    )
    data["place"] = _places(data, column)
    kinds = ["ours, validation", "literature, test"][: data["of"].nunique()]
    dots = base.mark_point(size=140, filled=True, opacity=1).encode(
        color=alt.Color(
            "of:N",
            title=None,
            legend=alt.Legend(orient="bottom"),
            scale=alt.Scale(domain=kinds, range=["#0072B2", "#E69F00"]),
        ),
        shape=alt.Shape("of:N", title=None, scale=alt.Scale(domain=kinds, range=["circle", "triangle-up"])),
    )
    words = [
        base.transform_filter(alt.datum.place == place)
        .mark_text(align=align, baseline="middle", dx=dx, dy=dy, **WORDS)
        .encode(text="net:N")
        for place, (align, dx, dy) in enumerate(dot_names.PLACES)
    ]
    return alt.layer(dots, *words)


def _places(data: pd.DataFrame, column: str) -> list[int]:
    """Where each dot's name is written, as indices of `dot_names.PLACES`."""
    x, y = np.log(data[column].to_numpy()), -data["Mean IoU"].to_numpy()
    shares = np.stack([(axis - axis.min()) / max(np.ptp(axis), 1e-9) for axis in (x, y)], 1)
    return dot_names.choose_places(list(data["net"]), PADDING + shares * (np.array(PLOT) - 2 * np.array(PADDING)), PLOT)


def _words(board: dict, images: int, by: str, label_set: LabelSet) -> str:
    words = f"Up and left is better. Mean IoU of the {images} validation photos."
    if by == "Parameters" and label_set.name == "street":
        words += (
            " The literature's figures are of the 233 test photos, which are harder: compare with care. Drawn are nets "
            "whose number of parameters we know."
        )
    views = {net: views_in_all(read_card(weights_path(net, label_set.name))) for net in all_nets(label_set.name)}
    usual = min(views.values())
    longer = [f"{net} {number:,}" for net, number in views.items() if number > usual]
    if longer:
        words += (
            f" All but some were trained on {usual:,} views; those that have most to learn anew were trained on more: "
            f"{', '.join(longer)}."
        )
    return words


def _literature(label_set: LabelSet) -> None:
    """What others report, folded away: a table, and why it is no comparison."""
    data_set, rows = ROWS[label_set.name]
    with st.expander(f"The literature on {data_set}", icon=":material/menu_book:"):
        table = pd.DataFrame(
            [
                {
                    "Net": row.net,
                    "Mean IoU": row.mean_iou,
                    "Parameters, M": np.nan if row.parameters is None else row.parameters,
                    "Photos": row.photos,
                    "Starts from": row.start,
                    "Known": row.sure,
                    "Note": row.note,
                }
                for row in rows
            ]
        ).set_index("Net")
        record.table("The literature", table)
        # A phone has room for five columns: how sure we are, and the note, stand with the name, as in the plot.
        names = [", ".join(filter(None, (f"{row.net} [{row.sure}]", row.note))) for row in rows]
        shown = table.drop(columns=["Known", "Note"]).set_axis(pd.Index(names, name="Net"))
        tables.draw_wrapped(shown, {"Parameters, M": "{:.2f}"})
        sure = "; ".join(f"{letter}: {words}" for letter, words in SURE.items())
        st.caption(f"{sure}. {CAUTION[label_set.name]}")


def _one_net(scores: dict[str, dict], label_set: LabelSet) -> None:
    st.header("One net")
    net = st.selectbox("Net", list(scores), key="board_net", bind="query-params")
    row = scores[net]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = {name: iou for name, iou in row["iou"].items() if name in label_set.classes and iou is not None}
        height = 40 + 26 * len(shown)
        show_chart(_classes(shown, net, label_set), f"Bars: IoU of each class by {net}, best first.", height=height)
    with right:
        st.markdown("**Its worst validation photos**")
        worst = pd.Series({photo: f"{100 * iou:.1f}" for photo, iou in row["worst"].items()}, name="Mean IoU, %")
        st.table(worst.rename_axis("Photo").to_frame())
        st.caption("By name: the data sets' photos are not part of this project. Over the classes in each photo.")
    card = WEIGHTS / f"{label_set.name}-{net}.json"
    if card.is_file():
        with st.expander("Model card", icon=":material/badge:"):
            st.json(read_json(card), expanded=1)


@drawn
def _classes(shown: dict[str, float], net: str, label_set: LabelSet) -> alt.Chart:
    """A net's IoU of each class, in the classes' colours."""
    data = pd.DataFrame({"class": list(shown), "IoU": [100 * iou for iou in shown.values()]})
    colors = [f"rgb{tuple(color)}" for color in label_set.colors]
    return (
        alt.Chart(data, title=f"IoU of each class, {net}, %")
        .mark_bar(stroke="#8a8f98", strokeWidth=0.5)
        .encode(
            y=alt.Y("class:N", sort="-x", title=None, axis=alt.Axis(labelOverlap=False)),
            x=alt.X("IoU:Q", title=None, scale=alt.Scale(domain=[0, 100])),
            color=alt.Color("class:N", legend=None, scale=alt.Scale(domain=list(label_set.classes), range=colors)),
            tooltip=["class", alt.Tooltip("IoU", format=".1f")],
        )
    )
