"""What the teaching page remembers: features of photos, heads, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from seglib.photos import PHOTOS
from seglib.ui import cache
from seglib.ui.photo import Photo
from seglib.ui.teach.lesson import Taught

if TYPE_CHECKING:
    from seglib.teach.answer import Answer
    from seglib.teach.features import Features
    from seglib.teach.heads import Head
    from seglib.teach.live import Epoch, LivePhoto
    from seglib.teach.nets import FrozenNet

IMAGENET, RANDOM = "ImageNet", "random weights"


@cache.shared()
def net(name: str) -> FrozenNet:
    """A frozen net; the random one takes a few seconds, once."""
    from seglib.teach.nets import imagenet_net, random_net

    if name == IMAGENET:
        return imagenet_net()
    with cache.COMPUTE:
        return random_net(cache.bundled_photo(key).image for key in PHOTOS)


@cache.shared(24)
def features(photo: Photo, net_name: str) -> Features:
    """What a net sees in a photo; up to six megabytes."""
    from seglib.teach.nets import photo_features

    frozen = net(net_name)
    with cache.COMPUTE:
        return photo_features(photo.image, frozen)


@cache.shared(64, keyed=(Taught,))
def head(taught: Taught, net_name: str, layers: tuple[int, ...]) -> Head:
    """What strokes teach; raises `BadStrokes` if that is nothing."""
    from seglib.teach.strokes import teach

    if taught.head is not None and net_name == IMAGENET and taught.head.layers == layers:
        return taught.head
    return teach([(features(photo, net_name), strokes) for photo, strokes in taught.photos], layers)


@cache.shared(24, keyed=(Taught,))
def answer(photo: Photo, taught: Taught, net_name: str, layers: tuple[int, ...]) -> Answer:
    """What the head says about a photo."""
    from seglib.teach.answer import segment

    return segment(features(photo, net_name), head(taught, net_name, layers))


@cache.shared(8, keyed=(Taught,))
def after_crf(photo: Photo, taught: Taught, layers: tuple[int, ...]) -> np.ndarray:
    """Probabilities after the fully connected CRF with its default parameters, ``(K, H, W)``."""
    from seglib.crf.mean_field import mean_field

    before = answer(photo, taught, IMAGENET, layers).probabilities
    with cache.COMPUTE:
        return mean_field(before, photo.image)


@cache.shared(40)
def live_photo(photo: Photo, labels: np.ndarray, start: str) -> LivePhoto:
    """A labelled photo as a live run learns from it; half a megabyte."""
    from seglib.teach.live import live_photo as prepare

    return prepare(photo.image, labels, net(IMAGENET) if start == "ImageNet" else None)


def trainer() -> Callable[..., Iterator[Epoch]]:
    """What trains, imported on first use."""
    from seglib.teach.live import train_live

    return train_live
