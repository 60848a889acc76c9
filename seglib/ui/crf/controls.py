"""Controls of the CRF page: where the unary comes from, the iteration, two weights and three widths, presets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields

import streamlit as st

from seglib.crf.pairwise import CRFParams
from seglib.ui.crf.cache import ITERATIONS

HUMAN = "human labels, 90 % sure"
AUTHORS, DEEPLAB, OWN = "authors' code", "DeepLab", "your own"
# Chen et al. (ICLR 2015, section 5.1) fix 3 and 3 and print ranges for the others: weight 5 to 10, position 50 to 100,
# colour 3 to 10. The values are those of the script run_densecrf.sh in their code.
PRESETS = {AUTHORS: CRFParams(), DEEPLAB: CRFParams(3, 3, 4, 49, 5)}
NAMES = [each.name for each in fields(CRFParams)]
_AT = "counts 61 %, at twice that 14 %"
SLIDERS = {  # title, from, to, step, meaning
    "smoothness_weight": (
        "Smoothness: weight",
        0.0,
        20.0,
        0.5,
        "Logits that a class gains where all neighbours say it.",
    ),
    "smoothness_width": ("Smoothness: width, pixels", 1.0, 10.0, 0.5, f"A neighbour at this distance {_AT}."),
    "appearance_weight": (
        "Appearance: weight",
        0.0,
        20.0,
        0.5,
        "Logits that a class gains where all look-alikes say it.",
    ),
    "appearance_width": ("Appearance: width, pixels", 5.0, 150.0, 1.0, f"A look-alike at this distance {_AT}."),
    "colour_width": (
        "Appearance: width, grey levels",
        2.0,
        60.0,
        1.0,
        f"A pixel that differs by so many of 256 levels in one channel {_AT}.",
    ),
}


def choose_unary(nets: Sequence[str], has_truth: bool) -> str:
    """A net, or labels without a mistake."""
    options = [*nets, HUMAN] if has_truth else list(nets)
    default = "deeplab" if "deeplab" in nets else nets[-1]
    return st.selectbox(
        "Unary: the probabilities to start from",
        options,
        index=options.index(default),
        key=f"unary_{has_truth}",
        persist_state="session",
        help="A net, or the human labels, 90 % sure of each: in them there is nothing to improve, only to spoil.",
    )


def choose_iteration() -> int:
    """0 is the net alone."""
    return st.slider("Iteration", 0, ITERATIONS, 5, key="iteration", bind="query-params", help="0 is the unary alone")


def choose_params() -> CRFParams:
    """A preset, or sliders of one's own, which are put away in a popover."""
    presets = st.container()
    with st.popover("Weights and widths", icon=":material/tune:"):
        chosen = [_slider(name) for name in NAMES]
    params = CRFParams(*chosen)
    st.session_state["crf_preset"] = next((name for name, preset in PRESETS.items() if preset == params), OWN)
    presets.segmented_control("Kernels", [*PRESETS, OWN], key="crf_preset", required=True, on_change=_take_preset)
    return params


def _slider(name: str) -> float:
    title, low, high, step, meaning = SLIDERS[name]
    default = float(getattr(PRESETS[AUTHORS], name))
    return st.slider(title, low, high, default, step, key=name, bind="query-params", help=meaning)


def _take_preset() -> None:
    """Move the sliders to a preset; "your own" leaves them where they are."""
    if preset := PRESETS.get(st.session_state["crf_preset"]):
        for name, value in zip(NAMES, astuple(preset), strict=True):
            st.session_state[name] = float(value)
