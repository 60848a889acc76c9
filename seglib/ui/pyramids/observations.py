"""What a lecturer would point at on the page about pyramids, as it is on what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seglib import metrics
from seglib.annotation.contours import count_regions
from seglib.labels import LabelSet
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

ROUNDING = 0.5  # grey levels: less than that is no difference
THIRD_MORE = 1.4  # times the work of one level: 4/3, and what rounding up of grids adds on photos that are not small
LOST = 0.9  # of IoU: a class that keeps less is lost in part


def given_back(difference: float, off: Sequence[str]) -> Sentence:
    """Whether the levels that are on give the photo back; ``difference``: the largest, in grey levels of 255."""
    names = ", ".join(off)
    return here(
        "pyramid/given back",
        abs(difference) < ROUNDING,
        f"The levels that are on give the photo back: the largest difference is {abs(difference):.1f} of 255 grey "
        "levels. Nothing is lost, it is only sorted by size.",
        f"Without {names} the sum differs from the photo by up to {abs(difference):.0f} of 255 grey levels: whatever "
        f"has that size is missing.",
    )


def coarse_level_decides(alone: Mapping[str, np.ndarray], whole: np.ndarray) -> Sentence | None:
    """Whether the coarsest level alone is nearer to the answer of all than the finest alone.

    ``alone``: label maps by name of the level, finest first; ``whole``: the label map of all levels together.
    """
    if len(alone) < 2:
        return None
    shares = {name: float((labels == whole).mean()) for name, labels in alone.items()}
    finest, *_, coarsest = shares
    words = ", ".join(f"{name} {percent(share)}" for name, share in shares.items())
    words = f"Each level alone gives so many of the pixels the class that all together give them: {words}"
    return here(
        "levels/coarse decides",
        shares[coarsest] > shares[finest],
        f"{words}. The scene, of which the coarse level sees most, decides more than the texture.",
        f"{words}. Here texture and edges decide more than the scene.",
        on="china",
    )


def levels_help(three: np.ndarray, one: np.ndarray, nets: tuple[str, str], usually: str) -> Sentence:
    """Whether three levels beat one on this photo; confusion matrices, and what is so on the validation photos."""
    ious = metrics.mean_iou(three), metrics.mean_iou(one)
    words = f"{nets[0]} has {percent(ious[0])} mean IoU here, {nets[1]} {percent(ious[1])}"
    return here(
        "levels/help",
        ious[0] > ious[1],
        f"{words}: the same window, shown smaller pictures, sees more of the scene.",
        f"{words}: on this photo more context does not help. {usually}",
        on="china",
    )


def third_more(work: float, levels: int) -> Sentence:
    """Whether all levels cost about a third more than one; ``work``: multiply-adds, one level being 1."""
    series = " + ".join(["1", *(f"1/{4**level}" for level in range(1, levels))])
    return here(
        "cost/third more",
        work < THIRD_MORE,
        f"Half the side is a quarter of the pixels: {series} stays below 4/3. Counted is {work:.2f} times the work.",
        f"Half the side is a quarter of the pixels: {series} stays below 4/3, but on so small a photo grids are rounded"
        f" up to whole units, and counted is {work:.2f} times the work.",
    )


def sharpness(strides: Sequence[int]) -> Sentence:
    """What is paid for the window; ``strides`` of the levels on the photo, finest first."""
    return always(
        f"What is paid is sharpness: a unit of the coarsest level answers for {strides[-1]} px of the photo, one of "
        f"the finest for {strides[0]}."
    )


def vote_gains(before: np.ndarray, after: np.ndarray) -> Sentence:
    """Whether the vote raises pixel accuracy; confusion matrices."""
    was, became = metrics.pixel_accuracy(before), metrics.pixel_accuracy(after)
    words = f"the vote takes pixel accuracy from {percent(was)} to {percent(became)}"
    return here(
        "superpixels/gain",
        became >= was,
        f"Borders snap to edges of the photo: {words}.",
        f"Here {words}: more of what was right is voted down than of what was wrong.",
        on="chelsea",
    )


def speckles_go(before: np.ndarray, after: np.ndarray) -> Sentence:
    """Whether the answer has fewer separate regions after the vote; label maps."""
    was, became = count_regions(before), count_regions(after)
    return here(
        "superpixels/speckles",
        became < was,
        f"Speckles go: of {was:,} separate regions of one class {became:,} are left.",
        f"No speckles go here: there are {was:,} separate regions of one class before, {became:,} after.",
        on="china",
    )


def thin_goes(ceiling: np.ndarray, label_set: LabelSet) -> Sentence | None:
    """Whether some class is lost by the regions themselves; confusion matrix of the human labels, voted."""
    ious = metrics.iou_per_class(ceiling)
    there = [k for k in range(len(ious)) if ceiling[k].sum()]
    if not there:
        return None
    worst = min(there, key=lambda k: ious[k])
    words = f"in the human labels themselves, voted, {label_set.classes[worst]} keeps {percent(ious[worst])} IoU"
    return here(
        "superpixels/thin",
        ious[worst] < LOST,
        f"What is thin, or looks like its surroundings, goes too: {words}.",
        f"These regions hardly swallow anything: {words}, and no class less.",
        on="china",
    )
