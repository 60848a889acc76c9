"""Score a folder of labelled photos, one at a time: nets, or predictions that somebody saved.

The folder holds ``images/`` and ``labels/``, and for saved predictions ``predictions/``: files that belong together
have the same name up to the ending; label maps and predictions are PNGs of class indices, 255 where void. What does not
fit (a missing partner, another size, an index that is no class, a broken file) is reported by file name, and the rest
goes on. Only names and running totals are kept, so that ten thousand photos need no more memory than ten.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from seglib import metrics
from seglib.datasets import IMAGE_SUFFIXES
from seglib.images import MAX_BYTES, MAX_OTHER_PIXELS, BadImage, decode, decode_label_map

SAVED = "predictions"  # the folder's name, and what its scores are called
COLUMNS = ("photo", "predictor", "pixels", "pixel_accuracy", "class_accuracy", "mean_iou", "problem")

Net = Callable[[np.ndarray], np.ndarray]  # photo (H, W, 3) uint8 -> label map (H, W)


@dataclass(frozen=True)
class Example:
    """Files of one name; those that are missing are None."""

    name: str
    image: Path | None
    labels: Path | None
    saved: Path | None


@dataclass(frozen=True)
class Result:
    """What came of one photo: a confusion matrix for each predictor, and what went wrong, a sentence each."""

    name: str
    matrices: dict[str, np.ndarray] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def list_examples(root: str | Path) -> list[Example]:
    """All names in the folder, sorted; `ValueError` if it is not such a folder."""
    root = Path(root)
    if not (root / "labels").is_dir() or not ((root / "images").is_dir() or (root / SAVED).is_dir()):
        raise ValueError(f"{root} should hold the folder labels, and images or {SAVED}")
    images = _files(root / "images", IMAGE_SUFFIXES)
    labels, saved = _files(root / "labels", (".png",)), _files(root / SAVED, (".png",))
    names = sorted(images.keys() | labels.keys() | saved.keys())
    if not names:
        raise ValueError(f"{root} holds no photo and no label map")
    return [Example(name, images.get(name), labels.get(name), saved.get(name)) for name in names]


def score_examples(
    examples: Iterable[Example], num_classes: int, nets: Mapping[str, Net], use_saved: bool = False
) -> Iterator[Result]:
    """Score each example with every net and, if ``use_saved``, with its saved prediction; nothing stops it."""
    for example in examples:
        matrices: dict[str, np.ndarray] = {}
        problems: list[str] = []
        try:
            truth, image = _read(example, num_classes, bool(nets))
        except BadImage as problem:
            yield Result(example.name, problems=(str(problem),))
            continue
        for name, net in nets.items():
            prediction = net(image)
            if prediction.shape != truth.shape:  # a photo too large for the nets was shrunk
                height, width = truth.shape
                prediction = cv2.resize(prediction, (width, height), interpolation=cv2.INTER_NEAREST)
            matrices[name] = metrics.confusion_matrix(truth, prediction, num_classes)
        if use_saved:
            try:
                prediction = _read_labels(example.saved, SAVED, example.name, num_classes, truth.shape)
                matrices[SAVED] = metrics.confusion_matrix(truth, prediction, num_classes)
            except BadImage as problem:
                problems.append(str(problem))
            except ValueError as problem:  # void where the truth names a class
                problems.append(f"{SAVED}/{example.name}.png: {problem}.")
        yield Result(example.name, matrices, tuple(problems))


def rows(result: Result) -> list[dict[str, object]]:
    """One row of numbers for each predictor, and one for each problem; keys are `COLUMNS`."""
    nothing = dict.fromkeys(COLUMNS) | {"photo": result.name}
    scored = [
        nothing
        | {
            "predictor": name,
            "pixels": int(cm.sum()),
            "pixel_accuracy": metrics.pixel_accuracy(cm),
            "class_accuracy": metrics.class_accuracy(cm),
            "mean_iou": metrics.mean_iou(cm),
        }
        for name, cm in result.matrices.items()
    ]
    return scored + [nothing | {"problem": problem} for problem in result.problems]


def to_csv(table: Iterable[Mapping[str, object]]) -> str:
    """Rows as a CSV file with a header; empty where there is no number.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in table:
        writer.writerow({key: _harmless(value) for key, value in row.items()})
    return text.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6f}"
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _files(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Files of a folder by name without ending; none if there is no folder."""
    if not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in suffixes}


def _read(example: Example, num_classes: int, with_image: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Label map ``(H, W)`` uint8 and, if wanted, the photo, perhaps shrunk."""
    if not with_image:
        return _read_labels(example.labels, "labels", example.name, num_classes, None), None
    if example.image is None:
        raise BadImage(f"images holds no photo {example.name}: its label map has nothing to go with.")
    photo = _named(example.image, lambda: decode(_bytes(example.image)))
    return _read_labels(example.labels, "labels", example.name, num_classes, photo.original_size), photo.image


def _read_labels(
    path: Path | None, folder: str, name: str, num_classes: int, size: tuple[int, int] | None
) -> np.ndarray:
    """A label map of a given size, or of its own if there is none to compare with."""
    if path is None:
        raise BadImage(f"{folder}/{name}.png is missing.")
    data = _named(path, lambda: _bytes(path))
    if size is None:
        # A PNG's header gives width and height as its 5th and 6th whole numbers; 12 kB can claim gigabytes.
        size = tuple(int.from_bytes(data[at : at + 4], "big") for at in (20, 16))
        if size[0] * size[1] > MAX_OTHER_PIXELS:
            raise BadImage(f"{folder}/{path.name}: more than {MAX_OTHER_PIXELS // 10**6} million pixels.")
    return _named(path, lambda: decode_label_map(data, num_classes, size))


def _bytes(path: Path) -> bytes:
    """Contents of a file, refused unread if they are too many."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadImage(f"the file has more than {MAX_BYTES // 10**6} MB.")
        return path.read_bytes()
    except OSError as error:
        raise BadImage(f"the file cannot be read: {error.strerror}.") from error


def _named(path: Path, read: Callable) -> object:
    """What ``read`` returns; what it complains of gets the file's name in front."""
    try:
        return read()
    except BadImage as problem:
        raise BadImage(f"{path.parent.name}/{path.name}: {problem}") from problem
