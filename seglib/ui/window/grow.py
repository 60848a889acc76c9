"""Grow the window: a stack of layers as text, what each layer sees and costs, drawn round the pinned pixel."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import all_nets
from seglib.receptive_field import receptive_field
from seglib.ui import cache, page, panels, record, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.loading import loading
from seglib.ui.window import observations
from seglib.window.pictures import framed, layer_color
from seglib.window.presets import PRESETS, Preset
from seglib.window.stack import MAX_TEXT, BadStack, LayerCost, Row, costs, parse_stack, write_stack

START = "3x3, dilation 1, 2, 4, 8, …"
OWN = "my own"
_number = st.column_config.NumberColumn
COLUMNS = {  # widths in pixels: a phone has 340 for a table beside a scroll bar
    "_index": _number(width=40),
    "Layer": st.column_config.Column(width=68),
    "Window": _number(width=64),
    "Jump": _number(width=52),
    "Output": st.column_config.Column(width=112),
    "Parameters": _number(format="localized", width=100),
    "Multiply-adds": _number(format="%.1f", width=106),
    "Maps": _number(format="%.1f", width=76),
}


def grow(photo: state.Photo, label_set: LabelSet) -> None:
    """Edit a stack; see its window on the photo and its costs in a table."""
    page.wait_for_nets()
    _edit(photo, label_set)
    page.show_source(receptive_field, costs)


def _edit(photo: state.Photo, label_set: LabelSet) -> None:
    presets = PRESETS | _net_presets(label_set)
    texts = {name: write_stack(preset.rows) for name, preset in presets.items()}
    left, right = st.columns([1, 2], gap="medium")
    with right:
        text = st.text_input(
            "Stack: kernel, /stride, d and dilation, : and channels; p for pooling",
            texts[START],
            key="stack",
            bind="query-params",
            persist_state="session",
            max_chars=MAX_TEXT,
            help="`3:64 3/2:64 p2/2 3d4:128` is a 3x3 convolution with 64 channels, one that subsamples by 2, a 2x2 "
            "pooling that subsamples by 2, and a 3x3 convolution of dilation 4 with 128 channels. `16/16:768` are "
            "patches, `3g32:32` is depthwise over 32 channels; `+1` sets the padding, `c` counts a window only begun.",
        )
    chosen = next((name for name, stack in texts.items() if stack == " ".join(text.replace(",", " ").split())), OWN)
    st.session_state["stack_preset"] = chosen
    with left:
        st.selectbox("Start from", [OWN, *presets], key="stack_preset", on_change=_take_preset, args=(texts,))
    try:
        rows = list(presets[chosen].rows) if chosen in presets else parse_stack(text)
        layer_costs = costs(rows, photo.size)
    except BadStack as error:
        st.error(str(error))
        panels.show([panels.photo_panel(photo)], photo, None, key="grow", columns=2)
        return
    upto = len(rows)
    if len(rows) > 1:
        upto = st.slider("Layers stacked", 1, len(rows), len(rows), key=f"layers_{len(rows)}")
    picture, numbers = st.columns([3, 2], gap="medium")
    with picture:
        panels.show([_panel(photo, rows[:upto], layer_costs[:upto])], photo, None, key="grow", columns=1)
    with numbers:
        _metrics(layer_costs[:upto])
        if chosen in presets:
            st.caption(presets[chosen].words)
        seen.what_you_should_see(observations.growth(rows[:upto], layer_costs[:upto]))
    _tables(rows, layer_costs)


def _take_preset(texts: dict[str, str]) -> None:
    """Callback of the presets: write the stack's text; the text is what counts."""
    if (name := st.session_state["stack_preset"]) in texts:
        st.session_state["stack"] = texts[name]


def _net_presets(label_set: LabelSet) -> dict[str, Preset]:
    """The longest path of each net of the family."""
    if loading():
        return {}
    nets: dict[tuple[Row, ...], list[str]] = {}  # those that differ in their skips alone share their longest path
    for net in all_nets(label_set.name):
        table = cache.layer_table(net, label_set.name)
        rows = tuple(Row(x.kernel, x.stride, x.dilation, x.channels) for x in table)
        if all(row.layer.padding == x.padding for row, x in zip(rows, table, strict=True)):
            nets.setdefault(rows, []).append(net)
    return {
        ", ".join(names): Preset(rows, f"The longest path through {', '.join(names)}, up to the coarsest scores.")
        for rows, names in nets.items()
    }


def _panel(photo: state.Photo, rows: Sequence[Row], layer_costs: Sequence[LayerCost]) -> Panel:
    """Nested boxes, one a layer, of the unit nearest to the pinned pixel."""
    point = state.pin(photo)
    boxes = []
    for at in range(len(rows)):
        field = receptive_field([row.layer for row in rows[: at + 1]])
        middle = field.start + field.size // 2
        units = (
            min(max(round((p - middle) / field.jump), 0), n - 1)
            for p, n in zip(point, layer_costs[at].output, strict=True)
        )
        boxes.append((tuple(field.window(unit) for unit in units), layer_color(at / max(len(rows) - 1, 1))))
    last = layer_costs[-1]
    return Panel(
        title="What one output unit sees",
        role="input",
        alt=f"A box of {last.size} px round the pinned pixel, in it the boxes of earlier layers, on: {photo.alt}",
        caption=f"{last.size} x {last.size} px seen by the output unit nearest to the pinned pixel; one unit every "
        f"{last.jump} px. Dark: first layer, bright: last.",
        picture=framed(photo.image, boxes[::-1]),
    )


def _metrics(layer_costs: Sequence[LayerCost]) -> None:
    last = layer_costs[-1]
    columns = st.columns(2)
    columns[0].metric("Receptive field", f"{last.size} px")
    columns[1].metric("Jump (output stride)", f"{last.jump} px")
    columns = st.columns(2)
    columns[0].metric("Output", f"{last.output[1]} x {last.output[0]}")
    columns[1].metric("Parameters", _short(sum(cost.parameters for cost in layer_costs)))
    columns = st.columns(2)
    columns[0].metric("Multiply-adds", _short(sum(cost.multiply_adds for cost in layer_costs)))
    columns[1].metric("Activations", f"{_short(sum(cost.activation_bytes for cost in layer_costs))}B")


def _short(count: float) -> str:
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} "


def _tables(rows: Sequence[Row], layer_costs: Sequence[LayerCost]) -> None:
    """What each layer sees, and what it costs: two tables, for a phone has no room for one."""
    table = pd.DataFrame(
        {
            "Layer": str(row),
            "Window": cost.size,
            "Jump": cost.jump,
            "Output": f"{cost.output[1]} x {cost.output[0]} x {cost.channels}",
            "Parameters": cost.parameters,
            "Multiply-adds": cost.multiply_adds / 1e6,
            "Maps": cost.activation_bytes / 1e6,
        }
        for row, cost in zip(rows, layer_costs, strict=True)
    )
    table.index = pd.RangeIndex(1, len(table) + 1, name="No.")
    record.table("Layers", table)
    heads = list(table.columns)
    for column, half in zip(st.columns(2, gap="medium"), (heads[:4], heads[4:]), strict=True):
        column.dataframe(table[half], column_config=COLUMNS)
    st.caption(
        "Input: the photo, three channels. Window (receptive field) and jump in pixels; output: width x height x "
        "channels. Multiply-adds in millions; maps: MB of each layer's output in 32-bit floats, all kept as for "
        "training."
    )
