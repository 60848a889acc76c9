"""How much of its window a unit really uses: the effective receptive field.

The gradient of a class score with respect to the input says how much a small change of each pixel would move that
score. Averaged over several photos it is large in the middle of the theoretical window and fades towards its edges, for
there are many ways from a pixel in the middle to the unit, and few from one at the edge.

Source: Luo, Li, Urtasun & Zemel, "Understanding the effective receptive field in deep convolutional neural networks",
NIPS 2016. Departures: trained nets and real photos; energy (the squared gradient, summed over the colours) in place of
the gradient itself, so that signs cannot cancel; and the size in `effective_size`, a share of that energy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch import nn

from seglib.images import check_image
from seglib.models.prediction import to_input
from seglib.window.one_pixel import OnePixel, can_look_at

SHARE = 0.95  # of the energy, inside the square of the effective size: two standard deviations of a Gaussian


def gradient_energy(model: nn.Module, image: np.ndarray, point: tuple[int, int], class_index: int) -> np.ndarray:
    """Squared gradient of a class score at one pixel with respect to each pixel, ``(H, W)`` float32.

    Rectified units that are off pass nothing down, so zeros are common; there is no division, so never a nan.
    """
    x = to_input(torch.from_numpy(check_image(image).copy())[None]).requires_grad_()
    scores = OnePixel(model, image.shape[:2], point).scores(x) if can_look_at(model) else model(x)[..., *point]
    (gradient,) = torch.autograd.grad(scores[0, class_index], x)
    return gradient[0].square().sum(0).numpy()


def effective_field(
    model: nn.Module, images: Sequence[np.ndarray], point: tuple[int, int], class_index: int
) -> Iterator[np.ndarray]:
    """Mean `gradient_energy` over the first photo, the first two, and so on: the last one is over all, ``(H, W)``.

    All ``images`` have one size; see `fitted`.
    """
    total = 0
    for count, image in enumerate(images, 1):
        total = total + gradient_energy(model, image, point, class_index)
        yield (total / count).astype(np.float32)


def effective_size(energy: np.ndarray, point: tuple[int, int], share: float = SHARE) -> int:
    """Side of the smallest square round ``point`` that holds ``share`` of the energy; 0 where there is none at all.

    Near the photo's border the square is still counted whole, although no energy can lie outside.

    >>> energy = np.zeros((9, 9)); energy[4, 4] = 94; energy[4, 6] = 6
    >>> effective_size(energy, (4, 4), 0.9), effective_size(energy, (4, 4), 0.95)
    (1, 5)
    """
    rows, cols = (np.abs(np.arange(n) - at) for n, at in zip(energy.shape, point, strict=True))
    by_ring = np.bincount(np.maximum.outer(rows, cols).ravel(), weights=energy.ravel().astype(np.float64))
    total = by_ring.sum()
    if not total > 0:
        return 0
    # A hair below, so that a sum of floats that should be all of it is all of it.
    return 2 * int(np.searchsorted(by_ring.cumsum(), share * total * (1 - 1e-12))) + 1


def fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A photo scaled until it covers ``size`` = (H, W), and cut to its middle."""
    scale = max(wanted / given for wanted, given in zip(size, image.shape, strict=False))
    height, width = (max(w, round(n * scale)) for w, n in zip(size, image.shape, strict=False))
    scaled = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return np.ascontiguousarray(scaled[top : top + size[0], left : left + size[1]])
