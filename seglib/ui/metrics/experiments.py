"""Three experiments of the metrics page, one function each: conventions, borders, things and stuff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LabelSet
from seglib.metrics import conventions, duel, objects
from seglib.metrics.boundary import TOLERANCE
from seglib.models.cards import shipped_nets
from seglib.ui import cache, inputs, page, panels, seen, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.loading import loading
from seglib.ui.metrics import cache as metrics_cache
from seglib.ui.metrics import charts as metrics_charts
from seglib.ui.metrics import observations
from seglib.ui.words import percent

ABSENT = {"skip": "left out", "zero": "0", "one": "1"}
DEFAULT = conventions.Convention()


def five_mean_ious(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The same masks under the conventions that libraries disagree about."""
    page.wait_for_nets()
    if loading():
        return
    left, middle, right = st.columns([1, 1, 2])
    nets = list(shipped_nets(label_set.name))
    with left:
        net = st.selectbox("Net", nets, index=len(nets) - 1, key="convention_net", persist_state="session")
    counts = metrics_cache.box_counts(label_set.name, net)
    whole = counts.sum(0)
    background = int(whole[:-1].sum(1).argmax())
    switches = {
        "mean over photos": {"per_image": True},
        "void is an error": {"void_is_error": True},
        "micro": {"micro": True},
        f"without {label_set.classes[background]}": {"leave_out": background},
    }
    with middle:
        absent = st.segmented_control(
            "An absent class is", list(ABSENT), format_func=ABSENT.get, default="skip", key="absent", required=True
        )
    with right:
        on = st.pills("Switches", list(switches), selection_mode="multi", key=f"switches_{label_set.name}", wrap=True)
    chosen = replace(DEFAULT, absent=absent, **{k: v for name in on for k, v in switches[name].items()})
    score, default = (conventions.mean_iou_by(counts, convention) for convention in (chosen, DEFAULT))
    st.metric(
        f"Mean IoU of {net}, {len(counts)} labelled photos",
        percent(score),
        f"{100 * (score - default):+.1f} points against the usual convention" if chosen != DEFAULT else None,
    )
    alone = {
        "as usual": DEFAULT,
        "absent = 0": replace(DEFAULT, absent="zero"),
        "absent = 1": replace(DEFAULT, absent="one"),
        "absent = 0, mean over photos": replace(DEFAULT, absent="zero", per_image=True),
        "absent = 1, mean over photos": replace(DEFAULT, absent="one", per_image=True),
    } | {name: replace(DEFAULT, **changes) for name, changes in switches.items()}
    metrics_charts.convention_chart(counts, chosen, alone)
    st.markdown("**Micro IoU is pixel accuracy in disguise**, whatever the net and the photos:")
    st.latex(metrics_charts.identity(whole[:-1]))
    seen.what_you_should_see(observations.absent_classes(counts), observations.absent_decides(counts, switches))
    _absent_here(photo, label_set, truth, net)
    st.header("Which code means what, if it is not told otherwise")
    metrics_charts.library_table()
    page.show_source(conventions.mean_iou_by, conventions.counts_with_void, example="mean_ious")


def _absent_here(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None, net: str) -> None:
    """The same of the photo that is chosen: its absent classes by name, and what each convention makes of them."""
    st.header(f"On this photo alone: {photo.title}")
    if truth is None:
        st.info(panels.NO_TRUTH)
        return
    labels = panels.segment_all(photo, label_set, [net])[net].labels
    counts = conventions.counts_with_void(truth, labels, len(label_set))
    for column, (absent, words) in zip(st.columns(len(ABSENT)), ABSENT.items(), strict=True):
        score = conventions.mean_iou_by(counts, replace(DEFAULT, absent=absent))
        column.metric(f"Absent classes {words if absent == 'skip' else f'count {words}'}", percent(score))
    st.caption(observations.absent_here(counts, label_set.classes, net))


