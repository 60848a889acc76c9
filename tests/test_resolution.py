"""What a coarse grid costs perfect labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, mean_iou
from seglib.resolution import FACTORS, FCN_PAPER_CEILING, ceilings, subsample, through_grid

HALVES = np.array(
    [
        [0, 0, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [0, 1, 1, 1],
    ]
)


def test_a_cell_takes_its_most_frequent_class() -> None:
    assert subsample(HALVES, 2, 2).tolist() == [[0, 1], [0, 1]]


def test_a_cell_that_is_void_stays_void_and_void_never_wins() -> None:
    labels = np.full((2, 4), IGNORE)
    labels[0, 2] = 1
    assert subsample(labels, 2, 2).tolist() == [[IGNORE, 1]]


def test_nearest_paints_each_cell_in_one_class() -> None:
    assert through_grid(HALVES, 2, 2, "nearest").tolist() == [[0, 0, 1, 1]] * 4


def test_a_worked_mean_iou() -> None:
    # Through a grid of 2 the top row's third and the bottom row's second pixel are lost: IoU 7/9 for both.
    cm = confusion_matrix(HALVES, through_grid(HALVES, 2, 2, "nearest"), 2)
    assert mean_iou(cm) == pytest.approx(7 / 9)
    heights = ceilings(HALVES, 2, "nearest")
    assert list(heights) == list(FACTORS)
    assert (heights[1], heights[2]) == pytest.approx((1, 7 / 9))


@given(seed=st.integers(0, 10_000), how=st.sampled_from(["nearest", "bilinear"]))
def test_a_factor_of_one_changes_nothing_and_size_is_kept(seed: int, how: str) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, rng.integers(1, 40, 2))
    assert np.array_equal(through_grid(labels, 1, 4, how), labels)
    for factor in (2, 3, 8, 64):
        assert through_grid(labels, factor, 4, how).shape == labels.shape


@given(seed=st.integers(0, 10_000))
def test_nearest_agrees_with_subsample(seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, (12, 18))
    cells = subsample(labels, 3, 3)
    assert np.array_equal(through_grid(labels, 3, 3, "nearest"), np.kron(cells, np.ones((3, 3), int)))


def test_one_class_is_never_lost() -> None:
    labels = np.full((37, 53), 2)
    for factor in FACTORS:
        assert (through_grid(labels, factor, 3) == 2).all()


def test_a_straight_border_survives_bilinear_upsampling_better_than_nearest() -> None:
    rows, cols = np.mgrid[:96, :96]
    slanted = (rows + 0.5 * cols > 70).astype(int)
    scores = {
        how: mean_iou(confusion_matrix(slanted, through_grid(slanted, 16, 2, how), 2))
        for how in ("nearest", "bilinear")
    }
    assert scores["bilinear"] > scores["nearest"]


def test_the_papers_curve_falls() -> None:
    by_factor = [FCN_PAPER_CEILING[factor] for factor in sorted(FCN_PAPER_CEILING)]
    assert by_factor == sorted(by_factor, reverse=True)


def test_a_factor_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="subsampling by 0: wanted a whole number from 1 up"):
        through_grid(HALVES, 0, 2)
