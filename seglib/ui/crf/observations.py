"""What a lecturer would point at on the page of the CRF, as it is on the photo, the net and the kernels shown."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from skimage.measure import label

from seglib.crf.pairwise import CRFParams
from seglib.labels import IGNORE
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

CRUMB = 100  # pixels: a smaller region is a crumb
MOST = 0.5  # of all changes
THIN_OPTIONS = ("more than before", "fewer than before", "as many")


def kernels(params: CRFParams) -> Sentence:
    """What the CRF goes by, with those kernels that are switched on."""
    knows = [
        *(["near"] if params.smoothness_weight else []),
        *(["near and of like colour"] if params.appearance_weight else []),
    ]
    if not knows:
        return always("Both weights are 0: no pixel hears another.")
    return always(f"A pixel is pulled to the classes of those that are {', or '.join(knows)}, whatever they are.")


def borders_on_edges(image: np.ndarray, before: np.ndarray, after: np.ndarray) -> Sentence | None:
    """Whether colours differ more across the new borders than across the old ones; label maps ``(H, W)``.

    ``image`` ``(H, W, 3)`` uint8. None where nothing has changed, or one answer has no border.
    """
    old, new = (contrast(image, labels) for labels in (before, after))
    if (before == after).all() or np.isnan(old) or np.isnan(new):
        return None
    figures = f"across them neighbours differ by {new:.1f} grey levels a channel on average, by {old:.1f} before"
    return here(
        "crf/borders on edges",
        new > old,
        f"Borders move to the photo's edges: {figures}.",
        f"Borders do not move to the photo's edges here: {figures}.",
        on="china",
    )


def contrast(image: np.ndarray, labels: np.ndarray) -> float:
    """Mean difference of two neighbouring pixels of different classes, in grey levels a channel; nan without any.

    >>> contrast(np.array([[[0, 0, 0], [30, 60, 0], [30, 60, 0]]], np.uint8), np.array([[0, 1, 1]]))
    30.0
    """
    colours, steps = image.astype(np.int16), []
    for first, second in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        apart = labels[first] != labels[second]
        steps.append(np.abs(colours[first][apart] - colours[second][apart]).ravel())
    differences = np.concatenate(steps)
    return float(differences.mean()) if differences.size else float("nan")


def crumbs_vanish(before: int, after: int) -> Sentence:
    """Whether small regions, of which there were and are so many, get fewer."""
    figures = f"of regions below {CRUMB} pixels there were {before}, and there are {after}"
    why = "the CRF makes crumbs" if after > before else "crumbs do not vanish"
    return here(
        "crf/crumbs vanish",
        after < before,
        f"Crumbs vanish: {figures}.",
        f"Here {why}: {figures}.",
        on="flower",
    )


def count_crumbs(labels: np.ndarray) -> int:
    """Regions of one class, 8-connected, of less than `CRUMB` pixels.

    >>> count_crumbs(np.array([[0] * 120, [0] * 119 + [1]]))
    1
    """
    regions = label(labels, background=-1, connectivity=2)  # its classes start at 0
    return int((np.bincount(regions.ravel())[1:] < CRUMB).sum())


def first_changes_most(changed: np.ndarray) -> Sentence | None:
    """Whether half of all changes come in the first iteration; ``changed`` ``(T,)`` are shares of the pixels."""
    total = float(changed.sum())
    if not total:
        return None
    share = float(changed[0] / total)
    words = f"Of all that changes in {len(changed)} iterations the first changes {percent(share)}"
    rest = "the most of any, but not half" if changed.argmax() == 0 else "less than another"
    return here(
        "crf/most in the first",
        share >= MOST,
        f"{words}: most of it.",
        f"{words}, here {rest}.",
        on="rocket",
    )


def thin_found(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, thin: np.ndarray, iteration: int
) -> tuple[str, str] | None:
    """Which option is right of thin parts, and the figures; None where there are none. Label maps ``(H, W)``."""
    thin = thin & (truth != IGNORE)
    if not thin.any():
        return None
    old, new = (int((labels == truth)[thin].sum()) for labels in (before, after))
    more, fewer, alike = THIN_OPTIONS
    right = alike if old == new else more if new > old else fewer
    steps = "iteration" if iteration == 1 else "iterations"
    return right, (
        f"Of {thin.sum():,} pixels in thin parts {percent(old / thin.sum())} had their own class before, and "
        f"{percent(new / thin.sum())} have it after {iteration} {steps}."
    )


def thin_parts_lose(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, thin: np.ndarray, classes: tuple[str, ...]
) -> Sentence | None:
    """Whether thin parts are outvoted, the class that loses most of them, and if they are not, what could be why."""
    thin = thin & (truth != IGNORE)
    if not thin.any() or (before == after).all():
        return None
    old, new = (labels == truth for labels in (before, after))
    changes = {
        k: int(new[thin & (truth == k)].sum()) - int(old[thin & (truth == k)].sum()) for k in np.unique(truth[thin])
    }
    worst, best = min(changes, key=changes.__getitem__), max(changes, key=changes.__getitem__)
    missing = percent(1 - float(old[thin].mean()))
    back = f", and the CRF brings back {changes[best]:,} pixels of {classes[best]}" if changes[best] > 0 else ""
    return here(
        "crf/thin parts lose",
        sum(changes.values()) < 0,
        f"The pull that sharpens borders outvotes what is thin, most of all thin parts of {classes[worst]}: "
        f"{-changes[worst]:,} of their pixels are lost.",
        f"Thin parts do not lose here: {missing} of their pixels were wrong to begin with{back}. Of perfect labels "
        "they can only be lost: see the buttons below.",
        on="rocket",
    )


def together_better(scores: Mapping[str, float]) -> Sentence | None:
    """Whether the last step beats the first; ``scores``: mean IoU by step, in order."""
    if len(scores) < 2:
        return None
    (first, low), (last, high) = (list(scores.items())[at] for at in (0, -1))
    figures = f"{last} has {percent(high)} mean IoU, {first} {percent(low)}"
    return here(
        "together/better",
        high > low,
        f"All together beat the plain net: {figures}.",
        f"On this photo all together do not beat the plain net: {figures}.",
        on="china",
    )


def largest_step(scores: Mapping[str, float]) -> Sentence | None:
    """The step that brings most over the one before, and those that cost something."""
    gains = {after: 100 * (scores[after] - scores[before]) for before, after in pairwise(scores)}
    if not gains:
        return None
    best = max(gains, key=gains.__getitem__)
    losses = [f"{step} {gain:+.1f}" for step, gain in gains.items() if gain < 0]
    lost = f"; less than the line before: {', '.join(losses)} points" if losses else ""
    return always(f"The largest step from one line to the next is {best}'s: {gains[best]:+.1f} points{lost}.")
