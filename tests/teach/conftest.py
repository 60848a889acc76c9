"""Small nets whose answer is known, and photos made of flat colours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from seglib.labels import IGNORE
from seglib.teach.nets import FrozenNet


class Subsampling(nn.Module):
    """Features of a stride are the picture's own values at every so manieth pixel: unit i is pixel i * stride."""

    def __init__(self, strides: tuple[int, ...] = (4, 8, 16, 32)) -> None:
        super().__init__()
        self.strides = strides

    def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
        return {stride: x[:, :, ::stride, ::stride] for stride in self.strides}


@pytest.fixture
def known_net() -> FrozenNet:
    """A net that hands on the picture, standardised with nothing."""
    zero_one = {stride: (np.zeros(3, np.float32), np.ones(3, np.float32)) for stride in (4, 8, 16, 32)}
    return FrozenNet("known", Subsampling(), zero_one | {2: (np.zeros(9, np.float32), np.ones(9, np.float32))})


@pytest.fixture
def three_fields() -> tuple[np.ndarray, np.ndarray]:
    """A photo of three flat colours, 97 x 129, and its truth: the left, the right, and a square in the middle."""
    truth = np.zeros((97, 129), np.uint8)
    truth[:, 64:] = 1
    truth[32:65, 48:81] = 2
    return np.array([(200, 40, 30), (30, 60, 200), (240, 230, 90)], np.uint8)[truth], truth


@pytest.fixture
def two_strokes() -> np.ndarray:
    """One stroke in the left half and one in the right half of `three_fields`."""
    strokes = np.full((97, 129), IGNORE, np.uint8)
    strokes[10:14, 5:35] = 0
    strokes[80:84, 95:125] = 1
    return strokes
