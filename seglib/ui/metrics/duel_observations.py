"""What a lecturer would point at in the metric duel, as it is on the window and the classes that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seglib import metrics
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import duel
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

YES, NO = "yes", "no"


def one_class_beats_a_net(matrices: Mapping[str, np.ndarray], nets: Sequence[str]) -> tuple[str, str] | None:
    """Whether saying the commonest class everywhere has a higher pixel accuracy than some net; None without nets.

    ``matrices``: confusion matrices of nets and cheats by name.
    """
    if not nets:
        return None
    cheat = _commonest(matrices)
    scores = {name: metrics.pixel_accuracy(matrices[name]) for name in (cheat, *nets)}
    worst, best = min(nets, key=scores.__getitem__), max(nets, key=scores.__getitem__)
    beaten = [net for net in nets if scores[cheat] > scores[net]]
    count = f"it beats {len(beaten)} of {len(nets)} nets" if beaten else "it beats no net"
    return (YES if beaten else NO), (
        f"“{cheat}” has {percent(scores[cheat])} pixel accuracy, the nets from {percent(scores[worst])} ({worst}) to "
        f"{percent(scores[best])} ({best}): {count}."
    )


def _commonest(matrices: Mapping[str, np.ndarray]) -> str:
    return next(name for name in matrices if name.startswith(duel.ALL))


def pixels_or_classes(matrices: Mapping[str, np.ndarray]) -> Sentence | None:
    """Both scores of what says one class everywhere, of which one follows from the other."""
    name = _commonest(matrices)
    matrix = matrices[name]
    if np.count_nonzero(matrix.sum(0)) != 1:  # a class cut in four is not one class
        return None
    count = np.count_nonzero(matrix.sum(1))
    return always(
        f"Pixel accuracy asks pixels, mean IoU asks classes: “{name}” has {percent(metrics.pixel_accuracy(matrix))} "
        f"pixel accuracy, and divided by the {count} classes that are here that is its mean IoU, "
        f"{percent(metrics.mean_iou(matrix))}."
    )


def ignoring_pays(whole: np.ndarray, window: np.ndarray, class_index: int, label_set: LabelSet) -> Sentence | None:
    """Whether what ignores a class gains pixel accuracy and loses mean IoU from the whole photo to the window.

    ``whole`` and ``window`` are true label maps; what ignores the class says the commonest of the others everywhere.
    None if they are the same, or one has no other class.
    """
    if whole.shape == window.shape:
        return None
    scores = [_ignoring(truth, class_index) for truth in (whole, window)]
    if None in scores:
        return None
    (old, old_iou, _), (new, new_iou, other) = scores
    name = label_set.classes[class_index]
    words = (
        f"What ignores {name} and says the commonest other class everywhere, here {label_set.classes[other]}, has "
        f"{percent(old)} pixel accuracy and {percent(old_iou)} mean IoU on the whole photo, {percent(new)} and "
        f"{percent(new_iou)} in this window"
    )
    return here(
        "metrics/ignoring pays",
        new > old and new_iou < old_iou,
        f"{words}: it climbs in pixel accuracy and falls in mean IoU.",
        f"{words}: here the two do not part, for the window also changes which other classes there are.",
    )


def _ignoring(truth: np.ndarray, class_index: int) -> tuple[float, float, int] | None:
    """Pixel accuracy and mean IoU of the commonest class but one, said everywhere, and that class."""
    counts = np.bincount(truth[truth != IGNORE], minlength=class_index + 1)
    classes, others = np.count_nonzero(counts), counts.copy()
    others[class_index] = 0
    if not others.any():
        return None
    share = float(others.max() / counts.sum())
    return share, share / classes, int(others.argmax())


def regrouping() -> Sentence:
    """What follows from adding rows and columns of a confusion matrix."""
    return always(
        "Merging classes takes pixel accuracy from nobody, for no right pixel becomes wrong; cutting one in four "
        "leaves it as it is, to the last digit, while means over classes count that class up to four times."
    )
