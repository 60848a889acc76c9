"""What a head says about a photo: a class for every pixel, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from seglib.models.streams import fused_logits, probabilities
from seglib.teach.features import Features
from seglib.teach.heads import Head


@dataclass(frozen=True, eq=False)
class Answer:
    """A head's answer at the photo's own size."""

    classes: np.ndarray  # (K,) uint8: class index of each score
    probabilities: np.ndarray = field(repr=False)  # (K, H, W) float32
    streams: dict[int, np.ndarray] = field(repr=False)  # {stride: scores (K, h, w)} on what the net saw

    @property
    def labels(self) -> np.ndarray:
        """The most probable class, ``(H, W)`` uint8."""
        return self.classes[self.probabilities.argmax(0)]

    @property
    def confidence(self) -> np.ndarray:
        """Its probability, ``(H, W)`` float32."""
        return self.probabilities.max(0)


def segment(features: Features, head: Head) -> Answer:
    """Apply a head to a photo: score each layer on its own grid, upsample, add, softmax."""
    streams = head.streams(features.grids)
    logits = to_size(fused_logits(streams, features.seen), features.size)
    return Answer(head.classes, probabilities(logits), streams)


def to_size(scores: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps ``(K, h, w)`` of a shrunk photo at the photo's own ``size``, bilinearly."""
    if scores.shape[1:] == tuple(size):
        return scores
    return np.stack([cv2.resize(plane, size[::-1], interpolation=cv2.INTER_LINEAR) for plane in scores])
