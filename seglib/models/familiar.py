"""Is this photo like those that a net has learnt from? A distance, and a threshold that was measured.

A net answers whatever it is shown: a page of text becomes "wall" and "sky", often with confidence. How sure it is does
not tell. Its features do: averaged over a photo, their values in the middle of the trunk lie near each other for
photos of the kind it knows, and far off for others. Far in units of how much known photos differ among each other:
the Mahalanobis distance, under one normal distribution.

Source: Lee, Lee, Lee & Shin, "A simple unified framework for detecting out-of-distribution samples and adversarial
attacks", NeurIPS 2018, section 2.1, with one class; features averaged over places, as theirs.
``python -m seglib.training.familiar`` measures what is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import safetensors.numpy
import torch
from safetensors import SafetensorError
from torch import nn

from seglib.models.cards import WEIGHTS, WeightsError, read_with_card
from seglib.models.fcn import pad_to_grid
from seglib.models.prediction import image_tensor

FOLDER = WEIGHTS / "familiar"
NET, STRIDE = "fcn8s", 16  # whose features, and where; strides 8 and 32 tell nearly as well
LONG_SIDE = 480  # pixels that a photo is shrunk to: what is near and far was measured at this size
MAX_BYTES = 2**20


@dataclass(frozen=True, eq=False)
class Familiar:
    """Where the features of known photos lie, and how far off is too far."""

    mean: np.ndarray = field(repr=False)  # (C,)
    precision: np.ndarray = field(repr=False)  # (C, C), the inverse of the covariance
    farthest: float  # all but a few photos held back are nearer
    card: dict = field(repr=False)  # how it was measured

    def distance(self, features: np.ndarray) -> float:
        """How unlike the known photos one is, from its mean features ``(C,)``; about the root of C for a known one."""
        off = features.astype(np.float64) - self.mean
        return float(np.sqrt(off @ self.precision @ off))


@torch.inference_mode()
def mean_features(model: nn.Module, image: np.ndarray) -> np.ndarray:
    """The features of `NET` at `STRIDE`, averaged over a photo ``(H, W, 3)`` uint8: ``(C,)``."""
    scale = LONG_SIDE / max(image.shape[:2])
    if scale < 1:
        height, width = (max(round(scale * side), 1) for side in image.shape[:2])
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return model.trunk(pad_to_grid(image_tensor(image)))[STRIDE][0].mean((1, 2)).numpy()


def familiar_path(label_set_name: str) -> Path:
    """Where what is known of a label set's photos lies."""
    return FOLDER / f"{label_set_name}.safetensors"


def read_familiar(label_set_name: str, path: Path | None = None) -> Familiar:
    """What `seglib.training.familiar` measured; `WeightsError` on a missing or damaged file."""
    path = path or familiar_path(label_set_name)
    data, card = read_with_card(path, MAX_BYTES)
    try:
        tensors = safetensors.numpy.load(data)
        mean, precision = tensors["mean"], tensors["precision"]
        farthest = float(card["farthest"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{path.name} does not hold what is known of photos, whatever its card says") from error
    if mean.ndim != 1 or precision.shape != mean.shape * 2:
        raise WeightsError(
            f"{path.name} has a mean {mean.shape} and a precision {precision.shape}: wanted (C,), (C, C)"
        )
    return Familiar(mean.astype(np.float64), precision.astype(np.float64), farthest, card)
