"""What a lecturer would point at on the page Before convnets, as it is on what is shown: stuff by its texture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib import metrics
from seglib.labels import IGNORE, LabelSet
from seglib.ui.seen import Sentence, here
from seglib.ui.words import percent

GUESSING = 1 / 3  # of the mosaic's pixels
BEYOND_CHANCE = 0.1  # of the pixels, more than guessing gives: not by chance any more
ALIKE = 0.1  # of the windows: those that are lit most
NEARLY = 0.1  # of IoU, behind a net
FOUND = 0.5  # IoU from which on stuff is called found
FEWEST = 0.01  # of the labelled pixels, for a class to be spoken of
MOST_NAMED = 4  # classes in one sentence

Kinds = Mapping[str, Mapping[str, float]]  # as `seglib.metrics.objects.things_and_stuff` gives them


def same_stuff(
    similar: np.ndarray, at: tuple[int, int], radius: int, truth: np.ndarray | None, label_set: LabelSet
) -> Sentence | None:
    """Whether what resembles the pinned window is of its class.

    ``similar`` ``(h, w)``, of the windows around all cells to the one around cell ``at``, of ``radius`` cells;
    ``truth`` ``(H, W)`` of the photo, or None. Windows that overlap the pinned one are not counted.
    """
    if truth is None:
        return None
    rows, cols = (
        ((np.arange(n) + 0.5) * full / n).astype(int) for n, full in zip(similar.shape, truth.shape, strict=True)
    )
    labels = truth[rows[:, None], cols]
    k = int(labels[at])
    row, col = np.ogrid[: similar.shape[0], : similar.shape[1]]
    counted = (labels != IGNORE) & (np.maximum(abs(row - at[0]), abs(col - at[1])) > 2 * radius)
    if k == IGNORE or not counted.any():
        return None
    lit = counted & (similar >= np.quantile(similar[counted], 1 - ALIKE))
    share, usual = float((labels[lit] == k).mean()), float((labels[counted] == k).mean())
    name = label_set.classes[k]
    words = (
        f"Of the tenth of the windows that resemble the pinned one most, {percent(share)} are {name} as well; of all "
        f"windows {percent(usual)} are."
    )
    return here(
        "filters/same stuff",
        share > max(0.5, usual),
        f"{words} So its texture tells it.",
        f"{words} So its texture does not tell it: what lights up is as busy, or as plain, and of any class.",
        on="flower",
    )


def greys_say_nothing(scores: Mapping[str, float], means: Mapping[str, tuple[float, float]]) -> Sentence:
    """Whether grey levels alone do better than guessing on the mosaic.

    ``scores``: share of right pixels by kind of words; ``means``: mean grey of each texture's half to learn from, and
    of its part of the mosaic.
    """
    grey, levels = scores["mean grey"], scores["grey levels"]
    numbers = f"By mean grey {percent(grey)} of the pixels are right, by all grey levels {percent(levels)}"
    name, (learnt, met) = max(means.items(), key=lambda item: abs(item[1][0] - item[1][1]))
    less = ""
    if min(grey, levels) < GUESSING - BEYOND_CHANCE:
        less = (
            " Less than guessing, for only whole textures have the same greys: a half that is darker leaves a brighter "
            f"one ({name}: {learnt:.0f} of 255 in the half that is learnt from, {met:.0f} in the mosaic)."
        )
    return here(
        "mosaic/greys",
        max(grey, levels) <= GUESSING + BEYOND_CHANCE,
        f"{numbers}, and guessing gives {percent(GUESSING)}: greys say nothing once all textures have the same.{less}",
        f"{numbers}, more than the {percent(GUESSING)} of guessing: single windows still differ in contrast.",
    )


def textons_tell(scores: Mapping[str, float]) -> Sentence:
    """Whether textons do much better than grey levels."""
    ours, greys = scores["textons"], max(scores["mean grey"], scores["grey levels"])
    return here(
        "mosaic/textons",
        ours > greys + BEYOND_CHANCE,
        f"Textons know the pattern: {percent(ours)}.",
        f"In this window textons, too, give no more than {percent(ours)}: it holds too little of the pattern, or more "
        "than one texture.",
    )


def best_window(name: str, curve: Mapping[float, float], words: str) -> Sentence:
    """Whether a middling window is best; ``curve``: share of right pixels by side in pixels, ``words`` say by what."""
    sides = sorted(curve)
    best = max(sides, key=curve.__getitem__)
    smallest, largest = sides[0], sides[-1]
    ends = f"{smallest:.0f} px give {percent(curve[smallest])}, {largest:.0f} px {percent(curve[largest])}"
    return here(
        name,
        best not in (smallest, largest),
        f"{words}, a window of {best:.0f} px is best, {percent(curve[best])}. {ends}: in a small one the counts are "
        "noise, a large one reaches across borders.",
        f"{words}, the {'smallest' if best == smallest else 'largest'} window is best here. {ends}.",
    )


def stuff_beside_a_net(ours: np.ndarray, net: np.ndarray, net_name: str, label_set: LabelSet) -> Sentence | None:
    """Whether the stuff of this photo is found nearly as well as by a net; confusion matrices ``(K, K)``."""
    pixels = ours.sum(1)
    stuff = [k for k, name in enumerate(label_set.classes) if name not in label_set.things]
    there = [k for k in stuff if pixels[k] > FEWEST * pixels.sum()]
    if not there:
        return None
    one, other = metrics.iou_per_class(ours), metrics.iou_per_class(net)
    named = sorted(there, key=lambda k: -pixels[k])[:MOST_NAMED]
    words = ", ".join(f"{label_set.classes[k]} {percent(one[k])} against {percent(other[k])}" for k in named)
    nearly = float(np.mean(other[there] - one[there])) <= NEARLY
    return here(
        "texture/stuff",
        nearly and float(np.mean(one[there])) >= FOUND,
        f"Stuff is found nearly as well as by {net_name} or better, for it *is* texture. IoU: {words}.",
        f"Here stuff, too, is found {'by neither' if nearly else f'worse than by {net_name}'}. IoU: {words}.",
        on="astronaut",
    )


def stuff_over_things(ours: Kinds, net: Kinds, net_name: str, usually: str) -> Sentence | None:
    """Whether texture is better at stuff, and farther behind a net on things; ``usually``: the same on many photos."""
    scores = {kind: (ours[kind]["Mean IoU"], net[kind]["Mean IoU"]) for kind in ("stuff", "things")}
    if np.isnan(list(scores.values())).any():
        return None
    behind = {kind: theirs - texture for kind, (texture, theirs) in scores.items()}
    words = " and ".join(
        f"{percent(texture)} over {kind} ({net_name} {percent(theirs)})" for kind, (texture, theirs) in scores.items()
    )
    return here(
        "texture/stuff over things",
        scores["stuff"][0] > scores["things"][0] and behind["things"] > behind["stuff"],
        f"Mean IoU of texture is {words}: no window of words knows a shape.",
        f"Mean IoU of texture is {words}: on this photo it does not do for stuff what it cannot do for things. One "
        f"photo is one draw; over the validation photos, texture against {net_name}: {usually}",
        on="camera",
    )


def strokes_for_stuff(kinds: Kinds, painted: float) -> Sentence | None:
    """Whether strokes teach stuff better than things; ``painted``: share of the photo."""
    stuff, things = (kinds[kind]["Mean IoU"] for kind in ("stuff", "things"))
    if np.isnan([stuff, things]).any():
        return None
    words = (
        f"From strokes on {percent(painted)} of the photo, mean IoU is {percent(stuff)} over stuff and "
        f"{percent(things)} over things"
    )
    return here(
        "strokes/stuff",
        stuff > things,
        f"{words}: what a stroke touched of stuff is found all over, the parts of a thing look like something else.",
        f"{words}: the things of this photo have a texture or a colour of their own.",
    )


def strokes_beside_a_net(ours: np.ndarray, net: np.ndarray, net_name: str) -> Sentence:
    """Whether strokes on this photo beat a net that has learnt from others; confusion matrices of unpainted pixels."""
    mine, theirs = metrics.pixel_accuracy(ours), metrics.pixel_accuracy(net)
    numbers = f"{percent(mine)} of the unpainted pixels are right, by {net_name} {percent(theirs)}"
    return here(
        "strokes/net",
        mine >= theirs,
        f"{numbers}: to have learnt this photo's own textures is worth more here than to have learnt from many others.",
        f"{numbers}, which has learnt from many other photos and from none of these strokes.",
    )
