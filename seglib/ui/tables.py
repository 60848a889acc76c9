"""Tables of the pages: numbers of nets, beside each other and beside the paper's."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.labels import LabelSet
from seglib.models.cards import shipped_nets, views_in_all
from seglib.ui import record, state
from seglib.ui.words import percent

PERCENT = st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100, width="small")
SHORT = {"Pixel accuracy": "Pixel acc.", "Class accuracy": "Class acc.", "Frequency-weighted IoU": "fw IoU"}

# Pixel accuracy, class accuracy and mean IoU in per cent, VOC 2011 validation subset, VGG16 from ImageNet:
# Long, Shelhamer & Darrell, CVPR 2015, table 2. The paper has no stride-4 net.
FCN_PAPER = {"fcn32s": (89.1, 73.3, 59.4), "fcn16s": (90.0, 75.7, 62.4), "fcn8s": (90.3, 75.9, 62.7)}
IMPROBABLE = 1.0  # per cent
BAR = "rgba(0, 114, 178, 0.3)"  # on light and on dark
SCORES = {
    "Pixel accuracy": metrics.pixel_accuracy,
    "Class accuracy": metrics.class_accuracy,
    "Mean IoU": metrics.mean_iou,
}


def score_table(cms: Mapping[str, np.ndarray]) -> None:
    """Pixel accuracy, class accuracy and mean IoU of each net, in per cent."""
    table = pd.DataFrame({name: [100 * score(cm) for cm in cms.values()] for name, score in SCORES.items()})
    table.index = pd.Index(cms, name="Net, %")
    show_wrapped(table, title="Scores", bars=True)


def show_wrapped(
    table: pd.DataFrame, forms: Mapping[str, str] | None = None, title: str = "Table", bars: bool = False
) -> None:
    """A small table whose heads wrap, so that a phone shows all columns; it can be taken home under this title."""
    draw_wrapped(record.table(title, table), forms, title if bars else "")


def draw_wrapped(table: pd.DataFrame, forms: Mapping[str, str] | None = None, bars: str = "") -> None:
    """The same for a table that is recorded otherwise; with a name for them, ``bars`` behind numbers, all per cents.

    Numbers have one decimal, whole ones none, unless ``forms`` has another format for a column; texts stay as they are.
    An index without a name is no column of the table.
    """
    forms = forms or {}
    texts = {head: [_written(cell, forms.get(head)) for cell in cells] for head, cells in table.items()}
    key = f"bars_{bars.lower().replace(' ', '_')}" if bars else None
    with st.container(key=key) if key else contextlib.nullcontext():
        if key:
            st.html(f"<style>{_bars(table, key)}</style>")
        # Left to itself Streamlit hides an index of whole numbers, whatever its name.
        st.table(pd.DataFrame(texts, index=table.index), hide_index=table.index.name is None)


def _bars(table: pd.DataFrame, key: str) -> str:
    """CSS of a bar behind each cell, as long as its per cents say: pandas' own styles take ten times a table's time."""
    return "\n".join(
        f".st-key-{key} tbody tr:nth-child({row}) td:nth-of-type({column}) "
        f"{{ background: linear-gradient(90deg, {BAR} {share:.1f}%, transparent 0) }}"
        for row, shares in enumerate(table.to_numpy(), 1)
        for column, share in enumerate(shares, 1)
    )


def _written(cell: object, form: str | None) -> str:
    """What stands in a cell.

    >>> [_written(cell, None) for cell in (61.25, 1024, None, "3 x 3")]
    ['61.2', '1024', '–', '3 x 3']
    """
    if isinstance(cell, str):
        text = cell
    elif pd.isna(cell):
        text = "–"
    else:
        text = (form or ("{}" if isinstance(cell, int | np.integer) else "{:.1f}")).format(cell)
    return text.replace(" %", "\u00a0%")  # the sign stays with its number where a line ends


def name_phantoms(cms: Mapping[str, np.ndarray], label_set: LabelSet) -> None:
    """Say which classes are named in a photo that has none of them: one pixel, and a mean IoU counts a 0 more."""
    nets_by_class = {}
    for net, cm in cms.items():
        for k in metrics.phantom_classes(cm):
            nets_by_class.setdefault(label_set.classes[k], []).append(net)
    if nets_by_class:
        named = "; ".join(f"{name} by {', '.join(nets)}" for name, nets in nets_by_class.items())
        st.caption(f"Named, but not in this photo: {named}. Each counts as a 0 in that net's mean IoU.")


def pixel_table(probabilities: Mapping[str, np.ndarray], label_set: LabelSet) -> None:
    """Probability of each class at one pixel, a column a net, most probable first; those that hardly are in one row."""
    table = pd.DataFrame(
        {net: 100 * p for net, p in probabilities.items()}, index=pd.Index(label_set.classes, name="Class, %")
    )
    show_wrapped(fold_improbable(table), title="The pixel", bars=True)


def fold_improbable(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of per cents, largest first; those that reach `IMPROBABLE` nowhere become one row, their sum.

    >>> fold_improbable(pd.DataFrame({"net": [0.2, 99.0, 0.8]}, index=["sky", "cat", "dog"]))["net"].to_dict()
    {'cat': 99.0, '2 others': 1.0}
    """
    table = table.loc[table.max(axis=1).sort_values(ascending=False).index]
    rest = table[table.max(axis=1) < IMPROBABLE]
    if len(rest) < 2:
        return table
    others = rest.sum().to_frame(f"{len(rest)} others").T.rename_axis(table.index.name)
    return pd.concat([table.iloc[: -len(rest)], others])


