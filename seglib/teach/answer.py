"""What a head says about a photo: a class for every pixel, how sure it is, what each stream adds, where to ask next."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from seglib.labels import IGNORE
from seglib.models.streams import fused_logits, probabilities
from seglib.teach.features import Features
from seglib.teach.heads import Head

NEIGHBOURHOOD = 25  # pixels a side over which doubt is averaged: a stroke's worth
PAINTED_RIM = 15  # pixels around strokes where nobody needs to be asked again


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


def shares_at(features: Features, head: Head, point: tuple[int, int]) -> dict[int, np.ndarray]:
    """What each layer adds to the scores at one pixel of the photo, ``{stride: (K,)}``, the bias left out."""
    under = features.at(np.array([point]))
    return {stride: weight @ under[stride][0] for stride, weight in head.weight.items()}


def most_uncertain(probabilities: np.ndarray, strokes: np.ndarray) -> tuple[int, int] | None:
    """Where a stroke would tell most: the pixel (row, col) whose neighbourhood is in the greatest doubt.

    Doubt is 1 minus the lead of the best class over the second best; in `NEIGHBOURHOOD` pixels around, so that a
    border one pixel wide does not win. None where all of the photo is painted or next to paint.
    """
    best = np.partition(probabilities, -2, axis=0)[-2:]
    doubt = cv2.blur(1 - (best[1] - best[0]), (NEIGHBOURHOOD, NEIGHBOURHOOD))
    rim = np.ones((2 * PAINTED_RIM + 1, 2 * PAINTED_RIM + 1), np.uint8)
    free = cv2.dilate((strokes != IGNORE).astype(np.uint8), rim) == 0
    if not free.any():
        return None
    row, col = np.unravel_index(np.where(free, doubt, -1).argmax(), doubt.shape)
    return int(row), int(col)
