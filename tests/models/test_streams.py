"""Streams taken apart add up to what the net says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seglib.models import create_model
from seglib.models.fcn import STREAMS
from seglib.models.prediction import predict
from seglib.models.streams import (
    fused_logits,
    grid_logits,
    most_probable,
    on_pixels,
    pixel_logits,
    probabilities,
    stream_contributions,
    stream_scores,
    unit_at,
)


@pytest.fixture(params=list(STREAMS))
def model(request: pytest.FixtureRequest) -> torch.nn.Module:
    """Each net of the family, its skips no longer at zero."""
    torch.manual_seed(0)
    net = create_model(request.param, 5).eval()
    for layer in net.score.values():
        torch.nn.init.normal_(layer.weight)
        torch.nn.init.normal_(layer.bias)
    return net


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (50, 71, 3), dtype=np.uint8)


def test_streams_lie_on_their_own_grids(model: torch.nn.Module, image: np.ndarray) -> None:
    streams = stream_scores(model, image)
    # 50 x 71 is padded to 65 x 97, so that 32 m + 1 pixels carry m + 1 units.
    grids = {32: (3, 4), 16: (5, 7), 8: (9, 13), 4: (17, 25)}
    assert {stride: scores.shape for stride, scores in streams.items()} == {
        stride: (5, *grids[stride]) for stride in model.strides
    }


def test_the_streams_give_the_nets_own_answer(model: torch.nn.Module, image: np.ndarray) -> None:
    logits = fused_logits(stream_scores(model, image), image.shape[:2])
    np.testing.assert_allclose(probabilities(logits), predict(model, image).probabilities, atol=1e-5)


def test_contributions_sum_to_the_logit_of_every_class(model: torch.nn.Module, image: np.ndarray) -> None:
    streams = stream_scores(model, image)
    logits = fused_logits(streams, image.shape[:2])
    for k in range(5):
        shares = stream_contributions(streams, image.shape[:2], k)
        assert list(shares) == list(model.strides)
        np.testing.assert_allclose(sum(shares.values()), logits[k], atol=1e-4)


def test_the_grid_holds_the_logits_of_the_pixels_that_units_sit_on(model: torch.nn.Module, image: np.ndarray) -> None:
    streams = stream_scores(model, image)
    stride = min(streams)
    on_grid = grid_logits(streams)
    everywhere = fused_logits(streams, image.shape[:2])
    rows, cols = (np.arange(0, n, stride) for n in image.shape[:2])
    np.testing.assert_allclose(
        on_grid[:, : len(rows), : len(cols)], everywhere[:, rows[:, None], cols], rtol=1e-3, atol=1e-3
    )


def test_every_pixel_takes_its_nearest_unit() -> None:
    grid = np.array([[1, 2], [3, 4]])  # units on pixels 0 and 4
    drawn = on_pixels(grid, 4, (5, 5))
    assert drawn[0].tolist() == [1, 1, 2, 2, 2]
    assert drawn[:, 0].tolist() == [1, 1, 3, 3, 3]


def test_coarse_streams_come_first_in_every_net() -> None:
    assert all(list(strides) == sorted(strides, reverse=True) for strides in STREAMS.values())


def test_one_pixels_logits_are_those_of_the_whole_photo_there(model: torch.nn.Module, image: np.ndarray) -> None:
    streams = stream_scores(model, image)
    everywhere = fused_logits(streams, image.shape[:2])
    for point in [(0, 0), (49, 70), (32, 64), (31, 33), (7, 0), (48, 5), (13, 29)]:
        np.testing.assert_allclose(
            pixel_logits(streams, point), everywhere[(slice(None), *point)], rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("stride", [4, 32])
def test_a_pixel_takes_the_unit_that_is_drawn_on_it(stride: int) -> None:
    height, width = 50, 71
    units = np.arange(-(-height // stride) * -(-width // stride)).reshape(-(-height // stride), -1)
    drawn = on_pixels(units, stride, (height, width))
    for point in [(0, 0), (15, 16), (17, 47), (height - 1, width - 1), (2, 70)]:
        assert drawn[point] == units[unit_at(point, stride, units.shape)]


def test_the_most_probable_class_is_the_softmaxs_and_of_equals_the_first() -> None:
    logits = np.random.default_rng(1).normal(0, 4, (5, 30, 40)).astype(np.float32)
    logits[2:4, 0] = 50.0
    before = logits.copy()
    classes, chances = most_probable(logits)
    assert np.array_equal(classes, logits.argmax(0))
    assert (classes[0] == 2).all()
    np.testing.assert_allclose(chances, probabilities(logits).max(0), rtol=1e-5)
    assert np.array_equal(logits, before)
