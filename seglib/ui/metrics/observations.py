"""What a lecturer would point at on the page of metrics, as it is on what each of its parts shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seglib import metrics
from seglib.lecture.answers import in_range
from seglib.metrics import conventions
from seglib.metrics.calibration import Reliability
from seglib.metrics.conventions import Convention
from seglib.metrics.objects import ObjectScore, thirds_by_size
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

NEAR = 4  # pixels: what the guess about mistakes means by near a border
SHARES = ("below 25 %", "25 to 50 %", "over 50 %")
RISE = 0.01  # that a curve which rises gains at least
AS_SURE = 0.05  # a net whose confidence lies no farther from its accuracy is as sure as it is right


# Five mean IoUs.


def absent_classes(counts: np.ndarray) -> Sentence:
    """How many classes a photo has, in its labels or its answer; ``counts (N, K + 1, K)``."""
    classes = counts.shape[2]
    present = np.mean([np.count_nonzero(photo[:classes].sum(1) + photo[:classes].sum(0)) for photo in counts])
    return always(
        f"Nothing about the masks changes, only what is meant by a mean. A photo here has {present:.1f} of {classes} "
        "classes on average, in its labels or in the answer; the others are absent."
    )


def absent_here(counts: np.ndarray, classes: Sequence[str], net: str) -> str:
    """Which classes are absent from one photo, and which are named though they are not there; ``(K + 1, K)``."""
    true, named = counts[: len(classes)].sum(1), counts[: len(classes)].sum(0)
    absent = [name for name, t, n in zip(classes, true, named, strict=True) if not t and not n]
    phantoms = [name for name, t, n in zip(classes, true, named, strict=True) if n and not t]
    words = f"{len(absent)} of {len(classes)} classes are neither in the human labels nor in the answer of {net}"
    words += f": {', '.join(absent)}. " if absent else ". "
    if phantoms:
        return words + f"Named though not there, so 0 by every convention: {', '.join(phantoms)}."
    return words + "It names none that is not there."


def absent_decides(counts: np.ndarray, switches: Mapping[str, Mapping[str, object]]) -> Sentence:
    """Whether the worth of an absent class moves a mean over photos more than any other switch moves the mean."""
    zero, one = (conventions.mean_iou_by(counts, Convention(worth, per_image=True)) for worth in ("zero", "one"))
    usual = conventions.mean_iou_by(counts)
    moves = {
        name: abs(conventions.mean_iou_by(counts, Convention(**changes)) - usual) for name, changes in switches.items()
    }
    largest = max(moves, key=moves.__getitem__)
    words = (
        f"In a mean over photos it moves the score by {100 * (one - zero):.1f} points whether an absent class counts "
        f"as 0 or as 1; of the switches “{largest}” moves it most, by {100 * moves[largest]:.1f}"
    )
    return here(
        "metrics/absent classes decide",
        one - zero > moves[largest],
        f"{words}: what an absent class is worth decides more than anything else.",
        f"{words}: here it is not the absent classes that decide.",
    )


# At the border.


def mistakes_near(near: int, everywhere: int, net: str) -> tuple[str, str] | None:
    """Which option holds the share of a net's mistakes that lie near a border, and the figures; None without any."""
    if not everywhere:
        return None
    return SHARES[in_range(100 * near / everywhere, SHARES)], (
        f"Of {everywhere:,} mistakes of {net}, {near:,} lie within {NEAR} px of a border: {percent(near / everywhere)}."
    )


def curves_rise(curves: Mapping[str, Sequence[float]], radii: Sequence[int], title: str) -> Sentence | None:
    """Whether every net's score rises with the distance from borders, and less and less; one list a net, by radius."""
    known = {net: scores for net, scores in curves.items() if not np.isnan(scores).any()}
    if not known:
        return None
    finest = list(known)[-1]
    falling = [net for net, scores in known.items() if scores[-1] - scores[0] < RISE]
    steep = [
        net
        for net, scores in known.items()
        if (scores[1] - scores[0]) / (radii[1] - radii[0]) <= (scores[-1] - scores[-2]) / (radii[-1] - radii[-2])
    ]
    first, last = percent(known[finest][0]), percent(known[finest][-1])
    words = f"{title} of {finest} is {first} within {radii[0]} px of a border, and {last} within {radii[-1]} px"
    if falling:
        ends = "ends" if len(falling) == 1 else "end"
        otherwise = f"{words}; not every curve rises away from the border: {', '.join(falling)} {ends} no higher."
    else:
        otherwise = f"{words}; the curves rise, but those of {', '.join(steep)} do not flatten out."
    return here(
        "metrics/curves rise",
        not falling and not steep,
        f"{words}: the curves rise away from the border, and flatten out.",
        otherwise,
        on="china",
    )


