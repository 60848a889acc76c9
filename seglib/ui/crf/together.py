"""All the lecture's answers to the resolution issue on one photo: skips, dilation, a large field of view, a CRF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.claims.files import read_scoreboard
from seglib.costs.cost import CRF
from seglib.crf.chosen import chosen_iterations, chosen_params
from seglib.labels import LabelSet
from seglib.models.cards import all_nets
from seglib.ui import cache, page, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.crf import cache as crf_cache
from seglib.ui.crf import observations
from seglib.ui.words import percent

LAST = "deeplab + CRF"


@dataclass(frozen=True)
class Step:
    """One line of the lecture's last slide."""

    words: str
    paper: float  # mean IoU, per cent


# Long et al. (CVPR 2015), table 2, on VOC 2011, for the first two; Chen et al. (ICLR 2015), table 1, on VOC 2012.
STEPS = {
    "fcn32s": Step("scores every 32 px", 59.4),
    "fcn8s": Step("skips", 62.7),
    "dilated8": Step("dilation, no skips", 59.80),
    "deeplab": Step("a large field of view", 62.25),
    LAST: Step("a fully connected CRF", 67.64),
}


def all_together(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Each step's picture with its score, and what it costs."""
    answers = _answers(photo, label_set)
    matrices = {
        step: None if truth is None else metrics.confusion_matrix(truth, labels, len(label_set))
        for step, labels in answers.items()
    }
    first = panels.photo_panel(photo)
    if truth is not None:
        first = panels.swipe(first, panels.truth_panel(photo, truth))
    pictures = [first, *(_picture(step, labels, matrices[step], photo) for step, labels in answers.items())]
    panels.show(pictures, photo, label_set, key="together", truth=truth, columns=3)
    if truth is None:
        st.info(panels.NO_TRUTH)
    _table(matrices, label_set)
    scores = {step: metrics.mean_iou(cm) for step, cm in matrices.items() if cm is not None}
    seen.what_you_should_see(observations.together_better(scores), observations.largest_step(scores))
    page.show_source(crf_cache.run, metrics.mean_iou)


def _answers(photo: state.Photo, label_set: LabelSet) -> dict[str, np.ndarray]:
    """Each step's classes, ``(H, W)``."""
    nets = all_nets(label_set.name)
    answers = {net: cache.net_labels(photo, net, label_set.name) for net in STEPS if net in nets}
    if "deeplab" in answers:
        unary = crf_cache.net_unary(photo, "deeplab", label_set.name)
        run = crf_cache.run(photo, unary, chosen_params(label_set.name))
        answers[LAST] = run.labels(chosen_iterations(label_set.name))
    return answers


def _picture(step: str, labels: np.ndarray, cm: np.ndarray | None, photo: state.Photo) -> Panel:
    caption = "" if cm is None else f"mean IoU {percent(metrics.mean_iou(cm))}"
    return Panel(
        title=step,
        role="output",
        alt=f"Classes that {step} gives to: {photo.alt}. {caption}",
        caption=caption,
        picture=photo.image,
        labels=labels,
    )


def _table(matrices: Mapping[str, np.ndarray | None], label_set: LabelSet) -> None:
    """Scores here and on validation photos, costs, and the papers' scores of the same steps."""
    board = read_scoreboard() or {"costs": {}, "scores": {}}
    scores, costs = board["scores"].get(label_set.name, {}), _costs(board["costs"])
    nan = float("nan")
    rows = {
        f"{step}: {STEPS[step].words}": {
            "Mean IoU here, %": nan if cm is None else 100 * metrics.mean_iou(cm),
            "On validation photos, %": 100 * scores[step]["mean_iou"] if step in scores else nan,
            "Time, ms": costs[step]["milliseconds"] if step in costs else nan,
            "Memory, MB": costs[step]["peak_bytes"] / 2**20 if step in costs else nan,
            "Paper, %": STEPS[step].paper,
        }
        for step, cm in matrices.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Step")
    tables.show_wrapped(table, {"Time, ms": "{:,.0f}", "Memory, MB": "{:,.0f}", "Paper, %": "{:g}"})
    if not board["costs"]:
        return
    images = scores[next(iter(scores))]["images"] if scores else 0
    st.caption(
        f"Validation: {images} photos; the CRF has been scored on every second one alone, see *Scoreboard, Claims*. "
        f"Costs as on the scoreboard: one photo of {board['size'][1]} x {board['size'][0]} px on one core of "
        f"{board['machine'].split(',')[0]}; the CRF's come on top of the net's, and are in its line. The papers' "
        "figures are of other photos and classes, on VGG16: the first two are of Long et al. (CVPR 2015, table 2), the "
        "others of Chen et al. (ICLR 2015, table 1), so compare steps within a paper."
    )


def _costs(costs: Mapping[str, dict]) -> dict[str, dict]:
    """Costs of each step by its name; the last one's are the net's and the CRF's, one after the other."""
    of = dict(costs)
    if "deeplab" in of and CRF in of:
        net, crf = of["deeplab"], of[CRF]
        of[LAST] = {
            "milliseconds": net["milliseconds"] + crf["milliseconds"],
            "peak_bytes": max(net["peak_bytes"], crf["peak_bytes"]),
        }
    return of
