"""From a photo to a class for every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from seglib.images import check_image


@dataclass(frozen=True)
class Prediction:
    """What a net says about a photo, at the photo's own size."""

    labels: np.ndarray  # (H, W) uint8: the most probable class
    probabilities: np.ndarray  # (K, H, W) float32, summing to 1 over the classes

    @property
    def confidence(self) -> np.ndarray:
        """Probability of the chosen class, ``(H, W)`` in [1 / K, 1]."""
        return self.probabilities.max(0)


MIDDLE, HALF_RANGE = 127.0, 128.0  # of a channel's values, as ImageNet's net was shown them


def to_input(images: torch.Tensor) -> torch.Tensor:
    """Pictures ``(N, H, W, 3)`` uint8 as the nets take them: ``(N, 3, H, W)`` float32, about -1 to 1."""
    # Pixels already lie channels-last in memory, the layout in which convolutions run fastest here.
    return (images.permute(0, 3, 1, 2).float() - MIDDLE) / HALF_RANGE


def image_tensor(image: np.ndarray, device: torch.device | str = "cpu") -> torch.Tensor:
    """One photo as a batch of one, ``(1, 3, H, W)``."""
    return to_input(torch.from_numpy(check_image(image).copy())[None].to(device))


def predict(model: nn.Module, image: np.ndarray) -> Prediction:
    """Segment a photo ``(H, W, 3)`` uint8 RGB with a net from `seglib.load_model`.

    `ValueError` for anything that is not such an image, and for a net that is still in training mode.
    """
    if model.training:
        raise ValueError("this net is in training mode, where looking changes it: call model.eval() first")
    device = next(model.parameters()).device
    with torch.inference_mode():
        logits = model(image_tensor(image, device))[0]
        probabilities = logits.softmax(0)
        labels = logits.argmax(0).to(torch.uint8)
    return Prediction(labels.cpu().numpy(), probabilities.cpu().numpy())
