"""What a lecturer would point at on the page Compare, as it is on the photo that is shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib import metrics
from seglib.labels import IGNORE
from seglib.models.cards import shipped_nets
from seglib.ui.cache import shared
from seglib.ui.seen import Sentence, here
from seglib.ui.words import percent

AGREED = 2 / 3  # of the pixels, to be called agreement


@shared(128)
def agreement(answers: Mapping[str, np.ndarray], truth: np.ndarray | None) -> Sentence | None:
    """Whether all nets give most pixels the same class, and how often that class is right.

    ``answers``: label maps ``(H, W)`` by net; ``truth`` ``(H, W)`` or None.
    """
    if len(answers) < 2:
        return None
    first, *others = answers.values()
    same = np.all([first == other for other in others], axis=0)
    share, right = float(same.mean()), ""
    if truth is not None and (counted := same & (truth != IGNORE)).any():
        right = f", and are right on {percent(float((first == truth)[counted].mean()))} of those that are labelled"
    words = f"The {len(answers)} nets give {percent(share)} of the pixels the same class{right}"
    return here(
        "compare/agreement",
        share >= AGREED,
        f"{words}: they agree, roughly, on *what* is there.",
        f"{words}: on this photo they do not even agree on what is there.",
        on="chelsea",
    )


def finer_is_better(matrices: Mapping[str, np.ndarray | None], label_set_name: str) -> Sentence | None:
    """Whether the finest net has the highest mean IoU here; ``matrices``: confusion matrices, coarsest net first."""
    scored = {net: matrix for net, matrix in matrices.items() if matrix is not None}
    if len(scored) < 2:
        return None
    ious = {net: metrics.mean_iou(matrix) for net, matrix in scored.items()}
    coarse, fine = next(iter(ious)), list(ious)[-1]
    best = max(ious, key=ious.__getitem__)
    gained = {
        name: 100 * (score(scored[fine]) - score(scored[coarse]))
        for name, score in (("mean IoU", metrics.mean_iou), ("pixel accuracy", metrics.pixel_accuracy))
    }
    cards = shipped_nets(label_set_name)
    usual = {net: percent(cards[net]["figures"]["mean_iou"]) for net in (coarse, fine)}
    return here(
        "compare/finer is better",
        best == fine,
        f"The finer the scores, the nearer the borders to where the photo has them: from {coarse} to {fine} mean IoU "
        f"gains {gained['mean IoU']:+.1f} points, pixel accuracy {gained['pixel accuracy']:+.1f}.",
        f"Here the finest net is not the best: {best} has {percent(ious[best])} mean IoU, {fine} "
        f"{percent(ious[fine])}. One photo is one draw: on the {cards[fine]['figures']['images']} validation photos "
        f"{coarse} has {usual[coarse]} and {fine} {usual[fine]}.",
        on="china",
    )
