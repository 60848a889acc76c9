"""The labelled photos that no net was trained on, several data sets counted together.

Data sets tell different classes apart: VOC's "background" may be any of eleven of ours. Counted together, a photo is
judged by its own set's groups, each under one name for all sets, so that confusion matrices can be added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import nn

from seglib.datasets import Pair, Targets, find_pairs, read_as, read_pair
from seglib.labels import IGNORE, LABEL_SETS
from seglib.training.evaluate import Segmenter, evaluate, half, summary

VALIDATION = {"street": ("camvid",), "everyday": ("msrc", "voc", "nyu")}  # of each, the split "val"
Labelled = tuple[Pair, Targets]


def readings(label_set_name: str) -> dict[str, Targets]:
    """How each validation set is read, all with the same groups: our classes, and what a set cannot tell apart."""
    label_set = LABEL_SETS[label_set_name]
    own = {name: read_as(name, label_set) for name in VALIDATION[label_set_name]}
    names = tuple(dict.fromkeys((*label_set.classes, *(g for reading in own.values() for g in reading.group_names))))
    return {name: _with_groups(reading, names) for name, reading in own.items()}


def _with_groups(reading: Targets, names: tuple[str, ...]) -> Targets:
    index = np.full(256, IGNORE, np.uint8)
    index[: len(reading.group_names)] = [names.index(name) for name in reading.group_names]
    return replace(reading, groups=index[reading.groups], group_names=names)


def group_names(label_set_name: str) -> tuple[str, ...]:
    """Names of the groups, in the order of confusion matrices."""
    return next(iter(readings(label_set_name).values())).group_names


def held_out(data: Path, label_set_name: str, which: str | None = None) -> list[Labelled]:
    """All validation photos of a label set, or the odd or even ones alone, see `half`; each with its reading."""
    return [
        (pair, reading)
        for name, reading in readings(label_set_name).items()
        for pair in half(find_pairs(data / name, "val"), which)
    ]


def read_held_out(photos: list[Labelled]) -> Iterator[tuple[np.ndarray, np.ndarray, Targets]]:
    """Image, target map and reading of each, one at a time."""
    for pair, reading in photos:
        yield *read_pair(pair, reading), reading


def score_held_out(model: nn.Module | Segmenter, photos: Mapping[str, list[Pair]], label_set_name: str) -> dict:
    """The usual figures over all validation photos together, ``photos`` of each set by name.

    Where there are several sets, also those of each alone, under "sets".
    """
    known = readings(label_set_name)
    matrices = {name: evaluate(model, pairs, known[name]) for name, pairs in photos.items()}
    names, number = group_names(label_set_name), {name: len(pairs) for name, pairs in photos.items()}
    figures = summary(sum(matrices.values()), names, sum(number.values()))
    if len(matrices) > 1:
        figures["sets"] = {name: summary(cm, names, number[name]) for name, cm in matrices.items()}
    return figures
