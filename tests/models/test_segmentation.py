"""A net's answer: added up from its streams, cut, switched, and never two answers of one key."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seglib.models.fcn import fuse, padded_side
from seglib.models.segmentation import Segmentation, digest

SIZE = (32, 40)


@pytest.fixture
def streams() -> dict[int, np.ndarray]:
    rng = np.random.default_rng(5)
    return {
        stride: rng.normal(size=(3, *((padded_side(n) - 1) // stride + 1 for n in SIZE))).astype(np.float32)
        for stride in (32, 16)
    }


def test_streams_add_up_to_the_answer(streams) -> None:
    answer = Segmentation.from_streams(streams, SIZE)
    logits = fuse({stride: torch.from_numpy(scores)[None] for stride, scores in streams.items()}, SIZE)[0]
    assert answer.labels.dtype == np.uint8
    np.testing.assert_array_equal(answer.labels, logits.argmax(0).numpy())
    np.testing.assert_allclose(answer.confidence, logits.softmax(0).amax(0).numpy(), atol=1e-3)
    assert answer.size == SIZE


def test_a_stream_that_is_off_adds_nothing(streams) -> None:
    answer = Segmentation.from_streams(streams, SIZE, "photo net")
    alone = answer.only([32])
    np.testing.assert_array_equal(alone.labels, Segmentation.from_streams({32: streams[32]}, SIZE).labels)
    assert not alone.streams[16].any()
    assert len({answer.key, alone.key, answer.only([16]).key}) == 3


def test_on_the_grid_a_pixel_takes_its_nearest_unit(streams) -> None:
    answer = Segmentation.from_streams(streams, SIZE)
    grid = answer.grid_labels()
    assert grid.shape == SIZE
    np.testing.assert_array_equal(grid[::16, ::16], answer.labels[::16, ::16])  # units sit on these pixels
    assert (grid[16:24, 16:24] == grid[16, 16]).all()


def test_a_window_has_its_own_pixels_and_its_own_key(streams) -> None:
    answer = Segmentation.from_streams(streams, SIZE, "photo net")
    part = answer.cut(np.s_[4:20, 8:30])
    np.testing.assert_array_equal(part.labels, answer.labels[4:20, 8:30])
    assert part.confidence.shape == part.size == (16, 22)
    assert len({answer.key, part.key, answer.cut(np.s_[4:20, 8:31]).key}) == 3


def test_without_a_given_key_every_pixel_counts() -> None:
    labels, confidence = np.zeros((1000, 1000), np.uint8), np.ones((1000, 1000), np.float16)
    edited = labels.copy()
    edited[777, 123] = 1
    assert Segmentation(labels, confidence, {}).key == Segmentation(labels.copy(), confidence, {}).key
    assert Segmentation(labels, confidence, {}).key != Segmentation(edited, confidence, {}).key


def test_a_digest_knows_shape_and_type() -> None:
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    others = [array.T, array.reshape(4, 3), array.view(np.int8), array[::-1], array[:, ::2]]
    assert len({digest(each) for each in (array, *others)}) == 6
    assert digest(array[:, ::2]) == digest(array[:, ::2].copy())
