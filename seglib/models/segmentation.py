"""What a net says about a photo, small enough to keep many: classes, how sure it is, and the streams that made them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np


def digest(*arrays: np.ndarray) -> str:
    """A name for exactly these numbers, their shapes and their types; about a millisecond for a megabyte.

    >>> digest(np.zeros(3, np.uint8)) == digest(np.zeros(3, np.uint8))
    True
    >>> digest(np.zeros(3, np.uint8)) == digest(np.zeros((3, 1), np.uint8))
    False
    """
    content = hashlib.blake2b(digest_size=16)
    for array in arrays:
        content.update(f"{array.shape} {array.dtype} ".encode())
        content.update(np.ascontiguousarray(array).data)
    return content.hexdigest()


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A net's answer for one photo.

    ``key`` names the answer for caches: two answers of one key are the same to the pixel. Whoever makes an answer of
    a named photo and net gives it, because that is quick; without one it is a digest of the content.
    """

    labels: np.ndarray = field(repr=False)  # (H, W) uint8
    confidence: np.ndarray = field(repr=False)  # (H, W) float16, probability of the chosen class
    streams: dict[int, np.ndarray] = field(repr=False)  # {stride: class scores (K, h, w)}; empty for nets without
    key: str = ""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", digest(self.labels, self.confidence, *self.streams.values()))

    @classmethod
    def from_streams(cls, streams: dict[int, np.ndarray], size: tuple[int, int], key: str = "") -> Segmentation:
        """The answer that streams ``{stride: (K, h, w)}`` add up to at the photo's ``size`` (H, W)."""
        from seglib.models.streams import fused_logits, most_probable

        classes, chances = most_probable(fused_logits(streams, size))
        return cls(labels=classes.astype(np.uint8), confidence=chances.astype(np.float16), streams=streams, key=key)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the photo in pixels."""
        return self.labels.shape

    def only(self, strides: Collection[int]) -> Segmentation:
        """The answer with only the streams at ``strides`` switched on."""
        from seglib.models.streams import only

        key = f"{self.key}, only {sorted(strides)}"
        return self.from_streams(only(self.streams, strides), self.size, key)

    def grid_labels(self) -> np.ndarray:
        """Classes on the net's own grid, before the last upsampling, each pixel taking its nearest unit, ``(H, W)``."""
        from seglib.models.streams import grid_logits, on_pixels

        return on_pixels(grid_logits(self.streams).argmax(0).astype(np.uint8), min(self.streams), self.size)

    def cut(self, view: tuple[slice, slice]) -> Segmentation:
        """Classes and confidence in a window of the photo. It has no streams, whose grids are those of the photo."""
        rows, cols = view
        key = f"{self.key} [{rows.start}:{rows.stop}, {cols.start}:{cols.stop}]"
        return Segmentation(
            np.ascontiguousarray(self.labels[view]), np.ascontiguousarray(self.confidence[view]), streams={}, key=key
        )
