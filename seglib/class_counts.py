"""How many pixels of each class the training sets hold: ``python -m seglib.class_counts --data DIR``.

The heavy tail in numbers. A small file for each data set lies in ``assets/statistics/``: pixels of each of its own
classes over the training photos, photos in which it occurs at all, and void. From these follow a label set's counts,
and with them the cheapest predictor there is: always the most frequent class.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from seglib.assets import ASSETS, read_json
from seglib.datasets import Pair, find_pairs, read_as, read_indices
from seglib.labels import IGNORE, LABEL_SETS, LabelSet
from seglib.meanings import MEANING

FOLDER = ASSETS / "statistics"
SETS = {"camvid": "street"}  # each with a label set in which all its classes have a name
SETS |= dict.fromkeys(("msrc", "labelmefacade", "people", "voc", "nyu"), "everyday")


@dataclass(frozen=True)
class Statistics:
    """Counts over one split of one data set."""

    data: str
    split: str
    photos: int
    pixels: dict[str, int]  # by the data set's own classes, in index order
    seen_in: dict[str, int]  # photos that hold the class
    void: int  # pixels without a class


def count(data: str, split: str, pairs: list[Pair]) -> Statistics:
    """Read every label file of a split; `ValueError` names one that holds an index beyond the classes."""
    classes = list(MEANING[data][SETS[data]])
    pixels, seen_in = np.zeros(256, np.int64), np.zeros(256, np.int64)
    reading = read_as(data, LABEL_SETS[SETS[data]])
    for pair in pairs:
        counts = np.bincount(read_indices(pair.labels, reading).ravel(), minlength=256)
        pixels += counts
        seen_in += counts > 0
    return Statistics(
        data=data,
        split=split,
        photos=len(pairs),
        pixels=dict(zip(classes, pixels.tolist(), strict=False)),
        seen_in=dict(zip(classes, seen_in.tolist(), strict=False)),
        void=int(pixels[IGNORE]),
    )


def read_statistics(data: str) -> Statistics:
    """The counts in the box for a data set; `ValueError` lists the sets there are."""
    path = FOLDER / f"{data}.json"
    if data not in SETS or not path.is_file():
        raise ValueError(f"no statistics of {data!r}: there are {', '.join(SETS)}")
    return Statistics(**read_json(path))


def training_pixels(label_set: LabelSet) -> np.ndarray:
    """Pixels of each class over all its training photos, ``(K,)`` int64.

    Labels that mean several of our classes ("vegetation") or none are not counted.
    """
    total = np.zeros(len(label_set), np.int64)
    for data in SETS:
        meanings = MEANING[data].get(label_set.name, {})
        pixels = read_statistics(data).pixels if meanings else {}
        for name, meaning in meanings.items():
            if len(meaning) == 1:
                total[label_set.index(meaning[0])] += pixels[name]
    return total


def most_frequent(label_set: LabelSet) -> int:
    """Index of the class with the most pixels in the training photos."""
    return int(training_pixels(label_set).argmax())


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.class_counts", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--split", default="train")
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for data in SETS:
            counts = count(data, args.split, find_pairs(args.data / data, args.split))
            (args.out / f"{data}.json").write_text(json.dumps(asdict(counts), indent=2) + "\n", encoding="utf-8")
    except ValueError as error:
        sys.exit(f"statistics: {error}")


if __name__ == "__main__":
    main()
