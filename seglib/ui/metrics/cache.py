"""Caches of the metrics page."""

from __future__ import annotations

import numpy as np

from seglib.labels import IGNORE, LABEL_SETS, LabelSet
from seglib.metrics import boundary, confusion_matrix, conventions, imbalance, objects
from seglib.metrics.duel import Duel, Faults, cheats, regroup
from seglib.models.segmentation import Segmentation
from seglib.photos import PHOTOS
from seglib.ui import cache

RADII = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40)  # pixels


@cache.shared(32)
def window(truth: np.ndarray, class_index: int, share: float | None) -> imbalance.Window:
    """Where a class has about this share; the whole photo for None."""
    if share is not None:
        return imbalance.find_window(truth, class_index, share)
    labelled = truth != IGNORE
    return imbalance.Window(
        slice(0, truth.shape[0]), slice(0, truth.shape[1]), float((truth[labelled] == class_index).mean())
    )


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
    cut = window(truth, class_index, share)
    truth = np.ascontiguousarray(truth[cut.view])
    said = {net: np.ascontiguousarray(answer.labels[cut.view]) for net, answer in answers.items()}
    said |= cheats(truth, label_set, class_index, faults)
    regrouped = regroup(label_set, class_index, grouping)
    truth, said = regrouped.apply(truth), {name: regrouped.apply(each) for name, each in said.items()}
    size = len(regrouped.label_set)
    return Duel(
        regrouped.label_set,
        cut,
        truth,
        said,
        {name: confusion_matrix(truth, each, size) for name, each in said.items()},
    )


def _box(labels: str, net: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Title, truth and a net's answer of every photo in the box that has labels of this set."""
    found = []
    for key, photo in PHOTOS.items():
        truth = cache.bundled_truth(key, labels)
        if (truth != IGNORE).any():
            answer = cache.segment(cache.bundled_photo(key), net, labels)
            found.append((photo.title, truth, answer.labels))
    return found


@cache.copied(32, words="Segmenting the photos in the box …")
def box_counts(labels: str, net: str) -> np.ndarray:
    """Confusion matrices with a row for void of a net on the photos in the box, ``(N, K + 1, K)``."""
    size = len(LABEL_SETS[labels])
    return np.stack([conventions.counts_with_void(truth, said, size) for _, truth, said in _box(labels, net)])


@cache.copied(32, words="Segmenting the photos in the box …")
def box_objects(labels: str, net: str) -> list[tuple[str, objects.ObjectScore]]:
    """Every object in the box, with its photo's title, and what a net makes of it."""
    label_set = LABEL_SETS[labels]
    things = [label_set.index(name) for name in sorted(label_set.things)]
    return [
        (title, score)
        for title, truth, said in _box(labels, net)
        for score in objects.score_objects(truth, said, things)
    ]


@cache.shared(16)
def border_distance(truth: np.ndarray) -> np.ndarray:
    """Distance to the nearest true border, ``(H, W)`` float32."""
    return boundary.border_distance(truth)


@cache.copied(64)
def bands(truth: np.ndarray, answer: Segmentation, num_classes: int) -> np.ndarray:
    """Confusion matrices of a net within each of `RADII` of a border, ``(R, K, K)``."""
    return boundary.band_curve(truth, answer.labels, RADII, num_classes, border_distance(truth))


@cache.copied(64)
def f_scores(truth: np.ndarray, answer: Segmentation, num_classes: int) -> np.ndarray:
    """Boundary F-score of each class, ``(K,)``."""
    return boundary.boundary_f_scores(truth, answer.labels, num_classes)
