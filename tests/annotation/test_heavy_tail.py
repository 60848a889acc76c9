"""Shares, folding, and what the scores make of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seglib import metrics
from seglib.annotation.heavy_tail import class_shares, fine_pixels, fold_rarest, meanings
from seglib.annotation.polygons import class_indices
from seglib.class_counts import SETS, read_statistics
from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.metrics.imbalance import fold_labels, fold_matrix
from seglib.photos import photo_truth

NAMES = ("car", "pole", "sky", "sign")
CM = np.array([[5, 0, 1, 0], [1, 0, 0, 0], [0, 0, 20, 0], [0, 1, 0, 1]])


def test_folding_by_hand() -> None:
    folding = fold_rarest(CM.sum(1), NAMES, 2)
    assert folding.folded == ("pole", "sign")
    folded = fold_matrix(CM, folding.group_of)
    assert folded.tolist() == [[5, 1, 0], [0, 20, 0], [1, 0, 2]]
    assert metrics.pixel_accuracy(CM) == pytest.approx(26 / 29)
    assert metrics.pixel_accuracy(folded) == pytest.approx(27 / 29)
    assert metrics.mean_iou(folded) > metrics.mean_iou(CM)


def test_no_folding_and_all_folding() -> None:
    assert fold_rarest(CM.sum(1), NAMES, 0).names == NAMES
    everything = fold_rarest(CM.sum(1), NAMES, 4)
    assert everything.names == ("Other",)
    assert metrics.mean_iou(fold_matrix(CM, everything.group_of)) == 1
    with pytest.raises(ValueError, match="0 to all"):
        fold_rarest(CM.sum(1), NAMES, 5)


@settings(deadline=None, max_examples=60)
@given(arrays(np.int64, (4, 4), elements=st.integers(0, 50)), st.integers(0, 4))
def test_accuracy_never_falls_and_maps_fold_as_matrices_do(cm: np.ndarray, n: int) -> None:
    folding = fold_rarest(cm.sum(1), NAMES, n)
    folded = fold_matrix(cm, folding.group_of)
    assert len(folding.names) == len(folded)
    assert cm.sum() == 0 or metrics.pixel_accuracy(folded) >= metrics.pixel_accuracy(cm)
    truth, answer = (np.repeat(side.ravel(), cm.ravel()) for side in np.indices((4, 4)))
    if truth.size:
        maps = [fold_labels(side[None].astype(np.uint8), folding.group_of) for side in (truth, answer)]
        np.testing.assert_array_equal(metrics.confusion_matrix(*maps, len(folded)), folded)


def folded_matrix(n: int) -> np.ndarray:
    """The counts once the n classes with fewest true pixels are called Other."""
    return fold_matrix(CM, fold_rarest(CM.sum(1), NAMES, n).group_of)


def test_folding_starts_with_the_scores_as_they_are() -> None:
    matrices = [folded_matrix(n) for n in range(len(NAMES))]
    assert metrics.mean_iou(matrices[0]) == metrics.mean_iou(CM)
    accuracies = [metrics.pixel_accuracy(cm) for cm in matrices]
    assert accuracies == sorted(accuracies)


def test_folding_one_class_only_renames_it() -> None:
    for score in (metrics.pixel_accuracy, metrics.mean_iou):
        assert score(folded_matrix(1)) == score(folded_matrix(0))


def test_fine_labels_count_what_the_label_set_counts() -> None:
    fine = fine_pixels(["coffee"])
    indices, truth = class_indices(EVERYDAY), photo_truth("coffee", EVERYDAY)
    for index in np.unique(truth[truth != IGNORE]):
        assert sum(n for name, n in fine.items() if indices[name] == index) == (truth == index).sum()


def test_every_training_set_has_a_tail() -> None:
    for data in SETS:
        shares = list(class_shares(read_statistics(data).pixels).values())
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)
        assert set(meanings(data, EVERYDAY)) == set(read_statistics(data).pixels)
    assert meanings("msrc", STREET) == {} or set(meanings("msrc", STREET)) <= set(read_statistics("msrc").pixels)