def finer_gain_at_the_border(
    curves: Mapping[str, Sequence[float]], radii: Sequence[int], title: str
) -> Sentence | None:
    """Whether the finest net is ahead of the coarsest by more at the left end of the plot than at the right one."""
    if len(curves) < 2 or np.isnan(list(curves.values())).any():
        return None
    (coarsest, *_, finest) = curves
    left, right = (100 * (curves[finest][end] - curves[coarsest][end]) for end in (0, -1))
    words = (
        f"From {coarsest} to {finest} {title.lower().replace('iou', 'IoU')} changes by {left:+.1f} points within "
        f"{radii[0]} px of a border, and by {right:+.1f} within {radii[-1]} px"
    )
    return here(
        "metrics/finer nets gain at the border",
        left > 0 and left > right,
        f"{words}: finer streams gain most on the left end.",
        f"{words}: here finer streams do not gain most on the left end.",
        on="motorcycle_left",
    )


def mistakes_far_off(total: np.ndarray, inside: np.ndarray, radius: int, net: str) -> Sentence | None:
    """How often a net is wrong far from every border; confusion matrices of all pixels, and of those within radius."""
    outside = total - inside
    if not outside.sum():
        return None
    wrong = 1 - metrics.pixel_accuracy(outside)
    return here(
        "metrics/mistakes far off",
        wrong > 0,
        f"Farther than {radius} px from any border {net} is wrong on {percent(wrong)} of the pixels: that is not about "
        "where a border runs, but about what is there.",
        f"Farther than {radius} px from any border {net} makes no mistake: all it gets wrong lies nearer.",
        on="china",
    )


# Things and stuff.


def small_objects(scores: Sequence[ObjectScore], net: str) -> Sentence | None:
    """Whether large objects are found better than small ones; None with less than three objects."""
    if len(scores) < 3:
        return None
    small, _, large = (float(np.mean([score.recall for score in third])) for third in thirds_by_size(scores))
    words = (
        f"Of {len(scores)} objects, {net} finds {percent(large)} of the pixels of one in the largest third on average, "
        f"and {percent(small)} in the smallest"
    )
    return here(
        "metrics/small objects",
        large > small,
        f"{words}: small ones are lost first.",
        f"{words}: with these few objects the small ones fare no worse.",
    )


def room_for_scores(scores: Sequence[ObjectScore], net: str, stride: int) -> Sentence | None:
    """For how many scores small objects have room, and what they weigh; None with less than three objects."""
    if len(scores) < 3:
        return None
    smallest, *_ = thirds_by_size(scores)
    middle = int(np.median([score.pixels for score in smallest]))
    share = sum(score.pixels for score in smallest) / sum(score.pixels for score in scores)
    return always(
        f"{net} computes one score every {stride} pixels: an object of {middle:,} pixels, the median of the smallest "
        f"third, has the area of {middle / stride**2:.1f} of its squares. That third holds {percent(share)} of the "
        "pixels of all objects, and a mean IoU counts pixels, not objects."
    )


# Sure and right.


def as_sure_as_right(bins: Reliability, net: str) -> Sentence | None:
    """Whether a net is as sure as it is right on this photo, and if not, which of the two is more; None unlabelled."""
    if np.isnan(bins.error):
        return None
    sure, right = (float(sums.sum() / bins.pixels.sum()) for sums in (bins.confidence, bins.right))
    words = (
        f"On this photo {net} is {percent(sure)} sure on average and {percent(right)} right; over the bins confidence "
        f"and accuracy lie {percent(bins.error)} apart, the expected calibration error"
    )
    side = "surer than it is right" if sure > right else "less sure than it is right"
    return here(
        "metrics/as sure as right",
        bins.error <= AS_SURE,
        f"{words}: it is about as sure as it is right.",
        f"{words}: on average it is {side}. One photo may lie far off the line: what a net promises, it promises for "
        "many.",
        on="rocket",
    )
