"""What a lecturer would point at on the page The resolution issue, as it is on the labels that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from seglib import metrics
from seglib.labels import IGNORE, LabelSet
from seglib.lecture.answers import in_range
from seglib.ui.cache import shared
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

ASKED = 32  # pixels: the grid that the guess is about, whatever the slider says
OPTIONS = ("over 95 %", "80 to 95 %", "50 to 80 %", "below 50 %")
THIN = 9  # pixels: the width of the disc that does not fit into what is thin
CLEARLY = 0.05  # of IoU: with less between them nothing goes first
EARLY, LATE, LAST = 8, 32, 128  # pixels: up to here "at first", and from here to there "beyond"


def ceiling_asked(ceilings: Mapping[int, float], options: Sequence[str] = OPTIONS) -> tuple[str, str]:
    """Which option holds the ceiling at `ASKED`, and the figure; ``ceilings`` are mean IoUs by factor."""
    score = ceilings[ASKED]
    right = options[in_range(100 * score, options)]
    return right, f"Through a grid of {ASKED} px the labels of this photo keep {percent(score)} mean IoU."


def one_map_a_class(channels: int, classes: int, grid: tuple[int, int]) -> Sentence:
    """What the last layer computes, and how little of it there is to learn."""
    height, width = grid
    return always(
        f"A 1x1 convolution looks at one place of the grid alone: {channels:,} numbers in, {classes} scores out, with "
        f"the same {channels * classes + classes:,} weights at each of the {width} x {height} places. It is a "
        "classifier that was made to slide. All that it knows of other places is in those numbers already."
    )


def slow_then_fast(ceilings: Mapping[int, float]) -> Sentence | None:
    """Whether each doubling up to 8 px costs less than half of what one costs from 32 px on; None if none costs."""
    if ceilings[1] == ceilings[LAST]:
        return None
    factors = [factor for factor in ceilings if factor <= EARLY]
    falls = {low: 100 * (ceilings[low] - ceilings[high]) for low, high in pairwise(factors)}
    steepest = max(falls, key=falls.__getitem__)
    early, late = (100 * (ceilings[low] - ceilings[high]) for low, high in ((1, EARLY), (LATE, LAST)))
    return here(
        "resolution/slow, then fast",
        falls[steepest] < late / np.log2(LAST / LATE) / 2,
        f"The ceiling falls slowly at first, by {early:.1f} points up to {EARLY} px, and fast beyond {LATE}: by "
        f"{late:.1f} points from there to {LAST} px.",
        f"On this photo the ceiling does not fall slowly at first: up to {EARLY} px it loses {early:.1f} points, "
        f"{falls[steepest]:.1f} of them from {steepest} to {2 * steepest} px; from {LATE} to {LAST} px it loses "
        f"{late:.1f}.",
        on="astronaut",
    )


@shared(128)
def small_first(truth: np.ndarray, through: np.ndarray, factor: int, label_set: LabelSet) -> Sentence | None:
    """Whether the classes with fewer pixels lose more IoU on the way through the grid; label maps ``(H, W)``."""
    matrix = metrics.confusion_matrix(truth, through, len(label_set))
    pixels, ious = matrix.sum(1), metrics.iou_per_class(matrix)
    by_size = [k for k in np.argsort(pixels, kind="stable") if pixels[k]]
    if len(by_size) < 2 or ious[by_size].min() == 1:
        return None
    half = len(by_size) // 2
    small, large = (float(ious[part].mean()) for part in (by_size[:half], by_size[-half:]))
    first = min(by_size, key=lambda k: ious[k])
    words = (
        f"Through a grid of {factor} px the {'smaller' if half > 1 else 'smallest'} {_classes(half)} by area "
        f"{_keep(half)} {percent(small)} IoU, the {'larger' if half > 1 else 'largest'} {percent(large)}; least of all "
        f"{label_set.classes[first]}, {percent(float(pixels[first] / pixels.sum()))} of the pixels, "
        f"{percent(float(ious[first]))}"
    )
    return here(
        "resolution/small first",
        large - small > CLEARLY,
        f"{words}: what is small goes first.",
        f"{words}: here what is small does not clearly go first.",
        on="china",
    )


def _classes(count: int) -> str:
    return "class" if count == 1 else f"{count} classes"


def _keep(count: int) -> str:
    return "keeps" if count == 1 else "keep"


@shared(128)
def thin_first(truth: np.ndarray, through: np.ndarray, thin: np.ndarray, factor: int) -> Sentence | None:
    """Whether thin parts lose their class sooner than the rest; ``thin`` ``(H, W)`` bool, see `thin_parts`."""
    rest, kept = (truth != IGNORE) & ~thin, truth == through
    if not thin.any() or not rest.any() or kept[thin | rest].all():
        return None
    narrow, wide = float(kept[thin].mean()), float(kept[rest].mean())
    words = (
        f"Through a grid of {factor} px thin parts and corners, into which no disc of {THIN} px fits, keep their class "
        f"on {percent(narrow)} of their pixels, all others on {percent(wide)}"
    )
    return here(
        "resolution/thin first",
        narrow < wide,
        f"{words}: what is thin goes first.",
        f"{words}: here what is thin fares no worse.",
        on="china",
    )


def below_ceiling(
    matrices: Mapping[str, np.ndarray], strides: Mapping[str, int], ceilings: Mapping[int, float]
) -> Sentence | None:
    """Whether every net has less mean IoU than perfect labels on its own grid.

    ``matrices``: confusion matrices by net; ``strides``: of each net's finest scores; ``ceilings``: mean IoU by factor.
    """
    scores = {net: metrics.mean_iou(matrix) for net, matrix in matrices.items()}
    gaps = {net: 100 * (ceilings[strides[net]] - score) for net, score in scores.items() if not np.isnan(score)}
    if not gaps:
        return None
    nearest = min(gaps, key=gaps.__getitem__)
    above = [net for net, gap in gaps.items() if gap <= 0]
    listed = ", ".join(
        f"{net} with {percent(scores[net])} reaches the {percent(ceilings[strides[net]])} of labels on its grid of "
        f"{strides[net]} px"
        for net in above
    )
    return here(
        "resolution/below the ceiling",
        not above,
        f"Every net stays below its own ceiling, {nearest} the nearest by {gaps[nearest]:.1f} points: resolution is "
        "not all that they lack.",
        f"Not every net stays below its own ceiling here: {listed}. Scores that are interpolated may place a border "
        "between two points of a grid.",
        on="china",
    )
