"""Label sets: which classes exist, how they are called and coloured, and which are things or stuff.

A label map is an integer array ``(H, W)``. Its values are indices into ``LabelSet.classes``,
or `IGNORE` where nobody knows or wants to say what is there ("void"); such pixels are
left out of losses and scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

IGNORE = 255
VOID_COLOR = (224, 224, 192)  # of void in a label PNG, as in VOC


@dataclass(frozen=True)
class LabelSet:
    """The classes a net tells apart, in index order.

    Things are countable and have a shape (a car); stuff is amorphous and has a texture (grass):
    Adelson 2001; Caesar, Uijlings & Ferrari, "COCO-Stuff", CVPR 2018.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    colors: tuple[tuple[int, int, int], ...]  # RGB, told apart under the common colour blindnesses
    things: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        assert len(self.classes) == len(self.colors) == len(set(self.classes)) < IGNORE
        assert self.things <= set(self.classes)

    def __len__(self) -> int:
        return len(self.classes)

    def index(self, name: str) -> int:
        """Index of the class called ``name``; `ValueError` lists the classes there are."""
        if name not in self.classes:
            raise ValueError(f"no class {name!r} in label set {self.name!r}: {', '.join(self.classes)}")
        return self.classes.index(name)


EVERYDAY = LabelSet(
    name="everyday",
    title="Everyday scenes",
    classes=(
        "building",
        "wall",
        "floor",
        "sky",
        "water",
        "road",
        "grass",
        "tree",
        "person",
        "cat",
        "dog",
        "horse",
        "sheep",
        "cow",
        "bird",
        "vehicle",
        "flower",
        "furniture",
        "object",
    ),
    colors=(
        (154, 110, 88),  # building: light brown
        (204, 188, 172),  # wall: plaster
        (120, 0, 0),  # floor: dark red
        (138, 209, 248),  # sky: light blue
        (6, 84, 231),  # water: blue
        (125, 124, 128),  # road: grey
        (136, 175, 122),  # grass: pale green
        (5, 83, 61),  # tree: dark green
        (229, 16, 26),  # person: red
        (22, 0, 146),  # cat: indigo
        (169, 121, 255),  # dog: lilac
        (31, 3, 3),  # horse: almost black
        (241, 255, 239),  # sheep: wool
        (1, 11, 47),  # cow: midnight blue
        (90, 60, 90),  # bird: aubergine
        (226, 174, 44),  # vehicle: ochre
        (252, 106, 177),  # flower: pink
        (180, 30, 165),  # furniture: magenta
        (243, 254, 62),  # object: lemon yellow
    ),
    things=frozenset(
        {"person", "cat", "dog", "horse", "sheep", "cow", "bird", "vehicle", "flower", "furniture", "object"}
    ),
)

STREET = LabelSet(
    name="street",
    title="Street scenes (CamVid)",
    classes=(
        "sky",
        "building",
        "pole",
        "road",
        "pavement",
        "tree",
        "sign",
        "fence",
        "car",
        "pedestrian",
        "bicyclist",
    ),
    colors=(
        (138, 209, 248),  # sky: light blue
        (154, 110, 88),  # building: light brown
        (242, 247, 251),  # pole: white
        (125, 124, 128),  # road: grey
        (15, 97, 196),  # pavement: blue
        (5, 83, 61),  # tree: dark green
        (255, 248, 18),  # sign: lemon yellow
        (159, 186, 131),  # fence: pale green
        (226, 174, 44),  # car: ochre
        (229, 16, 26),  # pedestrian: red
        (79, 30, 125),  # bicyclist: violet
    ),
    things=frozenset({"pole", "sign", "car", "pedestrian", "bicyclist"}),
)

LABEL_SETS: dict[str, LabelSet] = {label_set.name: label_set for label_set in (EVERYDAY, STREET)}


def check_label_map(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Return ``labels`` unchanged if it is a label map of ``num_classes`` classes.

    Raises `ValueError`, quoting what came and what was wanted, unless ``labels`` is a two-dimensional
    integer array with values in ``[0, num_classes)`` or `IGNORE`.
    """
    labels = np.asarray(labels)
    if labels.ndim != 2:
        raise ValueError(f"a label map is two-dimensional (H, W); this one has shape {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"a label map holds whole numbers; this one holds {labels.dtype}")
    wrong = (labels != IGNORE) & ((labels < 0) | (labels >= num_classes))
    if wrong.any():
        row, col = np.argwhere(wrong)[0]
        raise ValueError(
            f"class index {labels[row, col]} at row {row}, column {col}: "
            f"wanted 0 to {num_classes - 1}, or {IGNORE} for void"
        )
    return labels
