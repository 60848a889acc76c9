"""Heads: the right minimum, classes that count alike, and the same bits for the same examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from seglib.teach.heads import SHARES, fit, logistic_regression


def examples(seed: int, count: int = 60, classes: int = 3) -> tuple[dict[int, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % classes
    centres = rng.normal(size=(classes, 5)) * 2
    x = (centres[targets] + rng.normal(size=(count, 5))).astype(np.float32)
    return {32: x[:, :3], 4: x[:, 3:]}, targets


def test_against_scikit_learn() -> None:
    """Scikit-learn minimises C times the summed loss plus half the squared weights: C = 1 / (N strength)."""
    x, targets = examples(0)
    x = np.concatenate([x[32], x[4]], 1).astype(float)
    ours = logistic_regression(x, np.eye(3)[targets], np.full(60, 1 / 60), strength=0.01)
    theirs = LogisticRegression(C=1 / (60 * 0.01), tol=1e-8, max_iter=1000).fit(x, targets)
    np.testing.assert_allclose(ours[:, :-1], theirs.coef_, atol=2e-3)
    differences = ours[:, -1] - ours[:, -1].mean(), theirs.intercept_ - theirs.intercept_.mean()
    np.testing.assert_allclose(*differences, atol=2e-3)


def test_streams_add_up_to_the_logits() -> None:
    x, targets = examples(1)
    head = fit(x, targets)
    grids = {stride: features.T.reshape(-1, 6, 10) for stride, features in x.items()}
    streams = head.streams(grids)
    wanted = head.bias + x[32] @ head.weight[32].T + x[4] @ head.weight[4].T
    np.testing.assert_allclose((streams[32] + streams[4]).reshape(3, -1).T, wanted, atol=1e-4)
    assert head.layers == (32, 4)


def test_names_of_classes_are_kept() -> None:
    x, targets = examples(2)
    assert fit(x, np.array([1, 4, 9])[targets]).classes.tolist() == [1, 4, 9]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_same_examples_same_bits(seed: int) -> None:
    x, targets = examples(seed)
    one, other = fit(x, targets), fit({k: v.copy() for k, v in reversed(x.items())}, targets.copy())
    assert all(np.array_equal(one.weight[stride], other.weight[stride]) for stride in x)
    assert np.array_equal(one.bias, other.bias)


def test_classes_count_alike() -> None:
    """Every example of one class given three times is no other task."""
    x, targets = examples(3)
    thrice = np.concatenate([np.arange(60), *[np.flatnonzero(targets == 0)] * 2])
    one, other = fit(x, targets), fit({k: v[thrice] for k, v in x.items()}, targets[thrice])
    for stride in x:
        np.testing.assert_allclose(one.weight[stride], other.weight[stride], atol=2e-3)


def test_a_smaller_share_says_less() -> None:
    """Two layers with the very same features: the one with half the share gets a quarter of the weight."""
    x, targets = examples(4)
    twins = {32: x[32], 4: x[32]}
    head = fit(twins, targets, dict.fromkeys(SHARES, 1.0) | {4: 0.5})
    np.testing.assert_allclose(head.weight[4], head.weight[32] / 4, atol=1e-3)


def test_one_class_is_none() -> None:
    with pytest.raises(ValueError, match="1 classes"):
        fit({32: np.zeros((4, 3), np.float32)}, np.zeros(4, int))
