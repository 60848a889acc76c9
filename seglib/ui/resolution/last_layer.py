"""The last layer of an FCN, drawn: a 1x1 convolution makes one score map a class, and the largest score wins."""

from __future__ import annotations

import numpy as np

from seglib.labels import LabelSet
from seglib.models.lite0 import CHANNELS
from seglib.rendering import score_scale
from seglib.ui import cache, panels, seen, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.resolution import observations
from seglib.ui.words import percent

MAPS = 5  # of the classes that win most often


def last_layer(photo: state.Photo, label_set: LabelSet, answer: cache.Segmentation) -> None:
    """Score maps of the coarsest stream at their true resolution, and which is largest where."""
    from seglib.models.streams import on_pixels

    stride = max(answer.streams)
    scores = answer.streams[stride]
    winners = scores.argmax(0)
    shares = np.bincount(winners.ravel(), minlength=len(label_set)) / winners.size
    shown = np.argsort(-shares, kind="stable")[:MAPS]
    limit = max(0.01, float(np.abs(scores[shown]).max()))
    maps = {int(k): cache.stream_pictures(answer, int(k))[stride] for k in shown}
    on_photo = on_pixels(winners, stride, answer.size).astype(np.uint8)
    row, col = state.pin(photo)
    pictures = [
        Panel(
            title=f"Scores for {label_set.classes[k]}",
            role="output",
            alt=f"Score map for {label_set.classes[k]}: purple against, orange for",
            caption=f"at the pin {maps[k][row, col]:+.1f}; wins {percent(float(shares[k]))}",
            picture=cache.score_picture(maps[k], limit),
            pixelated=True,
        )
        for k in maps
    ]
    pictures.append(
        Panel(
            title="The largest wins",
            role="output",
            alt="At each place of the grid the class whose score is largest",
            caption=f"at the pin {label_set.classes[on_photo[row, col]]}",
            picture=photo.image,
            labels=on_photo,
        )
    )
    panels.show(pictures, photo, label_set, key="last_layer", columns=3)
    panels.show_scale(score_scale(), f"purple: against, −{limit:.0f}; orange: for, +{limit:.0f}", width=340)
    seen.what_you_should_see(observations.one_map_a_class(CHANNELS[stride], len(label_set), winners.shape))
