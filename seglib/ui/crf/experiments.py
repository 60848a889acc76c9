"""The experiments of the CRF page: before and after, who talks to whom, messages, iterations, what is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib import metrics
from seglib.crf.pairwise import CRFParams
from seglib.labels import LabelSet
from seglib.metrics.boundary import band_curve
from seglib.rendering import score_scale
from seglib.ui import cache, charts, inputs, page, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.crf import cache as crf_cache
from seglib.ui.crf import charts as crf_charts
from seglib.ui.crf import observations
from seglib.ui.crf.controls import HUMAN
from seglib.ui.words import percent

BAND = 4  # pixels to either side of a true border
THIN = 9  # pixels: what no disc of this width covers is a mast, a spoke, a leg
SURE = 0.9
KERNEL_WORDS = {"smoothness": "near pixels", "appearance": "near pixels of like colour"}


@dataclass(frozen=True, eq=False)
class View:
    """What the page shows now."""

    photo: state.Photo
    label_set: LabelSet
    truth: np.ndarray | None
    unary: str
    params: CRFParams
    iteration: int
    run: crf_cache.Run

    @property
    def before(self) -> np.ndarray:
        """Classes of the unary alone, ``(H, W)``."""
        return self.run.labels(0)

    @property
    def after(self) -> np.ndarray:
        """Classes after the chosen iteration, ``(H, W)``."""
        return self.run.labels(self.iteration)


def look(
    photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None, unary: str, params: CRFParams, iteration: int
) -> View:
    """Run the CRF, or find it in the cache."""
    if unary == HUMAN and truth is not None:
        start = crf_cache.sure_unary(truth, len(label_set), SURE)
    else:
        start = crf_cache.net_unary(photo, unary, label_set.name)
    return View(photo, label_set, truth, unary, params, iteration, crf_cache.run(photo, start, params))


def before_and_after(view: View) -> None:
    """Photo, truth, and the two answers under one divider, with the numbers that settle it."""
    photo, truth = view.photo, view.truth
    cms = None
    if truth is not None:
        cms = [
            metrics.confusion_matrix(truth, prediction, len(view.label_set)) for prediction in (view.before, view.after)
        ]
    steps = "iteration" if view.iteration == 1 else "iterations"
    pair = [
        _answer(view, view.unary, 0, cms and cms[0]),
        _answer(view, f"+ CRF, {view.iteration} {steps}", view.iteration, cms and cms[1]),
    ]
    pictures = [panels.photo_panel(photo), panels.swipe(*pair)]
    if truth is not None:
        pictures.insert(1, panels.truth_panel(photo, truth))
    panels.show(pictures, photo, view.label_set, key="crf", truth=truth, columns=len(pictures))
    changed = float((view.before != view.after).mean())
    if truth is None or cms is None:
        st.metric("Pixels of another class", percent(changed))
        st.info(panels.NO_TRUTH)
        return
    bands = [band_curve(truth, prediction, (BAND,), len(view.label_set))[0] for prediction in (view.before, view.after)]
    columns = st.columns(4)
    for column, title, (old, new), score in (
        (columns[0], "Mean IoU", cms, metrics.mean_iou),
        (columns[1], f"Mean IoU within {BAND} px of a border", bands, metrics.mean_iou),
        (columns[2], "Pixel accuracy", cms, metrics.pixel_accuracy),
    ):
        gain = 100 * (score(new) - score(old))
        column.metric(title, percent(score(new)), None if np.isnan(gain) else f"{gain:+.1f} points")
    columns[3].metric("Pixels of another class", percent(changed))


def what_happens(view: View) -> None:
    """Where borders went, what vanished, and when."""
    crumbs = [crf_cache.crumbs(view.run, iteration) for iteration in (0, view.iteration)]
    seen.what_you_should_see(
        observations.kernels(view.params),
        observations.borders_on_edges(view.photo.image, view.before, view.after),
        observations.crumbs_vanish(*crumbs) if view.iteration else None,
        observations.first_changes_most(view.run.trace.changed),
    )


def _answer(view: View, title: str, iteration: int, cm: np.ndarray | None) -> Panel:
    caption = "" if cm is None else f"mean IoU {percent(metrics.mean_iou(cm))}"
    return Panel(
        title=title,
        role="output" if view.unary != HUMAN or iteration else "input",
        alt=f"Classes after {iteration} iterations of the CRF, from {view.unary}, for: {view.photo.alt}. {caption}",
        caption=caption,
        picture=view.photo.image,
        labels=view.run.labels(iteration),
        confidence=view.run.confidence(iteration),
    )


def who_talks_to_whom(view: View) -> None:
    """The kernels at the pinned pixel, drawn over the photo."""
    row, col = state.pin(view.photo)
    st.header("Who talks to whom")
    st.caption(f"Orange: what the pixel at row {row}, column {col} listens to. Click another one, or zoom in on it.")
    params = view.params
    sizes = {
        "smoothness": f"61 % at {params.smoothness_width:g} px",
        "appearance": f"61 % at {params.appearance_width:g} px, or {params.colour_width:g} grey levels in a channel",
    }
    weights = {"smoothness": params.smoothness_weight, "appearance": params.appearance_weight}
    pictures = []
    for name, (picture, amount) in crf_cache.kernels(view.photo, params, (row, col)).items():
        pictures.append(
            Panel(
                title=f"{name.capitalize()}: {KERNEL_WORDS[name]}",
                role="output",
                alt=f"The photo in grey, orange where the pinned pixel listens through the {name} kernel",
                caption=f"weight {weights[name]:g}; {sizes[name]}; amounts to {amount:,.0f} pixels",
                picture=picture,
            )
        )
    panels.show(pictures, view.photo, None, key="kernels", columns=2)


def messages(view: View) -> None:
    """What both kernels bring to one class, and what it adds up to at the pinned pixel."""
    row, col = state.pin(view.photo)
    st.header("What they say")
    k = inputs.choose_class(view.label_set, answer=int(view.after[row, col]))
    name = view.label_set.classes[k]
    heard = crf_cache.heard(view.run, view.iteration, k)
    if not heard:
        st.info("Both weights are 0: nobody talks, and the net's answer stays as it is.")
        return
    limit = max(0.01, *(float(plane.max()) for plane in heard.values()))
    pictures = [
        Panel(
            title=f"{kernel.capitalize()}: message for {name}",
            role="output",
            alt=f"How strongly the {kernel} kernel speaks for {name} at every pixel",
            caption=f"up to {plane.max():.1f} logits; at the pinned pixel {plane[row, col]:+.2f}",
            picture=cache.score_picture(plane, limit),
        )
        for kernel, plane in heard.items()
    ]
    panels.show(pictures, view.photo, None, key="messages", columns=len(pictures))
    left, right = st.columns(2, gap="medium")
    with left:
        panels.show_scale(score_scale(), f"purple: −{limit:.1f}; white: nothing said; orange: +{limit:.1f} logits")
        st.caption(
            f"Messages are those that follow iteration {view.iteration}: each kernel's blur of the probability of "
            f"{name}, times its weight. The class with the largest sum wins the next iteration."
        )
    with right:
        unary = np.log(max(float(view.run.at((row, col))[0, k]), 1 / 510))
        steps = {"unary": unary} | {kernel: float(plane[row, col]) for kernel, plane in heard.items()}
        charts.waterfall(steps, "sum", f"{name} at row {row}, column {col}")


def iterations(view: View) -> None:
    """Free energy, and the mind of the pinned pixel."""
    st.header("Iteration by iteration")
    left, right = st.columns(2, gap="medium")
    with left:
        crf_charts.energy_chart(view.run.trace, view.iteration)
        st.caption(
            "Mean-field free energy, 0 for the unary alone: up to a constant, the KL divergence between these "
            "independent pixels and the CRF. "
            f"The last iteration still changed {percent(float(view.run.trace.changed[-1]))} of the pixels."
        )
    with right:
        crf_charts.pixel_chart(view.run.at(state.pin(view.photo)), view.label_set, view.iteration)


def what_is_lost(view: View) -> None:
    """Which classes, and which thin parts, gain and lose."""
    st.header("Where it hurts")
    if view.truth is None:
        st.info(panels.NO_TRUTH)
        return
    guess = page.guess(
        "Masts, spokes and other thin parts: how many of their pixels have their own class after these iterations?",
        observations.THIN_OPTIONS,
        "crf_guess",
    )
    if not guess.given:
        return
    thin = cache.thin(view.truth, THIN)
    if measured := observations.thin_found(view.truth, view.before, view.after, thin, view.iteration):
        guess.answer(*measured)
    else:
        st.info(f"No part of what is labelled on this photo is so thin that no disc of {THIN} pixels fits into it.")
    table = crf_charts.class_table(view.truth, view.before, view.after, thin, view.label_set)
    losers = table[table["Change"] < -0.05]
    st.markdown(
        "No class loses here."
        if losers.empty
        else f"**{losers.index[0]}** loses most: {losers['Change'].iloc[0]:+.1f} points of IoU."
    )
    crf_charts.show_class_table(table)
    st.caption(
        "Per cent, and the change in points of IoU. Thin: pixels of a class that no disc of "
        f"{THIN} pixels inside it covers. Found: given their own class."
    )
    seen.what_you_should_see(
        observations.thin_parts_lose(view.truth, view.before, view.after, thin, view.label_set.classes)
    )
    with st.container(horizontal=True):
        for title, photo in (
            ("The rocket's tower and masts", "rocket"),
            ("The motorcycle's spokes", "motorcycle_left"),
        ):
            st.button(
                title, key=f"hurts_{photo}", on_click=_take, args=(photo,), disabled=view.photo.key == photo,
                help="This photo, with the human labels as unary: there is only something to lose.",
            )  # fmt: skip


def _take(photo: str) -> None:
    state.choose_photo(photo)
    st.session_state["unary_True"] = HUMAN
