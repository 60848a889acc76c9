"""What human labels say about classes of one's own: matched by name, for a score where there is something to score.

Polygons of the bundled photos have fine labels ("cup handle"). A label belongs to the class whose name it contains,
word by word, "cup" here; where several do, to the longest name; where none does, to the class that is called like its
meaning in one of the app's label sets ("conifer" is a tree). Everything else is void, and is not scored.
"""

from __future__ import annotations

import numpy as np

from seglib.annotation.polygons import VOID, Annotation, fine_classes, rasterize
from seglib.labels import IGNORE, LABEL_SETS, LabelSet

EXAMPLES: dict[str, tuple[str, ...]] = {  # to try on the bundled photos; most are no class of the app's nets
    "astronaut": ("face", "space suit", "helmet", "flag", "backdrop"),
    "china": ("pagoda", "tree", "lake", "sky"),
    "motorcycle_left": ("motorcycle", "floor", "shelf", "wall"),
    "camera": ("coat", "tripod", "lawn", "sky"),
    "chelsea": ("cat", "blanket", "background"),
    "rocket": ("rocket", "tower", "sky"),
    "flower": ("petal", "leaf", "foliage", "background"),
    "grace_hopper": ("face", "uniform", "flag", "backdrop"),
    "coffee": ("cup", "saucer", "table"),
    "coins": ("coin", "ground"),
}
SMALLEST = 0.02  # of a photo: smaller classes are no example


def own_indices(own: LabelSet) -> dict[str, int]:
    """Class index, or `IGNORE`, of every label that human polygons may have.

    >>> from seglib.teach.lesson import own_classes
    >>> indices = own_indices(own_classes(["cup", "tree"]))
    >>> indices["cup handle"], indices["conifer"], indices["table"]
    (0, 1, 255)
    """
    meanings = fine_classes()
    labels = {VOID: ()} | {name: () for label_set in LABEL_SETS.values() for name in label_set.classes}
    labels |= {fine: tuple(meaning.values()) for fine, meaning in meanings.items()}
    return {label: _index(own, label, coarse) for label, coarse in labels.items()}


def _index(own: LabelSet, label: str, meanings: tuple[str, ...]) -> int:
    words = set(label.casefold().split())
    names = [name for name in own.classes if set(name.casefold().split()) <= words]
    if names:
        return own.index(max(names, key=len))
    by_name = {name.casefold(): index for index, name in enumerate(own.classes)}
    return next((by_name[meaning] for meaning in meanings if meaning in by_name), IGNORE)


def truth_from_polygons(annotation: Annotation, size: tuple[int, int], own: LabelSet) -> np.ndarray:
    """Polygons in one's own classes at the photo's ``size``, ``(H, W)`` uint8, void where no class is meant."""
    return rasterize(annotation.resized(size).shapes, size, own_indices(own))


def truth_from_labels(labels: np.ndarray, label_set: LabelSet, own: LabelSet) -> np.ndarray:
    """A label map of one of the app's label sets in one's own classes, by name."""
    table = np.full(256, IGNORE, np.uint8)
    for index, name in enumerate(label_set.classes):
        table[index] = _index(own, name, ())
    return table[labels]


def example_names(labels: np.ndarray, label_set: LabelSet) -> list[str]:
    """Names of the classes that a label map has enough of, the commonest first."""
    count = np.bincount(labels[labels != IGNORE].ravel(), minlength=len(label_set))
    order = np.argsort(-count, kind="stable")
    return [label_set.classes[k] for k in order if count[k] >= SMALLEST * labels.size]