@dataclass(frozen=True, eq=False)
class Band:
    """A strip of so many pixels on either side of the true borders, and how nets do in it."""

    radius: int
    title: str  # of the metric
    mask: np.ndarray  # (H, W) bool
    matrices: dict[str, np.ndarray]  # {net: (R, K, K)}, one for each of `metrics_cache.RADII`

    @property
    def here(self) -> dict[str, np.ndarray]:
        """Each net's confusion matrix at this radius."""
        return self.at(self.radius)

    def at(self, radius: int) -> dict[str, np.ndarray]:
        """Each net's confusion matrix at another one of the radii."""
        number = metrics_cache.RADII.index(radius)
        return {net: matrices[number] for net, matrices in self.matrices.items()}

    @property
    def curves(self) -> dict[str, list[float]]:
        """Each net's score within each of the radii."""
        score = duel.METRICS[self.title].score
        return {net: [score(matrix) for matrix in matrices] for net, matrices in self.matrices.items()}


def at_the_border(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Scores within r pixels of a true border, and outside."""
    page.wait_for_nets()
    if truth is None:
        panels.show_unlabelled(photo)
        return
    nets, radius, title = _border_controls(label_set)
    answers = panels.segment_all(photo, label_set, nets)
    distance = cache.border_distance(truth)
    if not np.isfinite(distance).any():
        st.info("No two classes touch in the human labels of this photo: there is no border to look at.")
        return
    matrices = {net: metrics_cache.bands(truth, answer, len(label_set)) for net, answer in answers.items()}
    band = Band(radius, title, distance <= radius, matrices)
    pictures = _band_panels(photo, truth, answers, band)
    panels.show(pictures, photo, label_set, key="bands", truth=truth, columns=min(len(pictures), 3))
    if not answers:
        return
    finest = list(answers)[-1]
    guess = page.guess(
        f"Of all the mistakes of {finest}, what share lies within {observations.NEAR} px of a border?",
        observations.SHARES,
        "band_guess",
    )
    if not guess.given:
        return
    total = panels.confusions(label_set, answers, truth)
    near, everywhere = _errors(band.at(observations.NEAR)[finest]), _errors(total[finest])
    if measured := observations.mistakes_near(near, everywhere, finest):
        guess.answer(*measured)
    _band_numbers(photo, label_set, truth, answers, band)
    last = metrics_cache.RADII[-1]
    seen.what_you_should_see(
        observations.curves_rise(band.curves, metrics_cache.RADII, title),
        observations.finer_gain_at_the_border(band.curves, metrics_cache.RADII, title),
        observations.mistakes_far_off(total[finest], band.at(last)[finest], last, finest),
    )
    st.caption(
        "Chen et al. (ICLR 2015) draw this plot for VOC 2012: other photos, classes and labels, so compare shapes of "
        "curves only."
    )


def _border_controls(label_set: LabelSet) -> tuple[list[str], int, str]:
    """Nets, the radius of the band, and the title of the metric."""
    left, middle, right = st.columns([2, 1, 1])
    with left:
        nets = inputs.choose_nets(label_set, key="band_nets")
    with middle:
        radius = st.select_slider("Within … pixels", metrics_cache.RADII, value=4, key="radius", bind="query-params")
    with right:
        title = st.segmented_control(
            "Metric",
            ["Mean IoU", "Pixel accuracy"],
            default="Mean IoU",
            key="band_metric",
            required=True,
            bind="query-params",
        )
    return nets, radius, title


def _band_panels(
    photo: state.Photo, truth: np.ndarray, answers: Mapping[str, cache.Segmentation], band: Band
) -> list[Panel]:
    """The band on the photo, and what each net says in it."""
    mask, labelled = band.mask, truth != IGNORE
    where = Panel(
        title=f"The band: {band.radius} px on either side",
        role="truth",
        alt=f"The photo, lit within {band.radius} pixels of a true border",
        caption=f"{percent(float(mask[labelled].mean()))} of the labelled pixels",
        picture=duel.spotlight(photo.image, mask & labelled),
    )
    return [where] + [
        replace(
            panels.net_panel(net, photo, answer, None, f"{band.title} in the band {_score(band.title, cm)}"),
            labels=np.where(mask, answer.labels, IGNORE).astype(np.uint8),
            confidence=None,
            picture=duel.spotlight(photo.image, mask),
        )
        for (net, answer), cm in zip(answers.items(), band.here.values(), strict=True)
    ]


def _band_numbers(
    photo: state.Photo,
    label_set: LabelSet,
    truth: np.ndarray,
    answers: Mapping[str, cache.Segmentation],
    band: Band,
) -> None:
    """The curve over all radii, and the table of this one."""
    total = panels.confusions(label_set, answers, truth)
    f_scores = {net: metrics_cache.f_scores(truth, answer, len(label_set)) for net, answer in answers.items()}
    chart, table = st.columns(2, gap="medium")
    with chart:
        metrics_charts.band_chart(band.matrices, metrics_cache.RADII, band.radius, band.title)
    with table:
        metrics_charts.band_table(band.here, total, f_scores, band.title)
        st.caption(
            "The F-score asks how much of the outlines agrees, give or take "
            f"{TOLERANCE * np.hypot(*photo.size):.1f} px (0.75 % of the diagonal)."
        )


def things_and_stuff(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Countable things and shapeless stuff apart; objects by their size."""
    page.wait_for_nets()
    if truth is None:
        panels.show_unlabelled(photo)
        return
    left, right = st.columns([3, 1])
    with left:
        nets = inputs.choose_nets(label_set, key="things_nets")
    with right:
        measure = st.segmented_control(
            "Measure of an object", ["IoU", "recall"], default="IoU", key="measure", required=True, bind="query-params"
        )
    answers = panels.segment_all(photo, label_set, nets)
    if not answers:
        return
    total = panels.confusions(label_set, answers, truth)
    finest = nets[-1]
    is_thing = np.isin(truth, [label_set.index(name) for name in label_set.things])
    stuff = panels.truth_panel(photo, np.where(is_thing, IGNORE, truth).astype(np.uint8))
    ones, others = st.columns([1, 2], gap="small")
    with ones:
        _show_objects(photo, label_set, truth)
    with others:
        pictures = [
            replace(stuff, title="Human labels: stuff"),
            panels.net_panel(finest, photo, answers[finest], total[finest]),
        ]
        panels.show(pictures, photo, label_set, key="kinds", truth=truth, columns=2)
    st.header("Scored apart, on this photo")
    tables.kinds_table({net: objects.things_and_stuff(cm, label_set) for net, cm in total.items()})
    st.header("Every object in the box, by its size")
    titled = metrics_cache.box_objects(label_set.name, finest)
    metrics_charts.object_chart([(finest, title, score) for title, score in titled], label_set, photo.title, measure)
    scores = [score for _, score in titled]
    if scores:
        metrics_charts.thirds_table(objects.thirds_by_size(scores))
    st.caption(f"Objects are connected regions of a thing class; what {finest} makes of each.")
    seen.what_you_should_see(
        observations.small_objects(scores, finest),
        observations.room_for_scores(scores, finest, min(answers[finest].streams)),
    )
    page.show_source(objects.score_objects, objects.things_and_stuff)


def _show_objects(photo: state.Photo, label_set: LabelSet, truth: np.ndarray) -> None:
    """Things one by one, as semantic labels do not tell them apart where they touch."""
    labels, names = objects.separate_objects(truth, label_set)
    if not len(names):
        panels.show([replace(panels.photo_panel(photo), caption="no things in it")], photo, None, key="objects")
        return
    panel = replace(
        panels.truth_panel(photo, labels),
        title="Human labels: things",
        caption=f"{len(names)} objects" if len(names) != 1 else "1 object",
    )
    panels.show([panel], photo, names, key="objects", columns=1, group=" objects")


def _errors(cm: np.ndarray) -> int:
    return int(cm.sum() - np.trace(cm))


def _score(title: str, cm: np.ndarray) -> str:
    return percent(duel.METRICS[title].score(cm))
