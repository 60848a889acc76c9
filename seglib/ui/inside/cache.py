"""What the page Inside remembers. Nets are shared by all visitors: a step makes a net of its own, which is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seglib.models.segmentation import Segmentation
from seglib.ui import cache
from seglib.ui.cache import COMPUTE, shared
from seglib.ui.in_steps import in_steps
from seglib.ui.photo import Photo

if TYPE_CHECKING:
    from torch import nn

    from seglib.inside.cascade import Cascade
    from seglib.inside.class_maps import ClassMaps
    from seglib.inside.paths import RedArrows
    from seglib.inside.units import Features, Place
    from seglib.models.lite0 import Lite0Classifier

GRIDS = (32, 16, 8)  # strides of the classifier's maps
IMAGENET = "ImageNet's classifier"
WINDOW = 193  # pixels round a place that are looked at for projections
SHUFFLES = (0, 1, 2)  # seeds of the cascade
THIS, OTHER, SHUFFLED = "this unit", "another unit", "shuffled weights"


@shared(4)
def arrows(photo: Photo, net: str, label_set_name: str, point: tuple[int, int], target: int) -> RedArrows:
    """The red arrows of one pixel."""
    from seglib.inside.paths import red_arrows

    with COMPUTE:
        return red_arrows(cache.model(net, label_set_name), photo.image, point, target)


@shared(16)
def strength_picture(
    photo: Photo, net: str, label_set_name: str, point: tuple[int, int], target: int, node: int, paths: tuple[int, ...]
) -> np.ndarray:
    """How strongly each place of a node is pulled by some paths together, as heat over the photo."""
    from seglib.models.streams import on_pixels
    from seglib.window.pictures import energy_picture

    strength = arrows(photo, net, label_set_name, point, target).strength(node, paths)
    return energy_picture(photo.image, on_pixels(strength, node, photo.size) ** 2)


@shared(64)
def reach(photo: Photo, net: str, label_set_name: str, point: tuple[int, int], target: int) -> dict[int, int]:
    """Side of the square round the pixel that holds 95 % of the energy that each path brings to the photo."""
    from seglib.inside.paths import PHOTO
    from seglib.window.effective_field import effective_size

    gradient = arrows(photo, net, label_set_name, point, target)
    return {path: effective_size(gradient.strength(PHOTO, [path]) ** 2, point) for path in gradient.pieces[PHOTO]}


@shared(64)
def wrong_pixels(truth: np.ndarray, answer: Segmentation) -> list[tuple[int, int]]:
    """Pixels that a net gets wrong, worth asking about."""
    from seglib.inside.wrong_pixels import wrong_pixels

    return wrong_pixels(answer.labels, truth)


@dataclass(frozen=True, eq=False)
class Step:
    """What one step of gradient descent on one pixel led to."""

    answer: Segmentation
    rate: float
    loss: float  # of the pixel, before
    before: float  # probability of the class there
    after: float


@shared(6)
def step(
    photo: Photo,
    net: str,
    label_set_name: str,
    point: tuple[int, int],
    target: int,
    only: int | None,
    share: float,
) -> Step:
    """A step that should take away ``share`` of the pixel's loss, of all weights or of one stream's score layer."""
    from seglib.inside.one_step import pixel_probability, slope, stepped
    from seglib.models.streams import stream_scores

    model = cache.model(net, label_set_name)
    with COMPUTE:
        downhill = slope(model, photo.image, point, target, only)
        rate = downhill.rate(share)
        moved = stepped(model, downhill, rate)
        key = f"{photo.key} {net} {label_set_name}, a step of {share} of {only} at {point} to {target}"
        return Step(
            answer=Segmentation.from_streams(stream_scores(moved, photo.image), photo.size, key),
            rate=rate,
            loss=downhill.loss,
            before=float(np.exp(-downhill.loss)),
            after=pixel_probability(moved, photo.image, point, target),
        )


@shared()
def classifier(stride: int) -> Lite0Classifier:
    """ImageNet's classifier, its features on a grid of ``stride``."""
    from seglib.inside.class_maps import converted
    from seglib.models.imagenet import load_imagenet

    return load_imagenet() if stride == max(GRIDS) else converted(classifier(max(GRIDS)), stride)


@shared(words="ImageNet's class names are read …")
def class_names() -> tuple[str, ...]:
    """The classifier's 1000 classes."""
    from seglib.inside.class_maps import class_names

    return class_names()


@shared(32)
def resized(photo: Photo, short_side: int) -> np.ndarray:
    """The photo with a shorter side of so many pixels; never enlarged for sizes beyond its own, but to 224."""
    from seglib.inside.class_maps import SHORT_SIDE, with_short_side

    return with_short_side(photo.image, max(SHORT_SIDE, min(short_side, *photo.size)))


@shared(4)
def class_maps(photo: Photo, short_side: int, stride: int) -> ClassMaps:
    """The classifier at every place of the photo."""
    from seglib.inside.class_maps import class_maps

    with COMPUTE:
        return class_maps(classifier(stride), resized(photo, short_side), stride)


@shared(32)
def score_picture(photo: Photo, values: np.ndarray, stride: int, size: tuple[int, int], limit: float) -> np.ndarray:
    """A map of the classifier's ``(h, w)`` over the photo, see `class_maps.on_photo`."""
    from seglib.inside.class_maps import on_photo
    from seglib.window.pictures import tinted

    return tinted(photo.image, on_photo(values, stride, size, photo.size), limit)


