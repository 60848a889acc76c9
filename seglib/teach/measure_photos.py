"""The photos that `seglib.teach.measure` teaches on, with everything that it looks at more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from seglib.datasets import find_pairs
from seglib.labels import IGNORE
from seglib.teach.features import LAYERS, Grids
from seglib.teach.nets import FrozenNet, photo_features
from seglib.teach.strokes import sample, simulated_strokes

SETS = ("msrc", "voc", "nyu")
SMALLEST = 0.02  # of a photo; smaller classes are left out
OTHERS = 2  # photos that a head is taken to
PIXELS = 2000  # of each photo that are scored


@dataclass(frozen=True)
class Task:
    """A photo to teach on, and others to take the head to; names within a data set."""

    data_set: str
    photo: str
    others: tuple[str, ...]
    half: int  # 0 or 1: photos take turns


class Photos:
    """Labelled photos of the three sets. What is looked at again is kept: some 20 megabytes a photo and net."""

    def __init__(self, data: Path, nets: Mapping[str, FrozenNet], seeds: int) -> None:
        self.pairs = {name: {pair.name: pair for pair in find_pairs(data / name, "val")} for name in SETS}
        self.nets, self.seeds = nets, seeds
        self.truth, self.strokes, self.pixels, self.looked = map(
            cache, (self._truth, self._strokes, self._pixels, self._look)
        )

    def image(self, data_set: str, photo: str) -> np.ndarray:
        """The photo, ``(H, W, 3)`` uint8."""
        with Image.open(self.pairs[data_set][photo].image) as file:
            return np.asarray(file.convert("RGB"))

    def _truth(self, data_set: str, photo: str) -> np.ndarray:
        """Labels ``(H, W)`` uint8 without the classes that are too small."""
        with Image.open(self.pairs[data_set][photo].labels) as file:
            labels = np.asarray(file)
        kept = np.bincount(labels.ravel(), minlength=256) >= SMALLEST * labels.size
        return np.where(kept[labels], labels, IGNORE).astype(np.uint8)

    def _strokes(self, data_set: str, photo: str, seed: int) -> np.ndarray:
        return simulated_strokes(self.truth(data_set, photo), seed)

    def _pixels(self, data_set: str, photo: str) -> np.ndarray:
        """The labelled pixels (row, col) that are scored, ``(P, 2)``, the same for all methods."""
        labelled = np.argwhere(self.truth(data_set, photo) != IGNORE)
        return np.random.default_rng(0).permutation(labelled)[:PIXELS]

    def _look(self, data_set: str, photo: str, net: str) -> tuple[Grids, list[tuple[Grids, np.ndarray]]]:
        """Features under the scored pixels ``{stride: (P, C)}``, and the examples that each seed's strokes give."""
        features = photo_features(self.image(data_set, photo), self.nets[net])
        strokes = [self.strokes(data_set, photo, seed) for seed in range(self.seeds)]
        examples = [sample([(features, painted)], LAYERS, seed) for seed, painted in enumerate(strokes)]
        return features.at(self.pixels(data_set, photo)), examples

    def tasks(self, count: int) -> list[Task]:
        """So many photos of each set, evenly over the list of those with two classes, each with its others."""
        rng, tasks = np.random.default_rng(0), []
        for data_set, pairs in self.pairs.items():
            classes = {name: set(np.unique(self.truth(data_set, name))) - {IGNORE} for name in pairs}
            names = [name for name, there in classes.items() if len(there) >= 2]
            for number, index in enumerate(np.linspace(0, len(names) - 1, min(count, len(names))).astype(int)):
                photo = names[index]
                shared = [name for name in names if name != photo and len(classes[name] & classes[photo]) >= 2]
                others = rng.permutation(shared)[:OTHERS]
                tasks.append(Task(data_set, photo, tuple(str(name) for name in others), number % 2))
        return tasks
