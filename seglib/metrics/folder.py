"""Score a folder of labelled photos, one at a time: nets, or predictions that somebody saved.

The folder holds ``images/`` and ``labels/``, and for saved predictions ``predictions/``: files that belong together
have the same name up to the ending; label maps and predictions are PNGs of class indices, 255 where void, or whatever
else `seglib.labelled_folder` reads. A photo is shrunk for the nets to what a page shows, and their answer enlarged
again: that, and nothing else, sets these figures apart from those of `seglib.evaluate`. What does not fit (a missing
partner, another size, an index that is no class, a broken file) is reported by file name, and the rest goes on. Only
names and running totals are kept, so that ten thousand photos need no more memory than ten.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seglib import metrics
from seglib.datasets import Targets, numbered, read_with_notice
from seglib.images import BadImage, decode
from seglib.label_png import Size, to_size
from seglib.labelled_folder import FOLDERS, LABEL_SUFFIXES, PHOTO_TAILS, files_by_name, named, partner, read_bytes
from seglib.labels import IGNORE
from seglib.picture_files import SUFFIXES

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
    """What came of one photo: a confusion matrix for each predictor, and what went wrong, a sentence each.

    ``notices`` are sentences on files that were scored, but name classes that are no more.
    """

    name: str
    matrices: dict[str, np.ndarray] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def list_examples(root: str | Path) -> list[Example]:
    """All names in the folder, sorted; `ValueError` if it is not such a folder."""
    root = Path(root)
    photo_folder, label_folder = next(
        ((root / photos, root / labels) for photos, labels in FOLDERS if (root / labels).is_dir()), (None, None)
    )
    if label_folder is None or not (photo_folder.is_dir() or (root / SAVED).is_dir()):
        raise ValueError(f"{root} should hold the folder labels, and images or {SAVED}")
    images = files_by_name(photo_folder, SUFFIXES, PHOTO_TAILS)
    labels, saved = (
        {partner(name, images): path for name, path in files_by_name(folder, LABEL_SUFFIXES).items()}
        for folder in (label_folder, root / SAVED)
    )
    names = sorted(images.keys() | labels.keys() | saved.keys())
    if not names:
        raise ValueError(f"{root} holds no photo and no label map")
    return [Example(name, images.get(name), labels.get(name), saved.get(name)) for name in names]


def fold(target_map: np.ndarray, reading: Targets) -> np.ndarray:
    """Targets or predicted classes to the groups that the data set tells apart; void stays void."""
    table = np.full(256, IGNORE, np.uint8)
    table[: len(reading.groups)] = reading.groups
    return table[target_map]


def score_examples(
    examples: Iterable[Example],
    num_classes: int,
    nets: Mapping[str, Net],
    use_saved: bool = False,
    reading: Targets | None = None,
) -> Iterator[Result]:
    """Score each example with every net and, if ``use_saved``, with its saved prediction; nothing stops it.

    ``reading`` says what the label files' indices mean, as in `seglib.datasets.read_as`; without it they are the
    ``num_classes`` classes themselves. Matrices are in its groups.
    """
    reading = reading or numbered(num_classes)
    for example in examples:
        matrices: dict[str, np.ndarray] = {}
        problems: list[str] = []
        try:
            truth, image, *notices = _read(example, reading, bool(nets))
        except BadImage as problem:
            yield Result(example.name, problems=(str(problem),))
            continue
        count = len(reading.group_names)
        for name, net in nets.items():
            prediction = to_size(net(image), truth.shape)  # a photo too large for the nets was shrunk
            matrices[name] = metrics.confusion_matrix(truth, fold(prediction, reading), count)
        if use_saved:
            try:
                prediction, notice = _read_labels(example.saved, SAVED, example.name, reading, truth.shape)
                notices.append(notice)
                matrices[SAVED] = metrics.confusion_matrix(truth, prediction, count)
            except BadImage as problem:
                problems.append(str(problem))
            except ValueError as problem:  # void where the truth names a class
                problems.append(f"{SAVED}/{example.name}.png: {problem}.")
        yield Result(example.name, matrices, tuple(problems), tuple(dict.fromkeys(filter(None, notices))))


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


def _read(example: Example, reading: Targets, with_image: bool) -> tuple[np.ndarray, np.ndarray | None, str | None]:
    """Label map ``(H, W)`` uint8 in the reading's groups, if wanted the photo, perhaps shrunk, and perhaps a notice."""
    if not with_image:
        labels, notice = _read_labels(example.labels, "labels", example.name, reading, None)
        return labels, None, notice
    if example.image is None:
        raise BadImage(f"images holds no photo {example.name}: its label map has nothing to go with.")
    photo = named(example.image, lambda: decode(read_bytes(example.image), any_shape=True))
    labels, notice = _read_labels(
        example.labels, "labels", example.name, reading, photo.original_size, example.image.name
    )
    return labels, photo.image, notice


def _read_labels(
    path: Path | None, folder: str, name: str, reading: Targets, size: Size | None, photo: str = ""
) -> tuple[np.ndarray, str | None]:
    """A label map of a given size, or of its own if there is none to compare with, and perhaps a notice."""
    if path is None:
        raise BadImage(f"{folder}/{name}.png is missing.")
    indices, notice = read_with_notice(path, reading, size, photo)
    return fold(reading.lookup[indices], reading), notice
