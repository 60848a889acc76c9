"""Caches of the metrics page.

Keys are small and exact: a photo's name or digest, a net, a label set, the settings, and `cache.truth_key`, a digest of
every pixel of the truth. (A revision would not do here: two visitors may bring one photo with different labels.)
Arrays have a leading underscore, so Streamlit does not hash them: it would look at a sample of a large one only.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib.labels import IGNORE, LABEL_SETS
from seglib.metrics import boundary, confusion_matrix, conventions, imbalance, objects
from seglib.metrics.duel import Duel, Faults, cheats, regroup
from seglib.photos import PHOTOS
from seglib.ui import cache

RADII = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40)  # pixels


@st.cache_resource(max_entries=32, show_spinner=False)
def window(_truth: np.ndarray, truth_key: str, class_index: int, share: float | None) -> imbalance.Window:
    """Where a class has about this share; the whole photo for None."""
    if share is not None:
        return imbalance.find_window(_truth, class_index, share)
    labelled = _truth != IGNORE
    return imbalance.Window(
        slice(0, _truth.shape[0]), slice(0, _truth.shape[1]), float((_truth[labelled] == class_index).mean())
    )


@st.cache_resource(max_entries=6, show_spinner=False)
def duel(
    _truth: np.ndarray,
    _answers: dict[str, np.ndarray],
    photo_key: str,
    truth_key: str,
    nets: tuple[str, ...],
    labels: str,
    class_index: int,
    share: float | None,
    grouping: str,
    faults: Faults,
) -> Duel:
    """Nets and cheats on one window of one photo."""
    label_set = LABEL_SETS[labels]
    cut = window(_truth, truth_key, class_index, share)
    truth = np.ascontiguousarray(_truth[cut.view])
    said = {net: np.ascontiguousarray(_answers[net][cut.view]) for net in nets}
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
            answer = cache.segment(cache.bundled_photo(key), key, net, labels)
            found.append((photo.title, truth, answer.labels))
    return found


@st.cache_data(max_entries=32, show_spinner="Segmenting the photos in the box …")
def box_counts(labels: str, net: str) -> np.ndarray:
    """Confusion matrices with a row for void of a net on the photos in the box, ``(N, K + 1, K)``."""
    size = len(LABEL_SETS[labels])
    return np.stack([conventions.counts_with_void(truth, said, size) for _, truth, said in _box(labels, net)])


@st.cache_data(max_entries=32, show_spinner="Segmenting the photos in the box …")
def box_objects(labels: str, net: str) -> list[tuple[str, objects.ObjectScore]]:
    """Every object in the box, with its photo's title, and what a net makes of it."""
    label_set = LABEL_SETS[labels]
    things = [label_set.index(name) for name in sorted(label_set.things)]
    return [
        (title, score)
        for title, truth, said in _box(labels, net)
        for score in objects.score_objects(truth, said, things)
    ]


@st.cache_resource(max_entries=16, show_spinner=False)
def border_distance(_truth: np.ndarray, truth_key: str) -> np.ndarray:
    """Distance to the nearest true border, ``(H, W)`` float32."""
    return boundary.border_distance(_truth)


@st.cache_data(max_entries=64, show_spinner=False)
def bands(
    _truth: np.ndarray, _segmentation: cache.Segmentation, photo_key: str, truth_key: str, net: str, labels: str
) -> np.ndarray:
    """Confusion matrices of a net within each of `RADII` of a border, ``(R, K, K)``."""
    distance = border_distance(_truth, truth_key)
    return boundary.band_curve(_truth, _segmentation.labels, RADII, len(LABEL_SETS[labels]), distance)


@st.cache_data(max_entries=64, show_spinner=False)
def f_scores(
    _truth: np.ndarray, _segmentation: cache.Segmentation, photo_key: str, truth_key: str, net: str, labels: str
) -> np.ndarray:
    """Boundary F-score of each class, ``(K,)``."""
    return boundary.boundary_f_scores(_truth, _segmentation.labels, len(LABEL_SETS[labels]))


@st.cache_data(max_entries=64, show_spinner=False)
def whole(
    _truth: np.ndarray, _segmentation: cache.Segmentation, photo_key: str, truth_key: str, net: str, labels: str
) -> np.ndarray:
    """Confusion matrix of a net on the whole photo."""
    return confusion_matrix(_truth, _segmentation.labels, len(LABEL_SETS[labels]))
