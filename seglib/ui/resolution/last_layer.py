"""The last layer of an FCN, drawn: a 1x1 convolution makes one score map a class, and the largest score wins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seglib.labels import LabelSet
from seglib.models.lite0 import CHANNELS
from seglib.rendering import score_scale
from seglib.ui import cache, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.resolution import observations
from seglib.ui.words import percent

MAPS = 5  # of the classes that win most often


@dataclass(frozen=True, eq=False)
class Winners:
    """What the coarsest stream of a net says, place by place."""

    grid: tuple[int, int]  # (h, w)
    shares: dict[int, float]  # of the places that a class wins, those that win most often first
    limit: float  # of their scores, for or against
    on_photo: np.ndarray  # (H, W) uint8, the class that wins at the place that each pixel takes


@cache.shared(64)
def winners(answer: cache.Segmentation) -> Winners:
    """Which class has the largest score where."""
    from seglib.models.streams import on_pixels

    stride = max(answer.streams)
    scores = answer.streams[stride]
    best = scores.argmax(0)
    shares = np.bincount(best.ravel(), minlength=len(scores)) / best.size
    shown = np.argsort(-shares, kind="stable")[:MAPS]
    limit = max(0.01, float(np.abs(scores[shown]).max()))
    on_photo = on_pixels(best.astype(np.uint8), stride, answer.size)
    return Winners(best.shape, {int(k): float(shares[k]) for k in shown}, limit, on_photo)


def last_layer(photo: state.Photo, label_set: LabelSet, answer: cache.Segmentation) -> None:
    """Score maps of the coarsest stream at their true resolution, and which is largest where."""
    from seglib.models.streams import unit_at

    stride, won = max(answer.streams), winners(answer)
    row, col = state.pin(photo)
    i, j = unit_at((row, col), stride, won.grid)
    pictures = [
        Panel(
            title=f"Scores for {label_set.classes[k]}",
            role="output",
            alt=f"Score map for {label_set.classes[k]}: purple against, orange for",
            caption=f"at the pin {answer.streams[stride][k, i, j]:+.1f}; wins {percent(share)}",
            picture=cache.stream_picture(answer, k, stride, won.limit),
            pixelated=True,
        )
        for k, share in won.shares.items()
    ]
    pictures.append(
        Panel(
            title="The largest wins",
            role="output",
            alt="At each place of the grid the class whose score is largest",
            caption=f"at the pin {label_set.classes[won.on_photo[row, col]]}",
            picture=photo.image,
            labels=won.on_photo,
        )
    )
    panels.show(pictures, photo, label_set, key="last_layer", columns=3)
    panels.show_scale(score_scale(), f"purple: against, −{won.limit:.0f}; orange: for, +{won.limit:.0f}", width=340)
    seen.what_you_should_see(observations.one_map_a_class(CHANNELS[stride], len(label_set), won.grid))
