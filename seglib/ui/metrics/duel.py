"""The metric duel: trained nets and cheats on one photo, ranked under five metrics, while a class shrinks."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib import metrics
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import duel
from seglib.models.cards import shipped_nets
from seglib.ui import page, panels, seen, state
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.metrics import cache as metrics_cache
from seglib.ui.metrics import charts as metrics_charts
from seglib.ui.metrics import duel_observations, matrix
from seglib.ui.words import percent

SHARES = {
    "whole photo": None,
    "33 %": 0.33,
    "10 %": 0.1,
    "3 %": 0.03,
    "1 %": 0.01,
    "0.3 %": 0.003,
    "0.1 %": 0.001,
}


def metric_duel(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Trained nets and cheats under five metrics, while a class shrinks."""
    page.wait_for_nets()
    if truth is None:
        panels.show_unlabelled(photo)
        return
    answers = panels.segment_all(photo, label_set, list(shipped_nets(label_set.name)))
    name, share, grouping = _choose(photo, label_set, truth)
    k = label_set.index(name)
    outcome = metrics_cache.duel(truth, answers, label_set, k, SHARES[share], grouping, _faults())
    window, size = outcome.window, outcome.truth.shape
    st.caption(
        f"{name} has {_fine(window.share)} of the labelled pixels in this window of {size[1]} x {size[0]} pixels"
        + ("" if SHARES[share] is None else f"; {share} was asked for, and this is the nearest there is")
        + ". The nets' answers are those for the whole photo."
    )
    guess = page.guess(
        "Can something that says the commonest class everywhere have a higher pixel accuracy than a trained net here?",
        (duel_observations.YES, duel_observations.NO),
        "duel_guess",
    )
    if not guess.given:
        cut = photo.cut(window.view)
        _show_window([panels.photo_panel(cut), panels.truth_panel(cut, outcome.truth)], cut, outcome, "duel_blind")
        return
    if measured := duel_observations.one_class_beats_a_net(outcome.matrices, tuple(answers)):
        guess.answer(*measured)
    pair = duel.find_disagreement(outcome.matrices)
    _show_pair(photo, outcome, pair)
    table = metrics_charts.score_table(outcome.matrices)
    chart, numbers = st.columns(2, gap="medium")
    with chart:
        st.header("Places under five metrics")
        metrics_charts.rank_chart(table, pair, tuple(answers))
    with numbers:
        st.header("The scores")
        metrics_charts.show_scores(table, "Predictors")
    _take_apart(photo, outcome, pair.winner if pair else table.index[0])
    seen.what_you_should_see(
        duel_observations.never_said(outcome.truth, outcome.label_set, name),
        duel_observations.one_class_everywhere(outcome.matrices),
        duel_observations.ignoring_pays(truth, truth[window.view], k, label_set),
        duel_observations.regrouping(),
    )
    st.header("The paper beside ours: does balancing the classes pay?")
    metrics_charts.farabet_card()
    page.show_source(
        duel.find_disagreement,
        metrics.mean_iou,
        metrics.pixel_accuracy,
        metrics.confusion_matrix,
        example="metrics_of_one_matrix",
    )


def _choose(photo: state.Photo, label_set: LabelSet, truth: np.ndarray) -> tuple[str, str, str]:
    """The class to shrink, how far, and how classes are grouped."""
    present = [k for k in range(len(label_set)) if (truth == k).any()]
    labelled = (truth != IGNORE).sum()
    third = min(present, key=lambda k: abs((truth == k).sum() / labelled - 1 / 3))  # has the longest way to go down
    left, middle, right = st.columns(3)
    with left:
        name = st.selectbox(
            "Class to shrink",
            [label_set.classes[k] for k in present],
            index=present.index(third),
            key=f"shrink_{photo.key}_{label_set.name}",
        )
    with middle:
        share = st.select_slider("Its share of the picture", list(SHARES), key="share", bind="query-params")
    with right:
        grouping = st.selectbox("Classes", duel.GROUPINGS, key="grouping", bind="query-params")
    return name, share, grouping


