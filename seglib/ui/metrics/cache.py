"""Caches of the metrics page."""

from __future__ import annotations

import numpy as np

from seglib.labels import IGNORE, LABEL_SETS, LabelSet
from seglib.metrics import boundary, conventions, imbalance, objects
from seglib.metrics.duel import Duel, Faults, fight
from seglib.models.segmentation import Segmentation
from seglib.photos import PHOTOS
from seglib.ui import cache

RADII = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40)  # pixels


@cache.shared(32)
def window(truth: np.ndarray, class_index: int, share: float | None) -> imbalance.Window:
    """Where a class has about this share; the whole photo for None."""
    if share is None:
        return imbalance.whole_photo(truth, class_index)
    return imbalance.find_window(truth, class_index, share)


@cache.shared(6)
def duel(
    truth: np.ndarray,
    answers: dict[str, Segmentation],
    label_set: LabelSet,
    class_index: int,
    share: float | None,
    grouping: str,
    faults: Faults,
) -> Duel:
    """Nets and cheats on one window of one photo."""
    predictions = {net: answer.labels for net, answer in answers.items()}
    view = window(truth, class_index, share)
    return fight(truth, predictions, label_set, class_index, view, grouping, faults)


def _box(label_set_name: str, net: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Title, truth and a net's answer of every photo in the box that has labels of this set."""
    labelled = []
    for key, photo in PHOTOS.items():
        truth = cache.bundled_truth(key, label_set_name)
        if (truth != IGNORE).any():
            answer = cache.segment(cache.bundled_photo(key), net, label_set_name)
            labelled.append((photo.title, truth, answer.labels))
    return labelled


@cache.copied(32, words="Segmenting the photos in the box …")
def box_counts(label_set_name: str, net: str) -> np.ndarray:
    """Confusion matrices with a row for void of a net on the photos in the box, ``(N, K + 1, K)``."""
    size = len(LABEL_SETS[label_set_name])
    return np.stack(
        [conventions.counts_with_void(truth, prediction, size) for _, truth, prediction in _box(label_set_name, net)]
    )


@cache.copied(32, words="Segmenting the photos in the box …")
def box_objects(label_set_name: str, net: str) -> list[tuple[str, objects.ObjectScore]]:
    """Every object in the box, with its photo's title, and what a net makes of it."""
    label_set = LABEL_SETS[label_set_name]
    things = [label_set.index(name) for name in sorted(label_set.things)]
    return [
        (title, score)
        for title, truth, prediction in _box(label_set_name, net)
        for score in objects.score_objects(truth, prediction, things)
    ]


@cache.copied(64)
def bands(truth: np.ndarray, answer: Segmentation, num_classes: int) -> np.ndarray:
    """Confusion matrices of a net within each of `RADII` of a border, ``(R, K, K)``."""
    return boundary.band_curve(truth, answer.labels, RADII, num_classes, cache.border_distance(truth))


@cache.copied(64)
def f_scores(truth: np.ndarray, answer: Segmentation, num_classes: int) -> np.ndarray:
    """Boundary F-score of each class, ``(K,)``."""
    return boundary.boundary_f_scores(truth, answer.labels, num_classes)
