"""One reader of a labelled folder: which files belong together, and what is in them.

`evaluate`, training, statistics and the app's folder page all read by these functions, so that a photo that the app
turns upright is turned upright for all. Commands read at full size; where the app shrinks a photo, it says so.

Files that belong together have the same name up to the ending, whatever case the ending is in, and however the name's
accents are written (a Mac stores them apart). Hidden files are no photos: a Mac's archive holds a ``._name.png``
beside each ``name.png``. Names that published sets add are known: CamVid's ``_L``, Cityscapes' ``_leftImg8bit``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from seglib.images import decode
from seglib.picture_files import MAX_BYTES, SUFFIXES, BadImage

LABEL_SUFFIXES = (".png", ".json")  # the first is taken where there are both
# How data sets call the folders of photos and of labels; {} is the split.
FOLDERS = (
    ("images", "labels"),
    ("JPEGImages", "SegmentationClass"),  # VOC
    ("701_StillsRaw_full", "LabeledApproved_full"),  # CamVid
)
PHOTO_TAILS = ("_leftImg8bit",)
LABEL_TAILS = ("_L", "_gtFine_labelIds", "_gtFine_polygons")
_SHOWN = 5  # names in a sentence

T = TypeVar("T")


def files_by_name(folder: Path, suffixes: tuple[str, ...], tails: tuple[str, ...] = ()) -> dict[str, Path]:
    """Files of a folder by name without ending, in order of name; none if there is no folder.

    Of two files of one name the one is taken whose ending stands first in ``suffixes``.
    """
    files: dict[str, Path] = {}
    for path in _visible(folder):
        if path.suffix.lower() not in suffixes:
            continue
        name = unicodedata.normalize("NFC", path.stem)
        for tail in tails:
            name = name.removesuffix(tail)
        known = files.get(name)
        if known is None or suffixes.index(path.suffix.lower()) < suffixes.index(known.suffix.lower()):
            files[name] = path
    return files


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


@dataclass(frozen=True)
class Listing:
    """What lies in a labelled folder, by name."""

    photos: dict[str, Path]
    labels: dict[str, Path]
    others: tuple[str, ...]  # files that are neither, or a second one of a name

    @property
    def names(self) -> list[str]:
        """Names that have both a photo and labels, sorted."""
        return sorted(self.photos.keys() & self.labels.keys())

    @property
    def left_out(self) -> str | None:
        """One sentence on what is left out, with the number; None if nothing is."""
        parts = {
            "without labels": sorted(self.photos.keys() - self.labels.keys()),
            "without a photo": sorted(self.labels.keys() - self.photos.keys()),
            "of another kind or twice of a name": sorted(self.others),
        }
        count = sum(map(len, parts.values()))
        if not count:
            return None
        told = "; ".join(f"{len(names)} {what} ({_some(names)})" for what, names in parts.items() if names)
        return f"{count} {'file is' if count == 1 else 'files are'} left out: {told}."


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def list_folder(root: str | Path, split: str | None = None) -> Listing:
    """Photos and labels below ``root``, or in its ``split``; `ValueError`, naming the folder, if they are not there."""
    folder = Path(root) / split if split else Path(root)
    pairs = [(folder / photos, folder / labels) for photos, labels in FOLDERS]
    if split:
        pairs.append((folder, Path(root) / f"{split}annot"))  # SegNet's CamVid
    for photos, labels in pairs:
        if photos.is_dir() and labels.is_dir():
            return _listing(photos, labels)
    raise ValueError(f"{folder} should hold the folders images and labels")


def _listing(photo_folder: Path, label_folder: Path) -> Listing:
    photos, labels = (
        {name: path for name, path in files.items() if path.is_file()}
        for files in (files_by_name(photo_folder, SUFFIXES, PHOTO_TAILS), files_by_name(label_folder, LABEL_SUFFIXES))
    )
    labels = {partner(name, photos): path for name, path in labels.items()}
    taken = {*photos.values(), *labels.values()}
    others = [
        path.name
        for folder in (photo_folder, label_folder)
        for path in _visible(folder)
        if path not in taken and path.is_file()
    ]
    both = {path.stem for path in taken}
    return Listing(photos, labels, tuple(name for name in others if not _is_second_form(name, both)))


def _is_second_form(name: str, taken: set[str]) -> bool:
    """LabelMe's JSON beside the PNG made of it is nothing that anybody would miss."""
    return Path(name).suffix.lower() in LABEL_SUFFIXES and Path(name).stem in taken


def partner(name: str, photos: Iterable[str]) -> str:
    """The name of the photo that a label file called ``name`` belongs to; its own name if there is none.

    >>> [partner(name, ["a", "b_L"]) for name in ("a", "a_L", "b_L", "a.jpg", "c_L")]
    ['a', 'a', 'b_L', 'a', 'c_L']
    """
    candidates = [name, *(name.removesuffix(tail) for tail in LABEL_TAILS)]
    if Path(name).suffix.lower() in SUFFIXES:
        candidates.append(Path(name).stem)
    return next((candidate for candidate in candidates if candidate in photos), name)


def read_photo(path: Path) -> np.ndarray:
    """A data set's photo ``(H, W, 3)`` uint8 RGB, upright, at full size; `BadImage` names the file."""
    return named(path, lambda: decode(read_bytes(path), full_size=True, any_shape=True).image)


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """Contents of a file, refused unread if they are too many."""
    try:
        if path.stat().st_size > most:
            raise BadImage(f"the file has more than {most // 10**6} MB.")
        return path.read_bytes()
    except OSError as error:
        raise BadImage(f"the file cannot be read: {error.strerror}.") from error


def named(path: Path, read: Callable[[], T]) -> T:
    """What ``read`` returns; what it complains of becomes a `BadImage` with the file's name in front."""
    try:
        return read()
    except ValueError as problem:
        raise BadImage(f"{path.parent.name}/{path.name}: {problem}") from problem
