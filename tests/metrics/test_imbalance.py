"""Windows that realise a share, classes merged and split: by hand, and what must hold for any map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.metrics import confusion_matrix, mean_iou, pixel_accuracy
from seglib.metrics.imbalance import (
    MAX_ASPECT,
    find_window,
    fold_labels,
    fold_matrix,
    merge,
    split,
    split_class,
    whole_photo,
)
from seglib.photos import photo_truth

K = 4
MAPS = hnp.arrays(np.int64, (6, 8), elements=st.sampled_from([*range(K), IGNORE]), fill=st.nothing())
SAID = hnp.arrays(np.int64, (6, 8), elements=st.integers(0, K - 1), fill=st.nothing())
GROUPS = st.lists(st.integers(0, 2), min_size=K, max_size=K)


def share_of(truth: np.ndarray, k: int) -> float:
    return (truth == k).sum() / (truth != IGNORE).sum()


@pytest.mark.parametrize("share", [0.33, 0.1, 0.03, 0.01, 0.003, 0.001])
def test_a_class_of_a_real_photo_shrinks_from_a_third_to_a_thousandth(share) -> None:
    truth = photo_truth("china", EVERYDAY)
    window = find_window(truth, EVERYDAY.index("tree"), share)
    cut = truth[window.view]
    assert window.share == pytest.approx(share_of(cut, EVERYDAY.index("tree")))
    assert window.share == pytest.approx(share, rel=0.2)
    assert max(cut.shape) <= MAX_ASPECT * min(cut.shape)


def test_a_share_out_of_reach_is_approached_and_said() -> None:
    truth = photo_truth("china", EVERYDAY)
    boat = EVERYDAY.index("vehicle")
    window = find_window(truth, boat, 0.33)
    assert 0 < window.share < 0.33
    assert window.share == pytest.approx(share_of(truth[window.view], boat))
    everything = np.zeros((100, 100), int)
    assert find_window(everything, 0, 0.01).share == 1


def test_of_windows_near_enough_the_largest_is_taken() -> None:
    truth = np.repeat([[0, 1] * 60], 120, axis=0)
    window = find_window(truth, 1, 0.5)
    assert truth[window.view].shape == (120, 120)


def test_the_whole_photo_is_a_window_whose_share_leaves_void_out() -> None:
    truth = np.array([[1, 1, 0], [IGNORE, 0, 0]])
    window = whole_photo(truth, 1)
    np.testing.assert_array_equal(truth[window.view], truth)
    assert window.share == pytest.approx(2 / 5)


def test_fold_and_merge_by_hand() -> None:
    np.testing.assert_array_equal(fold_labels(np.array([[0, 1], [3, IGNORE]]), [1, 0, 0, 1]), [[1, 0], [1, IGNORE]])
    kinds = merge(STREET, "kinds", "Kinds", ["stuff", "things"], [int(c in STREET.things) for c in STREET.classes])
    assert kinds.label_set.things == {"things"}
    assert kinds.label_set.colors[0] == STREET.colors[0]
    np.testing.assert_array_equal(kinds.apply(np.array([[0, STREET.index("car"), IGNORE]])), [[0, 1, IGNORE]])


@given(MAPS, SAID, GROUPS)
@settings(max_examples=50, deadline=None)
def test_merging_adds_rows_and_columns_and_never_lowers_pixel_accuracy(truth, prediction, groups) -> None:
    cm = confusion_matrix(truth, prediction, K)
    folded = confusion_matrix(fold_labels(truth, groups), fold_labels(prediction, groups), max(groups) + 1)
    np.testing.assert_array_equal(fold_matrix(cm, groups), folded)
    if cm.sum():
        assert pixel_accuracy(folded) >= pixel_accuracy(cm)


@given(MAPS, SAID, st.integers(0, K - 1), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_splitting_leaves_pixel_accuracy_as_it_is_to_the_last_digit(truth, prediction, k, parts) -> None:
    before = confusion_matrix(truth, prediction, K)
    new = K + parts - 1
    after = confusion_matrix(split_class(truth, k, parts, K), split_class(prediction, k, parts, K), new)
    assert np.trace(after) == np.trace(before)
    np.testing.assert_array_equal(fold_matrix(after, [*range(K), *[k] * (parts - 1)]), before)


def test_split_into_upright_strips() -> None:
    truth = np.array([[0, 0, 0, 0, 1, 1]])
    np.testing.assert_array_equal(split_class(truth, 0, 3, 2), [[0, 0, 2, 2, 1, 1]])
    cut = split(EVERYDAY, EVERYDAY.index("sky"), 4)
    assert cut.label_set.classes[-3:] == ("sky 2", "sky 3", "sky 4")
    sky = np.full((2, 8), EVERYDAY.index("sky"))
    assert np.unique(cut.apply(sky)).tolist() == [EVERYDAY.index("sky"), 19, 20, 21]
    assert cut.label_set.things == EVERYDAY.things
    assert split(EVERYDAY, EVERYDAY.index("person"), 2).label_set.things == EVERYDAY.things | {"person 2"}


def test_counting_a_class_four_times_moves_mean_iou() -> None:
    truth = np.array([[0] * 8, [1] * 8])
    prediction = np.array([[0] * 8, [0] * 8])
    whole = confusion_matrix(truth, prediction, 2)
    cut = confusion_matrix(split_class(truth, 0, 4, 2), split_class(prediction, 0, 4, 2), 5)
    assert mean_iou(whole) == pytest.approx(1 / 4)
    assert mean_iou(cut) == pytest.approx(4 * (1 / 2) / 5)
    assert pixel_accuracy(whole) == pixel_accuracy(cut)


def test_says_what_is_wrong() -> None:
    truth = np.zeros((60, 60), int)
    with pytest.raises(ValueError, match="no pixel is of class 3"):
        find_window(truth, 3, 0.1)
    with pytest.raises(ValueError, match="share is 0: wanted more than 0"):
        find_window(truth, 0, 0)
    with pytest.raises(ValueError, match="0 parts: wanted 1 to 252"):
        split_class(truth, 0, 0, K)
    with pytest.raises(ValueError, match="class index 2"):
        fold_labels(np.array([[2]]), [0, 0])
