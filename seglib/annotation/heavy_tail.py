"""The heavy tail: few classes own most pixels, and most classes share the rest.

Sorted by their share, classes fall off roughly along a straight line on a logarithmic scale, whatever the data set:
Everingham et al. kept 20 classes for VOC and called all else background; COCO named 80 things and left the stuff. What
is folded into "Other" cannot be got wrong any more, nor seen: pixel accuracy gains, and so may mean IoU, without a net
having learnt anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from seglib.annotation.polygons import load_annotation, rasterize
from seglib.assets import DamagedFile, leave_out
from seglib.labels import IGNORE, LabelSet
from seglib.meanings import MEANING

OTHER = "Other"


def class_shares(pixels: Mapping[str, int]) -> dict[str, float]:
    """Share of the labelled pixels of each class, largest first; classes without a pixel are left out.

    >>> class_shares({"cat": 1, "sky": 3, "cow": 0})
    {'sky': 0.75, 'cat': 0.25}
    """
    total = sum(pixels.values())
    return {name: n / total for name, n in sorted(pixels.items(), key=lambda item: -item[1]) if n}


def fine_pixels(photos: Iterable[str]) -> dict[str, int]:
    """Pixels of each fine label in our annotations of bundled photos; void is not counted."""
    pixels: dict[str, int] = {}
    for photo in photos:
        try:
            annotation = load_annotation(photo)
        except DamagedFile as error:
            leave_out(photo, error)
            continue
        names = list(dict.fromkeys(shape.label for shape in annotation.shapes if shape.label != "void"))
        index_of = {name: index for index, name in enumerate(names)} | {"void": IGNORE}
        counts = np.bincount(rasterize(annotation.shapes, annotation.size, index_of).ravel(), minlength=len(names))
        for name, count in zip(names, counts, strict=False):
            pixels[name] = pixels.get(name, 0) + int(count)
    return pixels


def meanings(data: str, label_set: LabelSet) -> dict[str, tuple[str, ...]]:
    """Which of our classes each class of a training set may be; none where we have no word for it."""
    return MEANING[data].get(label_set.name, {})


@dataclass(frozen=True)
class Folding:
    """Some of K classes called Other."""

    names: tuple[str, ...]  # of the groups, Other last if anything is folded
    group_of: tuple[int, ...]  # for each of the K classes
    folded: tuple[str, ...]  # classes that can no longer be seen, rarest first


def fold_rarest(pixels: np.ndarray, names: tuple[str, ...], n: int) -> Folding:
    """Fold the ``n`` classes with fewest pixels ``(K,)`` into Other.

    >>> fold_rarest(np.array([5, 1, 9, 2]), ("car", "pole", "sky", "sign"), 2)
    Folding(names=('car', 'sky', 'Other'), group_of=(0, 2, 1, 2), folded=('pole', 'sign'))
    """
    if not 0 <= n <= len(names) == len(pixels):
        raise ValueError(f"fold {n} of {len(names)} classes, with {len(pixels)} counts: wanted 0 to all of them")
    rarest = np.argsort(pixels, kind="stable")[:n].tolist()
    kept = [k for k in range(len(names)) if k not in rarest]
    place = {k: group for group, k in enumerate(kept)}
    return Folding(
        names=(*(names[k] for k in kept), *([OTHER] if n else [])),
        group_of=tuple(place.get(k, len(kept)) for k in range(len(names))),
        folded=tuple(names[k] for k in rarest),
    )
