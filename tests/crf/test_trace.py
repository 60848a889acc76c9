"""What the page watches: a trace is mean field step by step; sure labels worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.crf.mean_field import mean_field_steps, sure_of
from seglib.crf.pairwise import CRFParams, pairwise_kernels
from seglib.crf.trace import class_messages, trace
from seglib.labels import IGNORE

SHAPE = (3, 14, 18)


@pytest.fixture
def case() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(SHAPE[0]), SHAPE[1:]).transpose(2, 0, 1).astype(np.float32)
    return probabilities, rng.integers(0, 256, (*SHAPE[1:], 3), dtype=np.uint8)


def test_a_trace_is_mean_field_step_by_step(case) -> None:
    probabilities, image = case
    seen = []
    found = trace(probabilities, pairwise_kernels(image, CRFParams()), 4, seen.append)
    assert seen == [0, 1, 2, 3, 4]
    for t, step in enumerate(mean_field_steps(probabilities, image, iterations=4)):
        np.testing.assert_array_equal(found.labels[t], step.argmax(0))
        np.testing.assert_allclose(found.probabilities(t), step, atol=0.51 / 255)
        np.testing.assert_allclose(found.probabilities(t, 1), step[1], atol=0.51 / 255)
        np.testing.assert_allclose(found.at((5, 6))[t], step[:, 5, 6], atol=0.51 / 255)
    assert found.energies[0] == 0
    assert found.energies[-1] < 0
    assert found.changed[0] == (found.labels[1] != found.labels[0]).mean()


def test_what_watch_raises_ends_the_run(case) -> None:
    probabilities, image = case

    def stop(iteration: int) -> None:
        if iteration == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        trace(probabilities, pairwise_kernels(image, CRFParams()), 4, stop)


def test_messages_of_a_class_that_is_everywhere_are_at_most_the_weights() -> None:
    image = np.zeros((12, 12, 3), np.uint8)
    heard = class_messages(np.ones((12, 12)), pairwise_kernels(image, CRFParams(2, 1, 5, 3, 10)))
    assert list(heard) == ["smoothness", "appearance"]
    # Deep inside, where all hear equally many, a normalised kernel adds up to 1.
    assert heard["smoothness"][6, 6] == pytest.approx(2, rel=0.02)
    assert heard["appearance"].max() < 5 * 1.3
    assert class_messages(np.zeros((12, 12)), pairwise_kernels(image, CRFParams()))["appearance"].max() == 0


def test_sure_labels_are_probabilities() -> None:
    truth = np.array([[0, 2, IGNORE]])
    np.testing.assert_allclose(
        sure_of(truth, 3, 0.9)[:, 0].T, [[0.9, 0.05, 0.05], [0.05, 0.05, 0.9], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-6
    )
    np.testing.assert_array_equal(sure_of(np.zeros((2, 2), int), 1, 0.9)[0], np.float32(0.9))