def score_metrics(cm: np.ndarray, base: np.ndarray, base_name: str) -> None:
    """Three scores of a net, each with its distance from another net's."""
    for column, (name, score) in zip(st.columns(len(SCORES)), SCORES.items(), strict=True):
        gain = 100 * (score(cm) - score(base))
        column.metric(name, percent(score(cm)), f"{gain:+.1f} points against {base_name}" if cm is not base else None)


def layer_table(net: str, photo: state.Photo, label_set: LabelSet) -> None:
    """The net's stages on this photo: grid, channels, and the window that each unit sees."""
    from seglib.models import lite0
    from seglib.models.fcn import STREAMS, padded_side
    from seglib.receptive_field import receptive_field

    rows = []
    for stride, channels in lite0.CHANNELS.items():
        window = receptive_field(lite0.layer_table(stride)).size
        height, width = ((padded_side(n) - 1) // stride + 1 for n in photo.size)
        scored = "yes" if stride in STREAMS[net] else ""
        rows.append(
            {
                "One unit every": f"{stride} px",
                "Grid on this photo": f"{width} x {height}",
                "Channels": channels,
                "Sees at most": f"{window} x {window} px",
                f"Scored by {net}": scored,
            }
        )
    table = record.table("Stages", pd.DataFrame(rows).set_index("One unit every"))
    st.table(table)  # its heads wrap, so that a phone shows all columns


def validation_table(label_set: LabelSet) -> None:
    """Our nets on their validation photos, from their cards, with the FCN paper's figures beside them."""
    cards = shipped_nets(label_set.name)
    rows = {}
    for net, card in cards.items():
        figures = card["figures"]
        ours = [100 * figures[key] for key in ("pixel_accuracy", "class_accuracy", "mean_iou")]
        rows[net] = [*ours, *FCN_PAPER.get(net, [float("nan")] * len(ours))]
    names = [f"{SHORT.get(name, name)}, {whose}" for whose in ("ours", "paper") for name in SCORES]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    table.index.name = "Net"
    show_wrapped(table)
    card = next(iter(cards.values()))
    st.caption(
        f"Per cent. Ours: the {card['figures']['images']} validation photos of {card['data']['validation']}, "
        f"{label_set.title.lower()}, by `python -m seglib.evaluate`; every net on a trunk from ImageNet, for the same "
        f"{views_in_all(card):,} views. Paper: Long, Shelhamer & Darrell (CVPR 2015), VOC 2011, VGG16 from ImageNet. "
        "Compare the differences between nets, not the levels."
    )


def kinds_table(parts: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Scores over things and over stuff in per cent, a row a net."""
    rows = {
        net: {
            f"{SHORT.get(metric, metric)}, {kind}": 100 * scores[kind][metric]
            for metric in scores["stuff"]
            for kind in ("stuff", "things")
        }
        for net, scores in parts.items()
    }
    show_wrapped(pd.DataFrame.from_dict(rows, orient="index").rename_axis("Net, %"), title="Things and stuff")
