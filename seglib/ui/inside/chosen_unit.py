"""Which unit of which net is looked at: shared by the parts about units, and kept in the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import shipped_nets
from seglib.ui import state
from seglib.ui.inside import cache as inside_cache
from seglib.ui.loading import loading
from seglib.ui.photo import Photo

if TYPE_CHECKING:
    from seglib.inside.units import Features

SUGGESTED = 5


@dataclass(frozen=True, eq=False)
class ChosenUnit:
    """A unit, and the features that it belongs to."""

    net: str
    stride: int
    unit: int
    features: Features  # {stride: (1, C, h, w)}


def choose_unit(photo: Photo, label_set: LabelSet) -> ChosenUnit | None:
    """Controls for net, stage and unit; None while the nets are loading."""
    one, two, three = st.columns([4, 4, 3], gap="medium")
    with one:
        nets = [inside_cache.IMAGENET, *reversed(shipped_nets(label_set.name))]
        net = st.selectbox("Net", nets, key="unit_net", bind="query-params", persist_state="session")
    if loading():
        return None
    features = inside_cache.features(photo, net, label_set.name)
    strides = sorted(features)
    with two:
        stride = st.segmented_control(
            "Stage, by its stride",
            strides,
            default=strides[min(2, len(strides) - 1)],
            key="unit_stage",
            required=True,
            bind="query-params",
        )
    stride = stride if stride in features else strides[-1]
    units = features[stride].shape[1]
    suggested = _outstanding(photo, features[stride][0].numpy(), stride)
    if "unit" not in st.session_state and "unit" not in st.query_params:
        st.session_state["unit"] = suggested[0]  # nobody chose one yet: begin with one that has something to show
    with three:
        # A link, or another stage, may ask for a unit that this stage has not.
        if st.session_state.get("unit", 0) >= units:
            st.session_state["unit"] = units - 1
        unit = st.number_input(f"Unit, 0 to {units - 1}", 0, units - 1, key="unit", bind="query-params")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Strong at the pinned pixel:**", width="content")
        for one_of_them in suggested:
            st.button(f"unit {one_of_them}", key=f"suggested{one_of_them}", on_click=_choose, args=(one_of_them,))
    return ChosenUnit(net, stride, int(unit), features)


def _outstanding(photo: Photo, maps: np.ndarray, stride: int) -> list[int]:
    """Units that stand out most at the pinned pixel, each measured by its own spread on the photo."""
    point = state.pin(photo)
    row, col = (min((at + stride // 2) // stride, n - 1) for at, n in zip(point, maps.shape[1:], strict=True))
    spread = maps.std((1, 2))
    outstanding = np.where(spread > 1e-6, (maps[:, row, col] - maps.mean((1, 2))) / np.maximum(spread, 1e-6), 0)
    return [int(unit) for unit in np.argsort(-outstanding)[:SUGGESTED]]


def _choose(unit: int) -> None:
    st.session_state["unit"] = unit
