"""Confidence against accuracy: bins by hand, scikit-learn's curve, and a temperature that was hidden."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from seglib.labels import IGNORE
from seglib.metrics.calibration import Reliability, best_temperature, reliability


def test_bins_by_hand() -> None:
    confidence = np.array([[0.05, 0.1, 0.95], [0.92, 1.0, 0.99]])
    labels = np.array([[0, 1, 0], [1, 1, 0]])
    truth = np.array([[0, 0, 0], [0, 1, IGNORE]])
    bins = reliability(confidence, labels, truth)
    assert bins.pixels.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 3]  # 0.1 ends the first bin; void is left out
    assert bins.right.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins.confidence[0] == pytest.approx(0.15)
    assert bins.error == pytest.approx((abs(0.15 - 1) + abs(2.87 - 2)) / 5)


def test_all_void_has_no_error() -> None:
    bins = reliability(np.ones((2, 2)), np.zeros((2, 2), int), np.full((2, 2), IGNORE))
    assert np.isnan(bins.error)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_bins_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.001, 0.999, (20, 20))
    labels = rng.integers(3, size=(20, 20))
    truth = rng.integers(3, size=(20, 20))
    bins = reliability(confidence, labels, truth)
    right, mean = calibration_curve((labels == truth).ravel(), confidence.ravel(), n_bins=len(bins.pixels))
    held = bins.pixels > 0
    np.testing.assert_allclose(bins.right[held] / bins.pixels[held], right)
    np.testing.assert_allclose(bins.confidence[held] / bins.pixels[held], mean)


def test_photos_add_up_and_survive_a_file() -> None:
    rng = np.random.default_rng(0)
    confidence, labels, truth = rng.uniform(size=(8, 9)), rng.integers(3, size=(8, 9)), rng.integers(3, size=(8, 9))
    whole = reliability(confidence, labels, truth)
    parts = [reliability(confidence[rows], labels[rows], truth[rows]) for rows in (slice(0, 3), slice(3, 8))]
    total = parts[0] + parts[1]
    assert total.error == pytest.approx(whole.error)
    again = Reliability.from_lists(total.as_lists())
    assert again.pixels.tolist() == whole.pixels.tolist()
    assert again.error == pytest.approx(whole.error, abs=0.01)  # sums are kept to a tenth of a pixel


def test_what_is_no_probability_is_refused() -> None:
    maps = np.zeros((2, 2), int)
    with pytest.raises(ValueError, match="wanted probabilities"):
        reliability(np.full((2, 2), 1.5), maps, maps)
    with pytest.raises(ValueError, match="three alike"):
        reliability(np.zeros((2, 3)), maps, maps)


@pytest.mark.parametrize("hidden", [0.5, 1.0, 2.5])
def test_a_hidden_temperature_comes_to_light(hidden: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=2, size=(20_000, 4))
    probabilities = softmax(logits, axis=1)
    truth = (probabilities.cumsum(1) > rng.uniform(size=(len(logits), 1))).argmax(1)  # drawn as the logits say
    assert best_temperature(hidden * logits, truth) == pytest.approx(hidden, rel=0.05)


def test_no_pixels_no_temperature() -> None:
    with pytest.raises(ValueError, match="no pixel"):
        best_temperature(np.zeros((0, 3)), np.zeros(0, int))
