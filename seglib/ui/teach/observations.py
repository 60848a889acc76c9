"""What a lecturer would point at on the page Teach it, as it is with these strokes, or in this run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib.annotation.contours import count_regions
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

NEARLY = 0.8  # of another mean IoU: nearly as good
BY_HEART = 0.2  # of mean IoU, how far the score on what was learnt from is ahead of that on what was not


def fine_layers_are_confetti(alone: Mapping[int, np.ndarray], names: Mapping[int, str]) -> Sentence | None:
    """Whether the coarsest layer alone falls into fewer pieces than any other; label maps by stride, coarsest first."""
    if len(alone) < 2:
        return None
    pieces = {stride: count_regions(labels) for stride, labels in alone.items()}
    coarsest, *others = pieces
    words = ", ".join(f"{names[stride]} {count:,}" for stride, count in pieces.items())
    words = f"Into so many pieces falls the answer of each layer alone: {words}"
    return here(
        "teach/confetti",
        all(pieces[coarsest] <= pieces[other] for other in others),
        f"{words}. The coarse one gives round blobs, the fine ones sharp confetti.",
        f"{words}. With these strokes the coarse one is not the calmest.",
    )


def sum_is_best(alone: Mapping[str, float], every: float) -> Sentence | None:
    """Whether all layers together beat the best one alone; mean IoU."""
    if not alone:
        return None
    best = max(alone, key=alone.get)
    words = f"the best single layer is **{best}** with {percent(alone[best])} mean IoU, all together reach"
    return here(
        "teach/sum",
        every > alone[best],
        f"With these strokes {words} {percent(every)}: each knows something that the others do not.",
        f"With these strokes {words} {percent(every)}, no more: what the others add is not worth it on this photo.",
    )


def textons_do_well(ours: float, net: float) -> Sentence:
    """Whether textons and colours do nearly as well as the net's features on the painted photo; mean IoU.

    Textons know the strokes on this photo alone, the net's head those on all photos.
    """
    words = f"From the strokes on this photo textons reach {percent(ours)} mean IoU; the net's features {percent(net)}"
    return here(
        "teach/textons",
        ours >= NEARLY * net,
        f"{words}: on the photo that they were learnt on they do well.",
        f"{words}: here they do not keep up.",
    )


def random_is_something(random: float, imagenet: float) -> Sentence:
    """Whether random weights do nearly as well as ImageNet's on the painted photo; mean IoU."""
    words = f"On the painted photo random weights reach {percent(random)} mean IoU, ImageNet's {percent(imagenet)}"
    return here(
        "teach/random",
        random >= NEARLY * imagenet,
        f"{words}: they see edges and colours, too, and here that is worth something.",
        f"{words}: here edges and colours alone are not enough.",
    )


def imagenet_goes_farther(rows: Mapping[str, Mapping]) -> Sentence | None:
    """What `seglib.teach.measure` found for both on the painted photos and on others; ``rows`` of its report."""
    names = {"four layers": "ImageNet", "random weights": "random weights"}
    if any(name not in rows or not {"own", "others"} <= rows[name].keys() for name in names):
        return None
    scores = {name: {where: rows[name][where]["mean_iou"] for where in ("own", "others")} for name in names}
    words = "; ".join(
        f"{title} {scores[name]['own']:.1f} % on the painted photos, {scores[name]['others']:.1f} % on others"
        for name, title in names.items()
    )
    lead = {where: scores["four layers"][where] - scores["random weights"][where] for where in ("own", "others")}
    return here(
        "teach/imagenet",
        lead["others"] > lead["own"],
        f"What ImageNet is worth shows on other photos. Measured: {words}.",
        f"ImageNet is worth no more on other photos than on the painted ones. Measured: {words}.",
    )


def same_on_the_next(imagenet: Mapping[str, float], random: Mapping[str, float]) -> Sentence | None:
    """Whether ImageNet's features go to other photos better than random ones; mean IoU by photo, where there is any."""
    both = [photo for photo in imagenet if photo in random]
    if not both:
        return None
    words = ", ".join(f"{photo} {percent(imagenet[photo])} against {percent(random[photo])}" for photo in both)
    words = f"Mean IoU of ImageNet's features against random ones: {words}"
    return here(
        "teach/next photo",
        all(imagenet[photo] > random[photo] for photo in both),
        f"{words}. What ImageNet taught means the same on the next photo.",
        f"{words}. Not on each of these photos does ImageNet help: here the classes look otherwise.",
    )


def known_by_heart(learnt: float, held_out: float, number: int) -> Sentence | None:
    """Whether a net knows its crops far better than a photo that it never saw; mean IoU after epoch ``number``."""
    if np.isnan([learnt, held_out]).any():
        return None
    words = (
        f"After epoch {number} mean IoU is {percent(learnt)} on the crops it learns from, {percent(held_out)} on the "
        "photo it never sees"
    )
    return here(
        "learn/by heart",
        learnt - held_out >= BY_HEART,
        f"{words}: a few photos are known by heart long before they teach a class.",
        f"{words}: not yet known by heart." if learnt < 0.5 else f"{words}: what it learns holds on that photo, too.",
    )


def cannot_know(names: list[str]) -> Sentence | None:
    """The classes of the held-out photo that nothing teaches; ``names`` ready to be shown."""
    return always(f"Nothing it learns from shows {' or '.join(names)}: that it cannot know.") if names else None
