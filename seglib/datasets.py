"""Labelled photos on disk, read in the terms of one of our label sets.

A data set's own classes rarely are ours: `seglib.meanings` says what each stands for.

Layout on disk, the same for every set: ``<root>/<split>/images/<name>.jpg`` or another photo, and
``<root>/<split>/labels/<name>.png``, one class index per pixel, 255 = void; the published forms of CamVid, VOC and
Cityscapes open as they are, see `seglib.published_labels`. `seglib.labelled_folder` reads the files.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seglib.annotation.label_files import paint, read_annotation, split_notice
from seglib.annotation.label_text import MAX_FILE, looks_like_json
from seglib.annotation.polygons import VOID, VOID_WORDS, class_indices
from seglib.annotation.raster import Shape, index_of_label
from seglib.former_labels import former_words, settle
from seglib.label_png import Code, Size, codes_of, png_size, read_label_png
from seglib.labelled_folder import list_folder, named, read_bytes, read_photo
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, LabelSet
from seglib.meanings import MEANING, NOT_FOLDED, Meaning
from seglib.picture_files import MAX_OTHER_PIXELS, BadImage
from seglib.published_labels import CODES, VOID_INDICES


@dataclass(frozen=True)
class Targets:
    """How a data set's class indices read in one of our label sets.

    A target is what one pixel's label allows: the first ``K`` targets are our classes themselves, after
    them come the partial labels of all data sets. ``members[v, k]`` says whether target ``v`` allows class ``k``.
    """

    label_set: LabelSet
    num_source_classes: int  # how many indices the data set uses
    lookup: np.ndarray  # (256,) uint8: the data set's index -> target, or IGNORE
    members: np.ndarray  # (V, K) bool, V >= K, the same for all data sets
    groups: np.ndarray  # (V,) uint8: target -> group of classes that this data set can tell apart, or IGNORE
    group_names: tuple[str, ...]
    void_indices: tuple[int, ...] = ()  # what the set has for void beside IGNORE
    codes: tuple[Code, ...] = ()  # colours that stand for the data set's indices
    index_of: Mapping[str, int] = field(default_factory=dict)  # the data set's index of a label in words


def read_as(layout: str, label_set: LabelSet) -> Targets:
    """Read data set ``layout`` in the terms of ``labels``.

    `ValueError` if there is no such data set, or if it says nothing about these classes.
    """
    if layout not in MEANING:
        raise ValueError(f"no layout {layout!r}: there are {', '.join(MEANING)}")
    if label_set.name not in MEANING[layout]:
        raise ValueError(
            f"{layout} has no meaning in label set {label_set.name!r}, only in {', '.join(MEANING[layout])}"
        )
    own = MEANING[layout][label_set.name]
    targets: list[Meaning] = [(name,) for name in label_set.classes]
    for meanings in MEANING.values():
        targets += [m for m in meanings.get(label_set.name, {}).values() if m and m not in targets]

    lookup = np.full(256, IGNORE, np.uint8)
    for index, meaning in enumerate(own.values()):
        if meaning:
            lookup[index] = targets.index(meaning)

    group_of = _groups(own, label_set.classes) if layout not in NOT_FOLDED else {n: n for n in label_set.classes}
    group_names = tuple(dict.fromkeys(group_of.values()))
    groups = np.array([group_names.index(group_of[target[0]]) for target in targets], np.uint8)
    if layout in NOT_FOLDED:
        groups[len(label_set) :] = IGNORE
    return Targets(
        label_set=label_set,
        num_source_classes=len(own),
        lookup=lookup,
        members=np.array([[name in target for name in label_set.classes] for target in targets]),
        groups=groups,
        group_names=group_names,
        void_indices=VOID_INDICES.get(layout, ()),
        codes=codes_of(label_set) if layout == "folder" else CODES.get(layout, ()),
        index_of=class_indices(label_set)
        if layout == "folder"
        else dict.fromkeys((VOID, *VOID_WORDS), IGNORE) | {name: index for index, name in enumerate(own)},
    )


def _groups(own: Mapping[str, Meaning], classes: tuple[str, ...]) -> dict[str, str]:
    """{class: group} that a data set can tell apart: those of a partial label are one, as in "vegetation".

    Partial labels that share a class share a group, which has the name of the widest of them.
    """
    group_of = {name: name for name in classes}
    for source_name, meaning in sorted(own.items(), key=lambda item: -len(item[1])):
        if len(meaning) > 1:
            shared = {group_of[name] for name in meaning}
            merged = next((group for group in group_of.values() if group in shared - {*classes}), source_name)
            group_of |= {name: merged for name, group in group_of.items() if group in shared}
    return group_of


def numbered(num_classes: int) -> Targets:
    """Read class indices as they are, where nobody says of which label set: labels in words then mean nothing."""
    sets = [known for known in LABEL_SETS.values() if len(known) == num_classes]
    lookup = np.full(256, IGNORE, np.uint8)
    lookup[:num_classes] = np.arange(num_classes)
    names = tuple(map(str, range(num_classes)))
    identity = np.eye(num_classes, dtype=bool)
    codes = tuple(code for known in sets for code in codes_of(known))
    return Targets(None, num_classes, lookup, identity, np.arange(num_classes, dtype=np.uint8), names, codes=codes)


@dataclass(frozen=True)
class Pair:
    """One labelled photo: where its image and its labels lie."""

    name: str
    image: Path
    labels: Path


def find_pairs(root: str | Path, split: str | None = None) -> list[Pair]:
    """All labelled photos of a folder, sorted by name; `left_out` says what is left out.

    ``root`` holds ``images/`` and ``labels/``, or holds them in a folder named ``split``. Raises
    `ValueError`, naming the folder, where there is nothing to read.
    """
    listing = list_folder(root, split)
    if not listing.names:
        folder = Path(root) / split if split else Path(root)
        raise ValueError(f"no photo in {folder / 'images'} has a label file of the same name in {folder / 'labels'}")
    return [Pair(name, listing.photos[name], listing.labels[name]) for name in listing.names]


def left_out(root: str | Path, split: str | None = None) -> str | None:
    """One sentence on the files that `find_pairs` leaves out, with their number; None if there are none."""
    return list_folder(root, split).left_out


def read_pair(pair: Pair, reading: Targets) -> tuple[np.ndarray, np.ndarray]:
    """Image ``(H, W, 3)`` uint8 RGB and target map ``(H, W)`` uint8 of a labelled photo, upright and at full size.

    `BadImage`, a `ValueError`, names the file when sizes differ or when an index has no meaning.
    """
    image = read_photo(pair.image)
    return image, reading.lookup[read_indices(pair.labels, reading, image.shape[:2], pair.image.name)]


def read_indices(path: Path, reading: Targets, size: Size | None = None, photo: str = "") -> np.ndarray:
    """The data set's own class indices in a label file ``(H, W)`` uint8, `IGNORE` where void.

    ``size`` is the photo's (height, width), which the file must have; without it a PNG may have any. ``photo`` is its
    file name. `BadImage` names the file; a warning says it where the file names a class that is no more.
    """
    indices, notice = read_with_notice(path, reading, size, photo)
    if notice:
        warnings.warn(f"{path.parent.name}/{path.name}: {notice}", stacklevel=2)
    return indices


def read_with_notice(
    path: Path, reading: Targets, size: Size | None = None, photo: str = ""
) -> tuple[np.ndarray, str | None]:
    """`read_indices`, with what it would warn of as a sentence."""
    return named(path, lambda: _indices(read_bytes(path, MAX_FILE), reading, size, photo))


def _indices(data: bytes, reading: Targets, size: Size | None, photo: str) -> tuple[np.ndarray, str | None]:
    if looks_like_json(data):
        annotation = read_annotation(data, photo)
        size = size or annotation.size
        if size is None or (size[0] * size[1] > MAX_OTHER_PIXELS and size == annotation.size):
            raise BadImage("These polygons say nothing of their photo's size, or too much: the photo is needed.")
        index_of = reading.index_of or _words(annotation.shapes, reading.num_source_classes)
        notice = split_notice(annotation, EVERYDAY) if former_words(EVERYDAY).items() <= index_of.items() else None
        return paint(annotation, index_of, size), notice
    known = np.zeros(2**16, bool)
    known[[*range(reading.num_source_classes), *reading.void_indices, IGNORE]] = True
    if size is None:
        size = png_size(data)
        if size[0] * size[1] > MAX_OTHER_PIXELS:
            raise BadImage(f"more than {MAX_OTHER_PIXELS // 10**6} million pixels.")
    indices, notice = settle(*read_label_png(data, [size], known, reading.codes))
    unknown = ~known[indices]
    if unknown.any():
        row, col = np.argwhere(unknown)[0]
        raise BadImage(
            f"This label map does not fit: class index {indices[row, col]} at row {row}, column {col}: "
            f"wanted 0 to {reading.num_source_classes - 1}, or {IGNORE} for void."
        )
    if reading.void_indices:
        indices = np.where(np.isin(indices, reading.void_indices), IGNORE, indices)
    return indices.astype(np.uint8), notice


def _words(shapes: tuple[Shape, ...], num_classes: int) -> Mapping[str, int]:
    """What labels in words mean, where nobody says of which label set: of the only one that knows all of them."""
    void = dict.fromkeys((VOID, *VOID_WORDS), IGNORE)
    meanings = [
        void | {name: index for index, name in enumerate(known.classes)} | former_words(known)
        for known in LABEL_SETS.values()
        if len(known) == num_classes
    ]
    fitting = [words for words in meanings if all(index_of_label(shape.label, words) is not None for shape in shapes)]
    if len(fitting) != 1:
        raise BadImage("These labels are words, and it is not said of which classes: give a PNG of class indices.")
    return fitting[0]


def read_pairs(pairs: list[Pair], reading: Targets) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """`read_pair` for each, one at a time, so that memory does not grow with the folder."""
    for pair in pairs:
        yield read_pair(pair, reading)
