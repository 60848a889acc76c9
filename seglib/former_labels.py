"""Label files of the eleven classes that "everyday" once had: they still open, and say what changed.

Ten of the eleven live on by name, in other places and some in other colours. So a label PNG in the old colours is read
by its colours. "animal" has become six classes, and nobody can tell which of them was meant: it is void, and a sentence
says so. A PNG of bare numbers does not tell which classes they count: they are today's, and a sentence says that, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from seglib.labels import EVERYDAY, IGNORE, VOID_COLOR, LabelSet

_COLORS = {
    "building": (154, 110, 88),
    "tree": (5, 83, 61),
    "grass": (159, 186, 131),
    "sky": (138, 209, 248),
    "water": (15, 97, 196),
    "road": (125, 124, 128),
    "person": (229, 16, 26),
    "animal": (79, 30, 125),
    "vehicle": (226, 174, 44),
    "flower": (255, 113, 182),
    "object": (249, 237, 152),
}
SPLIT = "animal"
PARTS = ("cat", "dog", "horse", "sheep", "cow", "bird")
_SPLIT_INDEX = IGNORE - 1  # stands for it until `settle`; no class has it
_CODE: Mapping[tuple[int, int, int], int] = MappingProxyType(
    {color: EVERYDAY.index(name) if name != SPLIT else _SPLIT_INDEX for name, color in _COLORS.items()}
    | {VOID_COLOR: IGNORE}
)
SPLIT_NOTICE = f"“{SPLIT}” is now six classes ({', '.join(PARTS)}), so what this file calls so is void here."
NUMBERS_NOTICE = (
    f"Its numbers are read as today's {len(EVERYDAY)} classes, 0 = {EVERYDAY.classes[0]} to "
    f"{len(EVERYDAY) - 1} = {EVERYDAY.classes[-1]}; those of a file from when there were {len(_COLORS)} mean others."
)


def former_codes(label_set: LabelSet) -> tuple[Mapping[tuple[int, int, int], int], ...]:
    """Colours that a label set's classes once had, and the indices they have today."""
    return (_CODE,) if label_set.name == EVERYDAY.name else ()


def settle(
    labels: np.ndarray, code: Mapping[tuple[int, int, int], int] | None, label_set: LabelSet | None = None
) -> tuple[np.ndarray, str | None]:
    """Indices as read from a PNG by ``code``, None for bare numbers, without those of a class that is no more.

    Returns the label map and, where a person should know, one sentence; on bare numbers only if they are classes of
    ``label_set``.
    """
    if code is _CODE:
        split = labels == _SPLIT_INDEX
        if split.any():
            return np.where(split, IGNORE, labels).astype(labels.dtype), SPLIT_NOTICE
    if code is None and label_set and label_set.name == EVERYDAY.name:
        numbers = labels[labels != IGNORE]
        if numbers.size and numbers.max() < len(_COLORS):
            return labels, NUMBERS_NOTICE
    return labels, None


def former_classes(label_set: LabelSet) -> tuple[str, ...]:
    """The classes of a label set, in index order, when nobody noted yet which they were."""
    return tuple(_COLORS) if label_set.name == EVERYDAY.name else label_set.classes


def former_words(label_set: LabelSet) -> dict[str, int]:
    """Labels in words that once were classes of a label set, and the index they have today."""
    return {SPLIT: IGNORE} if label_set.name == EVERYDAY.name else {}
