"""Labelled photos on disk, and what their classes mean in each of our label sets.

A data set's own classes rarely are ours. `MEANING` says for each what it stands for: one of our
classes, several (a partial label: "one of these", as for vegetation, which may be tree or grass), or none (void).

Layout on disk, the same for every set: ``<root>/<split>/images/<name>.jpg|png`` and
``<root>/<split>/labels/<name>.png``, mode L, one class index per pixel, 255 = void.

Sources: CamVid: Brostow, Fauqueur & Cipolla, PRL 2009, the 11 classes of SegNet. MSRC v2: Shotton et al.,
"TextonBoost", ECCV 2006. LabelMeFacade: Froehlich, Rodner & Denzler, ICPR 2010. People: Clothing
Co-Parsing, Yang, Luo & Lin, CVPR 2014, every garment folded into "person".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET, LabelSet

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")

Meaning = tuple[str, ...]  # our classes that a source class may be; empty = void

NOT_A_PERSON = tuple(name for name in EVERYDAY.classes if name != "person")

# {data set: {label set: {the data set's class, in index order: meaning}}}
MEANING: dict[str, dict[str, dict[str, Meaning]]] = {
    "camvid": {
        "everyday": {
            "sky": ("sky",),
            "building": ("building",),
            "pole": ("object",),
            "road": ("road",),
            "pavement": ("road",),
            "tree": ("tree",),
            "sign": ("object",),
            "fence": ("object",),
            "car": ("vehicle",),
            "pedestrian": ("person",),
            "bicyclist": ("person",),
        },
        "street": {name: (name,) for name in STREET.classes},
    },
    "msrc": {
        "everyday": {
            "building": ("building",),
            "grass": ("grass",),
            "tree": ("tree",),
            "cow": ("animal",),
            "horse": ("animal",),
            "sheep": ("animal",),
            "sky": ("sky",),
            "mountain": (),  # not one of ours
            "aeroplane": ("vehicle",),
            "water": ("water",),
            "face": ("person",),
            "car": ("vehicle",),
            "bicycle": ("vehicle",),
            "flower": ("flower",),
            "sign": ("object",),
            "bird": ("animal",),
            "book": ("object",),
            "chair": ("object",),
            "road": ("road",),
            "cat": ("animal",),
            "dog": ("animal",),
            "body": ("person",),
            "boat": ("vehicle",),
        },
    },
    "labelmefacade": {
        "everyday": {
            "building": ("building",),
            "car": ("vehicle",),
            "door": ("building",),
            "pavement": ("road",),
            "road": ("road",),
            "sky": ("sky",),
            "vegetation": ("tree", "grass", "flower"),
            "window": ("building",),
        },
    },
    "people": {
        "everyday": {"not person": NOT_A_PERSON, "person": ("person",)},
    },
    "folder": {  # the user's own photos, labelled with our own class indices
        labels.name: {name: (name,) for name in labels.classes} for labels in LABEL_SETS.values()
    },
}


@dataclass(frozen=True)
class Targets:
    """How a data set's class indices read in one of our label sets.

    A target is what one pixel's label allows: the first ``K`` targets are our classes themselves, after
    them come the partial labels of all data sets. ``members[v, k]`` says whether target ``v`` allows class ``k``.
    """

    labels: LabelSet
    num_source_classes: int  # how many indices the data set uses
    lookup: np.ndarray  # (256,) uint8: the data set's index -> target, or IGNORE
    members: np.ndarray  # (V, K) bool, V >= K, the same for all data sets
    groups: np.ndarray  # (V,): target -> group of classes that this data set can tell apart
    group_names: tuple[str, ...]


def read_as(layout: str, labels: LabelSet) -> Targets:
    """Read data set ``layout`` in the terms of ``labels``.

    `ValueError` if there is no such data set, or if it says nothing about these classes.
    """
    if layout not in MEANING:
        raise ValueError(f"no layout {layout!r}: there are {', '.join(MEANING)}")
    if labels.name not in MEANING[layout]:
        raise ValueError(f"{layout} has no meaning in label set {labels.name!r}, only in {', '.join(MEANING[layout])}")
    own = MEANING[layout][labels.name]
    targets: list[Meaning] = [(name,) for name in labels.classes]
    for meanings in MEANING.values():
        targets += [m for m in meanings.get(labels.name, {}).values() if m and m not in targets]

    lookup = np.full(256, IGNORE, np.uint8)
    for index, meaning in enumerate(own.values()):
        if meaning:
            lookup[index] = targets.index(meaning)

    # A partial label merges its classes: a data set that says "vegetation" cannot tell tree from grass.
    group_of = {name: name for name in labels.classes}
    for source_name, meaning in own.items():
        if len(meaning) > 1:
            group_of |= dict.fromkeys(meaning, source_name)
    group_names = tuple(dict.fromkeys(group_of.values()))
    return Targets(
        labels=labels,
        num_source_classes=len(own),
        lookup=lookup,
        members=np.array([[name in target for name in labels.classes] for target in targets]),
        groups=np.array([group_names.index(group_of[target[0]]) for target in targets]),
        group_names=group_names,
    )


@dataclass(frozen=True)
class Pair:
    """One labelled photo: where its image and its labels lie."""

    name: str
    image: Path
    labels: Path


def find_pairs(root: str | Path, split: str | None = None) -> list[Pair]:
    """All labelled photos of a folder, sorted by name; images without labels are left out.

    ``root`` holds ``images/`` and ``labels/``, or holds them in a folder named ``split``. Raises
    `ValueError`, naming the folder, where there is nothing to read.
    """
    folder = Path(root) / split if split else Path(root)
    if not (folder / "images").is_dir() or not (folder / "labels").is_dir():
        raise ValueError(f"{folder} should hold the folders images and labels")
    pairs = [
        Pair(path.stem, path, labels)
        for path in sorted((folder / "images").iterdir())
        if path.suffix.lower() in IMAGE_SUFFIXES and (labels := folder / "labels" / f"{path.stem}.png").is_file()
    ]
    if not pairs:
        raise ValueError(f"no photo in {folder / 'images'} has a label file of the same name in {folder / 'labels'}")
    return pairs


def read_pair(pair: Pair, reading: Targets) -> tuple[np.ndarray, np.ndarray]:
    """Image ``(H, W, 3)`` uint8 RGB and target map ``(H, W)`` uint8 of a labelled photo.

    `ValueError` names the file when sizes differ or when an index has no meaning.
    """
    try:
        with Image.open(pair.image) as file:
            image = np.asarray(file.convert("RGB"))
        with Image.open(pair.labels) as file:
            mode, labels = file.mode, np.asarray(file)
    except (OSError, SyntaxError) as error:  # what Pillow raises over a damaged file
        raise ValueError(f"photo {pair.name} or its labels cannot be read: {error}") from error
    if mode not in ("L", "P"):
        raise ValueError(f"{pair.labels.name} is in mode {mode}: wanted one class index per pixel (L or P)")
    if labels.shape != image.shape[:2]:
        raise ValueError(f"{pair.labels.name} is {labels.shape}, its photo {image.shape[:2]}: they must match")
    unknown = labels[(labels >= reading.num_source_classes) & (labels != IGNORE)]
    if unknown.size:
        raise ValueError(
            f"{pair.labels.name} has class index {unknown[0]}: "
            f"wanted 0 to {reading.num_source_classes - 1}, or {IGNORE} for void"
        )
    return image, reading.lookup[labels]


def read_pairs(pairs: list[Pair], reading: Targets) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """`read_pair` for each, one at a time, so that memory does not grow with the folder."""
    for pair in pairs:
        yield read_pair(pair, reading)
