"""Both faces of each sentence on the page The resolution issue, from ceilings and labels made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix
from seglib.ui.resolution import observations

SLOW = {1: 1.0, 2: 0.99, 4: 0.98, 8: 0.97, 16: 0.92, 32: 0.85, 64: 0.7, 128: 0.5}
EARLY = {1: 1.0, 2: 0.95, 4: 0.81, 8: 0.78, 16: 0.7, 32: 0.6, 64: 0.5, 128: 0.4}
TRUTH = np.array([[0] * 8 + [1] * 2])


@pytest.mark.parametrize(
    ("score", "option"),
    [(1.0, "over 95 %"), (0.95, "over 95 %"), (0.949, "80 to 95 %"), (0.8, "80 to 95 %"), (0.5, "50 to 80 %"),
     (0.499, "below 50 %"), (0.0, "below 50 %")],
)  # fmt: skip
def test_every_ceiling_is_one_of_the_options(score: float, option: str) -> None:
    right, because = observations.ceiling_asked({32: score})
    assert right == option
    assert f"a grid of 32 px the labels of this photo keep {100 * score:.1f} % mean IoU" in because


def test_the_ceiling_falls_slowly_at_first_or_it_is_said_where_it_falls() -> None:
    holds = observations.slow_then_fast(SLOW)
    assert holds.holds
    assert "by 3.0 points up to 8 px" in holds.words
    assert "by 35.0 points from there to 128 px" in holds.words
    otherwise = observations.slow_then_fast(EARLY)
    assert not otherwise.holds
    assert "up to 8 px it loses 22.0 points, 14.0 of them from 2 to 4 px" in otherwise.words
    assert observations.slow_then_fast(dict.fromkeys(SLOW, 1.0)) is None


def test_small_classes_go_first_or_large_ones_do() -> None:
    holds = observations.small_first(TRUTH, np.array([[0] * 9 + [1]]), 32, EVERYDAY)
    assert holds.holds
    assert "a grid of 32 px the smallest class by area keeps 50.0 % IoU, the largest 88.9 %" in holds.words
    assert "least of all wall, 20.0 % of the pixels, 50.0 %: what is small goes first." in holds.words
    otherwise = observations.small_first(TRUTH, np.array([[2] * 6 + [0] * 2 + [1] * 2]), 32, EVERYDAY)
    assert not otherwise.holds
    assert "least of all building" in otherwise.words
    truth = np.array([[0] * 60 + [1] * 40])
    hardly = observations.small_first(truth, np.array([[0] * 61 + [1] * 39]), 32, EVERYDAY)
    assert not hardly.holds  # 97.5 % against 98.4 %
    assert hardly.words.endswith("here what is small does not clearly go first.")


def test_halves_of_many_classes_are_compared() -> None:
    truth = np.array([[0] * 8 + [1] * 4 + [2] * 2 + [3]])
    through = np.where(truth == 3, 2, truth)
    sentence = observations.small_first(truth, through, 64, EVERYDAY)
    assert "the smaller 2 classes by area keep 33.3 % IoU, the larger 100.0 %" in sentence.words


def test_of_small_classes_nothing_is_said_where_nothing_is_lost_or_one_class_is_alone() -> None:
    assert observations.small_first(TRUTH, TRUTH, 1, EVERYDAY) is None
    assert observations.small_first(np.zeros((2, 2), int), np.ones((2, 2), int), 32, EVERYDAY) is None


def test_thin_parts_go_first_or_fare_no_worse() -> None:
    thin = TRUTH == 1
    holds = observations.thin_first(TRUTH, np.array([[0] * 9 + [1]]), thin, 16)
    assert holds.holds
    assert "keep their class on 50.0 % of their pixels, all others on 100.0 %" in holds.words
    otherwise = observations.thin_first(TRUTH, np.array([[1] * 2 + [0] * 6 + [1] * 2]), thin, 16)
    assert not otherwise.holds
    assert "100.0 % of their pixels, all others on 75.0 %" in otherwise.words
    assert observations.thin_first(TRUTH, TRUTH, thin, 1) is None
    assert observations.thin_first(TRUTH, np.array([[0] * 10]), thin & False, 16) is None


def test_void_pixels_are_nobodys_loss() -> None:
    truth = np.where(TRUTH == 0, IGNORE, TRUTH)
    truth[0, 0] = 0
    sentence = observations.thin_first(truth, np.array([[0] * 9 + [1]]), truth == 1, 16)
    assert "50.0 % of their pixels, all others on 100.0 %" in sentence.words


def test_nets_stay_below_their_ceilings_or_are_named() -> None:
    right, wrong = confusion_matrix(TRUTH, TRUTH, 2), confusion_matrix(TRUTH, np.zeros_like(TRUTH), 2)
    strides = {"fcn32s": 32, "fcn4s": 4}
    holds = observations.below_ceiling({"fcn32s": wrong, "fcn4s": wrong}, strides, SLOW)
    assert holds.holds
    assert "fcn32s the nearest by 45.0 points" in holds.words  # of 85, with (8 / 10 + 0) / 2
    otherwise = observations.below_ceiling({"fcn32s": right, "fcn4s": wrong}, strides, SLOW)
    assert not otherwise.holds
    assert "fcn32s with 100.0 % reaches the 85.0 % of labels on its grid of 32 px" in otherwise.words
    assert "fcn4s" not in otherwise.words
    assert observations.below_ceiling({}, strides, SLOW) is None


def test_the_last_layers_weights_are_counted() -> None:
    words = observations.one_map_a_class(320, 19, (14, 21)).words
    assert "320 numbers in, 19 scores out" in words
    assert "same 6,099 weights at each of the 21 x 14 places" in words  # 320 * 19 + 19
