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


def never_said(truth: np.ndarray, label_set: LabelSet, name: str) -> Sentence | None:
    """What is left to a predictor that never says a class: its best pixel accuracy, and its best mean IoU.

    None where the class is not there, is alone, or was merged or cut.
    """
    if name not in label_set.classes or f"{name} 2" in label_set.classes:
        return None
    counts = np.bincount(truth[truth != IGNORE], minlength=len(label_set))
    share, classes = float(counts[label_set.index(name)] / max(1, counts.sum())), np.count_nonzero(counts)
    if not 0 < share < 1:
        return None
    return always(
        f"Pixel accuracy asks pixels, mean IoU asks classes: whatever never says {name} may still reach "
        f"{percent(1 - share)} pixel accuracy here, but with one of {classes} classes lost no more than "
        f"{percent(1 - 1 / classes)} mean IoU."
    )


def one_class_everywhere(matrices: Mapping[str, np.ndarray]) -> Sentence | None:
    """Both scores of what says the commonest class everywhere, of which one follows from the other."""
    name = _commonest(matrices)
    matrix = matrices[name]
    count = np.count_nonzero(matrix.sum(1))
    if count < 2 or np.count_nonzero(matrix.sum(0)) != 1:  # a class cut in four is not one class
        return None
    return always(
        f"“{name}” has {percent(metrics.pixel_accuracy(matrix))} pixel accuracy; divided by the {count} classes that "
        f"are here, that is its mean IoU, {percent(metrics.mean_iou(matrix))}."
    )


def ignoring_pays(whole: np.ndarray, window: np.ndarray, class_index: int, label_set: LabelSet) -> Sentence | None:
    """Whether what ignores a class has a higher pixel accuracy in the window than on the whole photo.

    ``whole`` and ``window`` are true label maps; what ignores the class says the commonest of the others everywhere.
    None if they are the same, or one has no other class.
    """
    if whole.shape == window.shape:
        return None
    shares = [_share_of_another(truth, class_index) for truth in (whole, window)]
    if None in shares:
        return None
    (old, _), (new, other) = shares
    words = (
        f"Saying the commonest class but {label_set.classes[class_index]} everywhere, here {label_set.classes[other]}, "
        f"has {percent(old)} pixel accuracy on the whole photo and {percent(new)} in this window"
    )
    return here(
        "metrics/ignoring pays",
        new > old,
        f"{words}: what ignores the class climbs.",
        f"{words}: what ignores the class does not climb, for the other classes share this window more evenly.",
    )


def _share_of_another(truth: np.ndarray, class_index: int) -> tuple[float, int] | None:
    """Share of the labelled pixels of the commonest class but one, and that class."""
    counts = np.bincount(truth[truth != IGNORE], minlength=class_index + 1)
    others = counts.copy()
    others[class_index] = 0
    return (float(others.max() / counts.sum()), int(others.argmax())) if others.any() else None


def regrouping() -> Sentence:
    """What follows from adding rows and columns of a confusion matrix."""
    return always(
        "Merging classes takes pixel accuracy from nobody, for no right pixel becomes wrong; cutting one in four "
        "leaves it as it is, to the last digit, while means over classes count that class up to four times."
    )
