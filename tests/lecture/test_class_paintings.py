"""Masks of a class put together: by hand, and against pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.lecture.class_paintings import mask_iou, net_against_class, pool, square, unpack_mask
from seglib.lecture.rooms import BALLOT_BYTES, PAINT_SIDE

LEFT = np.zeros((PAINT_SIDE, PAINT_SIDE), bool)
LEFT[:, : PAINT_SIDE // 2] = True


def test_bits_come_back_as_the_cells_they_were() -> None:
    ballot = np.packbits(LEFT).tobytes()
    assert len(ballot) == BALLOT_BYTES
    assert (unpack_mask(ballot) == LEFT).all()
    with pytest.raises(ValueError, match="has 3"):
        unpack_mask(b"abc")


def test_two_halves_of_three_agree() -> None:
    pooled = pool([LEFT, LEFT, ~LEFT])
    assert pooled.painters == 3
    assert pooled.ceiling == pytest.approx(1 / 3)  # one pair of three agrees
    assert pooled.heat[0, 0] == pytest.approx(4 * 2 / 3 * 1 / 3)
    assert pooled.share[0, -1] == pytest.approx(1 / 3)


def test_nobody_one_and_those_who_only_looked() -> None:
    empty = np.zeros_like(LEFT)
    assert pool([]) is None
    assert pool([empty]) is None
    assert np.isnan(pool([LEFT, empty]).ceiling)
    assert not pool([LEFT, empty]).heat.any()


@settings(deadline=None)
@given(st.lists(st.integers(1, 2**16 - 1), min_size=2, max_size=6))
def test_the_ceiling_is_the_mean_over_all_pairs(numbers: list[int]) -> None:
    masks = [np.array([n >> bit & 1 for bit in range(16)], bool).reshape(4, 4) for n in numbers]
    pairs = [mask_iou(one, other) for i, one in enumerate(masks) for other in masks[:i]]
    assert pool(masks).ceiling == pytest.approx(np.mean(pairs), abs=1e-6)


def test_a_net_is_scored_on_the_square_alone() -> None:
    labels = np.full((300, 300), 7)
    labels[50:242, 60:156] = 2  # the left half of the square, in pixels of two to a cell
    box = (50, 60, 2 * PAINT_SIDE)
    assert (square(labels == 2, box) == LEFT).all()
    assert net_against_class(labels, 2, box, [LEFT, ~LEFT]) == pytest.approx(0.5)
