"""The grey patch: against covering the photo and running the net, for our nets and for others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from seglib.models.prediction import predict
from seglib.window.occlusion import MAX_POSITIONS, MAX_WHOLE, occlude, on_pixels, positions
from seglib.window.one_pixel import can_look_at
from tests.models.test_family import random_net


class Alone(nn.Module):
    """Each pixel for itself: red against the rest."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * torch.stack([x[:, 0], x[:, 1:].mean(1)], 1)


def photo(size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)


def by_hand(net: nn.Module, image: np.ndarray, middle: tuple[int, int], patch: int) -> np.ndarray:
    """All probabilities after the patch, grey 127, was painted onto the photo."""
    top, left = (m - patch // 2 for m in middle)
    x = (torch.from_numpy(image).permute(2, 0, 1)[None].float() - 127) / 128
    x[..., max(top, 0) : top + patch, max(left, 0) : left + patch] = 0
    with torch.inference_mode():
        return net(x)[0].softmax(0).numpy()


@pytest.mark.parametrize("net", [random_net("fcn8s"), Alone().eval()], ids=["ours", "another"])
def test_every_position_is_what_the_net_says_of_the_covered_photo(net):
    image, point, patch = photo((50, 70)), (20, 30), 40
    *_, found = occlude(net, image, point, patch)
    step = positions((50, 70), patch, MAX_POSITIONS if can_look_at(net) else MAX_WHOLE)
    assert found.step == step
    assert found.done == 1
    assert found.probabilities.shape[:2] == (-(-50 // step), -(-70 // step))
    for i, j in [(0, 0), (1, 1), (2, 3)]:
        wanted = by_hand(net, image, (i * step + step // 2, j * step + step // 2), patch)[:, *point]
        assert np.allclose(found.probabilities[i, j], wanted, atol=1e-4)


def test_a_net_that_looks_at_one_pixel_minds_only_a_patch_on_it():
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., 0] = 255
    *_, found = occlude(Alone(), image, (33, 33), 16)
    change = found.change(0)
    near = [k * found.step + found.step // 2 for k in range(change.shape[0])]
    touching = [m - 8 <= 33 < m + 8 for m in near]
    assert (change[np.ix_(touching, touching)] < -0.4).all()
    change[np.ix_(touching, touching)] = 0
    assert not change.any()


def test_uncovered_is_the_prediction():
    net, image = random_net("fcn8s"), photo((40, 45))
    first, *_ = occlude(net, image, (7, 9), 32)
    assert np.allclose(first.uncovered, predict(net, image).probabilities[:, 7, 9], atol=1e-4)
    assert np.isnan(first.probabilities[1:]).all()
    assert not np.isnan(first.probabilities[0]).any()


@pytest.mark.parametrize("size", [(32, 32), (360, 480), (1600, 1200), (40, 1500)])
@pytest.mark.parametrize("patch", [16, 48, 400])
def test_positions_cover_the_photo_and_are_bounded(size, patch):
    step = positions(size, patch)
    assert step >= patch // 2
    assert (-(-size[0] // step)) * (-(-size[1] // step)) <= MAX_POSITIONS
    cells = on_pixels(np.arange(6.0).reshape(2, 3), 5, (8, 13))
    assert cells.shape == (8, 13)
    assert cells[5, 10] == 5


@pytest.mark.parametrize("patch", [0, -4, 15, 401, 10**10])
def test_a_patch_of_no_use_is_refused(patch):
    with pytest.raises(ValueError, match="wanted 16 to 400"):
        next(occlude(Alone(), photo((40, 40)), (0, 0), patch))