def _faults() -> duel.Faults:
    """How much the cheats spoil, out of the way until somebody asks."""
    with st.popover("What the cheats do", icon=":material/tune:"):
        pixels = st.slider("Truth dilated, eroded, shifted by … pixels", 1, 24, 4, key="fault_pixels")
        rare = st.slider("Truth without classes under … %", 1, 30, 5, key="fault_rare")
        rate = st.slider("Truth with … % of the pixels at random", 1, 60, 10, key="fault_rate")
    return duel.Faults(pixels, rare / 100, rate / 100)


def _show_pair(photo: state.Photo, outcome: duel.Duel, pair: duel.Disagreement | None) -> None:
    """The two predictors on which the metrics disagree, beside photo and truth."""
    cut = photo.cut(outcome.window.view)
    pictures = [panels.photo_panel(cut), panels.truth_panel(cut, outcome.truth)]
    if pair is None:
        st.info(
            "No two of these predictors are ranked differently by pixel accuracy and mean IoU here. Shrink a class."
        )
    else:
        st.markdown(
            f"**A = *{pair.winner}* beats B = *{pair.loser}* by {100 * pair.accuracy_lead:.1f} points of pixel "
            f"accuracy, and loses by {100 * pair.iou_lead:.1f} points of mean IoU**"
        )
        for letter, name in (("A", pair.winner), ("B", pair.loser)):
            cm = outcome.matrices[name]
            caption = f"pixel accuracy {percent(metrics.pixel_accuracy(cm))}, mean IoU {percent(metrics.mean_iou(cm))}"
            pictures.append(
                Panel(
                    title=f"{letter}: {name}",
                    role="output",
                    alt=f"Classes according to {name}: {photo.alt} {caption}",
                    caption=caption,
                    picture=cut.image,
                    labels=outcome.predictions[name],
                )
            )
    _show_window(pictures, cut, outcome, "duel")


def _show_window(pictures: list[Panel], cut: state.Photo, outcome: duel.Duel, key: str) -> None:
    # A window has its own pixels: the pin of the whole photo would point elsewhere.
    photo_view(
        pictures,
        key=key,
        size=cut.size,
        label_set=outcome.label_set,
        truth=outcome.truth,
        group=key,
        columns=len(pictures),
    )


def _take_apart(photo: state.Photo, outcome: duel.Duel, first: str) -> None:
    """One predictor's number: its formula, its confusion matrix, and the pixels of a cell."""
    st.header("One number taken apart")
    left, right = st.columns(2, gap="medium")
    with left:
        names = list(outcome.matrices)
        name = st.selectbox("Predictor", names, index=names.index(first), key="apart", persist_state="session")
        title = st.selectbox("Metric", list(duel.METRICS), index=2, key="metric", bind="query-params")
        metric, cm = duel.METRICS[title], outcome.matrices[name]
        st.latex(rf"{metric.formula} = {100 * metric.score(cm):.1f}\,\%")
        st.caption("n: pixels of true class i called class j; t: of true class i; p: called class i.")
        cell = matrix.matrix_view(cm, outcome.label_set, key="matrix")
        st.caption("Per cent of the true class. Click a cell, or choose it in the list: its pixels light up.")
    with right:
        cut = photo.cut(outcome.window.view)
        if cell is None:
            lit, caption = (outcome.predictions[name] != outcome.truth) & (outcome.truth != IGNORE), "all its mistakes"
        else:
            true, predicted = (outcome.label_set.classes[k] for k in cell)
            lit = duel.cell_pixels(outcome.truth, outcome.predictions[name], *cell)
            caption = f"{true}, called {predicted}"
        caption += f": {np.count_nonzero(lit):,} pixels"
        panel = Panel(
            title=name,
            role="output",
            alt=f"The photo, lit where: {caption}",
            caption=caption,
            picture=duel.spotlight(cut.image, lit),
        )
        photo_view([panel], key="lit", size=cut.size, label_set=None, mode="none", group="lit", columns=1)


def _fine(share: float) -> str:
    """A share with the digits that a small one needs."""
    return f"{100 * share:.1f} %" if share >= 0.1 else f"{100 * share:.2g} %"