@dataclass(frozen=True, eq=False)
class Taken:
    """A net's trunk, and what there is to know to use it alone."""

    trunk: nn.Module
    prepare: Callable  # (H, W, 3) uint8 to (1, 3, H', W')


def taken(net: str, label_set_name: str) -> Taken:
    """The trunk of a net of the family, or of the classifier."""
    from seglib.models.fcn import pad_to_grid
    from seglib.models.prediction import image_tensor

    if net == IMAGENET:
        return Taken(classifier(max(GRIDS)).trunk, image_tensor)
    return Taken(cache.model(net, label_set_name).trunk, lambda image: pad_to_grid(image_tensor(image)))


@shared(3)
def features(photo: Photo, net: str, label_set_name: str) -> Features:
    """What a net's trunk makes of a photo, ``{stride: (1, C, h, w)}``."""
    import torch

    parts = taken(net, label_set_name)
    with COMPUTE, torch.no_grad():
        return parts.trunk(parts.prepare(photo.image))


@shared(64)
def places(photo: Photo, net: str, label_set_name: str) -> dict[int, list[Place]]:
    """Every unit's strongest place on a photo, ``{stride: one `Place` a unit}``; the features are not kept."""
    import torch

    from seglib.inside.units import strongest

    parts = taken(net, label_set_name)
    with COMPUTE, torch.no_grad():
        stages = parts.trunk(parts.prepare(photo.image))
    return {stride: strongest(maps[0], stride, photo.size, photo.key) for stride, maps in stages.items()}


@dataclass(frozen=True, eq=False)
class Without:
    """An answer with one unit switched off."""

    answer: Segmentation | None  # of a segmentation net
    logits: tuple[np.ndarray, np.ndarray] | None  # (1000,) of the classifier, before and after


@shared(6)
def without(photo: Photo, net: str, label_set_name: str, stride: int, unit: int) -> Without:
    """What a net says of a photo if one unit of one stage is zero everywhere."""
    import torch

    from seglib.inside.class_maps import answer_of
    from seglib.inside.units import without_units

    before = features(photo, net, label_set_name)
    with COMPUTE, torch.no_grad():
        after = without_units(taken(net, label_set_name).trunk, before, stride, [unit])
        if net != IMAGENET:
            scores = cache.model(net, label_set_name).score_features(after)
            streams = {s: each[0].numpy() for s, each in scores.items()}
            key = f"{photo.key} {net} {label_set_name} without {unit} at {stride}"
            return Without(Segmentation.from_streams(streams, photo.size, key), None)
        model = classifier(max(GRIDS))
        return Without(None, tuple(answer_of(model, each) for each in (before, after)))


@shared(6)
def projections(photo: Photo, net: str, label_set_name: str, point: tuple[int, int], stride: int, unit: int) -> dict:
    """Three ways back to the pixels round a point, of a unit, of another, and of shuffled weights.

    ``{rule: {what was asked: (3, h, w)}}``, the pixels' square under ``"window"``, and the other unit's number.
    """
    import torch

    from seglib.inside.projections import RULES, project, shuffled

    parts = taken(net, label_set_name)
    window, corner = looked_at(photo, point)
    with COMPUTE:
        x = parts.prepare(window)
        with torch.no_grad():
            maps = parts.trunk(x)[stride][0]
        place = _place(point, corner, stride, maps.shape[1:])
        values = maps[:, place[0], place[1]].clone()
        values[unit] = -torch.inf
        other = int(values.argmax())
        mixed = shuffled(parts.trunk, stride)
        asked = ((THIS, parts.trunk, unit), (OTHER, parts.trunk, other), (SHUFFLED, mixed, unit))
        projected: dict = {
            rule: {name: project(trunk, x, stride, number, place, rule) for name, trunk, number in asked}
            for rule in RULES
        }
    return projected | {"window": window, "other": other}


@in_steps
def cascade(
    photo: Photo, net: str, label_set_name: str, point: tuple[int, int], stride: int, unit: int
) -> Iterator[tuple[Cascade, float]]:
    """The same projections while the net is shuffled from the top down, see `seglib.inside.cascade`."""
    import torch

    from seglib.inside.cascade import cascade

    parts = taken(net, label_set_name)
    window, corner = looked_at(photo, point)
    x = parts.prepare(window)
    with torch.no_grad():
        grid = parts.trunk(x)[stride].shape[-2:]
    yield from cascade(parts.trunk, x, stride, unit, _place(point, corner, stride, grid), SHUFFLES)


def looked_at(photo: Photo, point: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """The pixels' square round a point that projections go back to, and its corner."""
    from seglib.inside.units import crop_around

    window, corner = crop_around(photo.image, point, WINDOW)
    return np.ascontiguousarray(window), corner


def _place(point: tuple[int, int], corner: tuple[int, int], stride: int, grid: tuple[int, int]) -> tuple[int, int]:
    """The unit of a window's grid that sits nearest to a point of the photo."""
    return tuple(
        min((at - first + stride // 2) // stride, n - 1) for at, first, n in zip(point, corner, grid, strict=True)
    )
