"""Crops that are truly alone: exact beyond the theoretical window, blind to what lies outside, in phase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.models import layer_table_of
from seglib.models.fcn import padded_side
from seglib.models.prediction import predict
from seglib.receptive_field import window_at
from seglib.window.crops import crop_box, sides_for, window_test
from tests.models.test_family import random_net

NET = random_net("fcn16s")


def photo(size: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


@pytest.mark.parametrize("point", [(0, 0), (37, 51), (49, 69)])
def test_the_largest_crop_is_the_photo(point):
    image = photo((50, 70))
    seen = list(window_test(NET, image, point, sides_for((50, 70), point)))
    whole = predict(NET, image).probabilities[:, *point]
    assert np.allclose(seen[-1].probabilities, whole, atol=1e-4)
    assert not np.allclose(seen[0].probabilities, whole, atol=1e-3)


def test_a_crop_that_holds_the_theoretical_window_gives_the_answer_of_the_photo():
    size, point = (33, 1100), (16, 551)
    image = photo(size)
    first, end = window_at(layer_table_of("fcn16s"), point[1], padded_side(size[1]))
    side = 2 * max(point[1] - first, end - 1 - point[1]) + 1
    assert side < 1000
    (held,) = window_test(NET, image, point, [side])
    assert np.allclose(held.probabilities, predict(NET, image).probabilities[:, *point], atol=1e-4)


@given(side=st.integers(0, 30).map(lambda n: 2 * n + 1), point=st.tuples(st.integers(0, 59), st.integers(0, 79)))
@settings(max_examples=15, deadline=None)
def test_what_lies_outside_the_crop_never_enters(side, point):
    image, other = photo((60, 80)), photo((60, 80), seed=1)
    (top, bottom), (left, right) = crop_box((60, 80), point, side)
    other[top:bottom, left:right] = image[top:bottom, left:right]
    one, two = (next(window_test(NET, each, point, [side])).probabilities for each in (image, other))
    assert np.array_equal(one, two)


@given(st.integers(1, 400), st.integers(1, 400), st.data())
@settings(deadline=None)
def test_sides_are_odd_ascending_and_end_with_the_whole_photo(height, width, data):
    size = height, width
    point = tuple(data.draw(st.integers(0, n - 1)) for n in size)
    marks = data.draw(st.lists(st.integers(0, 500), max_size=3))
    sides = sides_for(size, point, marks)
    assert sides == sorted(set(sides))
    assert all(side % 2 for side in sides)
    assert sides[0] == 1
    assert crop_box(size, point, sides[-1]) == ((0, height), (0, width))
    assert len(sides) <= 20


@pytest.mark.parametrize("side", [0, -3, 8])
def test_a_square_without_a_middle_is_refused(side):
    with pytest.raises(ValueError, match="wanted an odd number"):
        crop_box((10, 10), (5, 5), side)
