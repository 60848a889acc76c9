"""The parts of the CRF page, one function each."""

from __future__ import annotations

import streamlit as st

from seglib.crf import mean_field
from seglib.crf.permutohedral import Lattice
from seglib.labels import LabelSet
from seglib.models.cards import all_nets
from seglib.ui import page, panels, state
from seglib.ui.crf import charts as crf_charts
from seglib.ui.crf import controls, experiments
from seglib.ui.crf.together import all_together
from seglib.ui.loading import loading


def refine() -> None:
    """Before and after, iteration by iteration, and what is lost."""
    if (view := _view()) is None:
        return
    experiments.before_and_after(view)
    experiments.what_happens(view)
    experiments.iterations(view)
    experiments.what_is_lost(view)
    st.header("The paper beside ours")
    crf_charts.paper_table(view.label_set)
    page.show_source(mean_field.mean_field_steps, mean_field.update, example="fully_connected_crf")


def who_talks() -> None:
    """The kernels at the pinned pixel, and their messages."""
    if (view := _view()) is None:
        return
    experiments.who_talks_to_whom(view)
    experiments.messages(view)
    page.show_source(mean_field.messages, Lattice.filter)


def together() -> None:
    """All steps on one screen."""
    if (shown := _photo()) is not None:
        all_together(*shown, state.truth(*shown))


def _photo() -> tuple[state.Photo, LabelSet] | None:
    """The photo and its classes, or the photo alone on the page while the nets are being loaded."""
    photo, label_set = state.photo(), state.label_set()
    page.wait_for_nets()
    panels.say_if_unfamiliar(photo, label_set)
    if loading():
        panels.show([panels.photo_panel(photo)], photo, None, key="crf_waiting")
        return None
    return photo, label_set


def _view() -> experiments.View | None:
    """Controls, and what they lead to."""
    if (shown := _photo()) is None:
        return None
    photo, label_set = shown
    truth = state.truth(photo, label_set)
    left, middle, right = st.columns([2, 2, 3], vertical_alignment="top")
    with left:
        unary = controls.choose_unary(all_nets(label_set.name), truth is not None)
    with middle:
        iteration = controls.choose_iteration()
    with right:
        params = controls.choose_params()
    return experiments.look(photo, label_set, truth, unary, params, iteration)
