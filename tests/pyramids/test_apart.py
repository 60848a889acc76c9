"""A photo in levels: what is drawn of it, and what is left when levels are left out."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.models.prediction import image_tensor
from seglib.models.pyramid import CONTRAST_FLOOR, level_inputs
from seglib.pyramids.apart import draw_pyramids, rebuilt, trunk_inputs

IMAGE = np.random.default_rng(3).integers(0, 256, (33, 49, 3), dtype=np.uint8)


@pytest.mark.parametrize("levels", [2, 3, 4])
def test_all_levels_give_the_image_back(levels: int) -> None:
    again, difference = rebuilt(IMAGE, levels, range(levels))
    np.testing.assert_array_equal(again, IMAGE)
    assert difference < 0.01


def test_bands_alone_are_edges_on_mid_grey_and_the_residual_alone_is_a_blur() -> None:
    bands, _ = rebuilt(IMAGE, 3, [0, 1])
    blur, difference = rebuilt(IMAGE, 3, [2])
    assert bands.mean() == pytest.approx(127.5, abs=3)
    assert blur.std() < IMAGE.std() / 2
    assert difference > 10
    assert rebuilt(np.full_like(IMAGE, 77), 3, [2])[0].tolist() == np.full_like(IMAGE, 77).tolist()


def test_levels_are_drawn_at_their_true_sizes() -> None:
    drawn = draw_pyramids(IMAGE, 3)
    assert drawn.sizes == [(33, 49), (17, 25), (9, 13)]
    assert len(drawn.gains) == 2
    assert all(1 <= gain <= 16 for gain in drawn.gains)
    np.testing.assert_array_equal(drawn.gaussian[:33, :49], IMAGE)
    assert drawn.laplacian.shape == drawn.gaussian.shape


def test_bands_are_drawn_as_the_net_is_shown_them() -> None:
    """A quarter of what the net takes in, on mid-grey; where that would leave black or white it is cut off."""
    drawn = trunk_inputs(IMAGE, 3, CONTRAST_FLOOR)[0]
    finest = level_inputs(image_tensor(IMAGE), 3)[0][0].numpy().transpose(1, 2, 0)[: IMAGE.shape[0], : IMAGE.shape[1]]
    np.testing.assert_allclose(drawn, (255 * (0.5 + 0.25 * finest)).clip(0, 255), atol=0.6)


def test_the_trunk_is_shown_every_level_at_the_size_of_the_image() -> None:
    inputs = trunk_inputs(IMAGE, 3, CONTRAST_FLOOR)
    assert [level.shape for level in inputs] == [IMAGE.shape] * 3
    assert (inputs[2][:2, :2] == inputs[2][0, 0]).all()  # one pixel of the quarter-size level
    flat = trunk_inputs(np.full_like(IMAGE, 90), 3, CONTRAST_FLOOR)
    assert np.ptp(flat[0]) == 0  # no contrast, nothing to see in a band
