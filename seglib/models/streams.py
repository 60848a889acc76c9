"""Why a net says what it says: its class scores taken apart into streams.

The logits of an FCN are a sum of upsampled score maps, one a stream (see `seglib.models.fcn`), so what a
stream adds at a pixel can be read off exactly.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch

from seglib.models.fcn import FCN, contributions, contributions_at, fuse, fuse_on_grid
from seglib.models.prediction import image_tensor

Streams = dict[int, np.ndarray]  # {stride: class scores (K, h, w) float32 on that stride's grid}, coarsest first


def stream_scores(model: FCN, image: np.ndarray) -> Streams:
    """Class scores of each stream of ``model`` for an image ``(H, W, 3)`` uint8, at true resolution."""
    with torch.inference_mode():
        return {stride: scores[0].numpy() for stride, scores in model.streams(image_tensor(image)).items()}


def _batch(streams: Streams) -> dict[int, torch.Tensor]:
    return {stride: torch.from_numpy(scores)[None] for stride, scores in streams.items()}


def fused_logits(streams: Streams, size: tuple[int, int]) -> np.ndarray:
    """The net's logits ``(K, H, W)`` at the photo's ``size``, from its streams."""
    return fuse(_batch(streams), size)[0].numpy()


def grid_logits(streams: Streams) -> np.ndarray:
    """The net's logits on its finest stream's grid, before the last upsampling, ``(K, h, w)``."""
    return fuse_on_grid(_batch(streams))[0].numpy()


def pixel_logits(streams: Streams, point: tuple[int, int]) -> np.ndarray:
    """The net's logits at one pixel (row, col), ``(K,)``: those of `fused_logits` there, without the other pixels."""
    return sum(contributions_at(_batch(streams), point).values())[0].numpy()


def stream_contributions(streams: Streams, size: tuple[int, int], class_index: int) -> Streams:
    """What each stream adds to one class's logit, ``{stride: (H, W)}``; they sum to that logit."""
    one_class = {stride: scores[class_index : class_index + 1] for stride, scores in streams.items()}
    return {stride: share[0, 0].numpy() for stride, share in contributions(_batch(one_class), size).items()}


def only(streams: Streams, strides: Collection[int]) -> Streams:
    """The streams with all but those at ``strides`` switched off, that is, set to zero."""
    return {stride: scores if stride in strides else np.zeros_like(scores) for stride, scores in streams.items()}


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the classes, ``(K, ...)`` to ``(K, ...)``."""
    return torch.from_numpy(logits).softmax(0).numpy()


def most_probable(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The class of the largest logit and its probability, ``(K, ...)`` to two of ``(...)``; of equals the first.

    The largest term of a softmax is one over their sum, so that no other needs to be divided.
    """
    every = torch.from_numpy(logits)
    top, classes = every.max(0)
    return classes.numpy(), (1 / (every - top).exp_().sum(0)).numpy()


def unit_at(point: tuple[int, int], stride: int, grid: tuple[int, int]) -> tuple[int, int]:
    """Which unit of a stream's ``grid`` (h, w) a pixel (row, col) takes in `on_pixels`."""
    row, col = (min((p + stride // 2) // stride, n - 1) for p, n in zip(point, grid, strict=True))
    return row, col


def on_pixels(scores: np.ndarray, stride: int, size: tuple[int, int]) -> np.ndarray:
    """A stream's grid at its true resolution, drawn on the photo: every pixel takes its nearest unit.

    ``scores (..., h, w)`` to ``(..., H, W)``; unit ``i`` sits on pixel ``i * stride``.
    """
    rows, cols = ((np.arange(n) + stride // 2) // stride for n in size)
    return scores[..., np.minimum(rows, scores.shape[-2] - 1)[:, None], np.minimum(cols, scores.shape[-1] - 1)]
