"""What nets are shown in training: numbered random views of photos, drawn from several data sets in fixed shares."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from seglib.datasets import find_pairs, left_out, read_as, read_pairs
from seglib.labels import LABEL_SETS
from seglib.training.augment import Augmentation, random_view

# {label set: {data set: share of the views drawn from it}}. MSRC is small but the most varied.
MIXTURE = {
    "street": {"camvid": 1.0},
    "everyday": {"msrc": 0.25, "voc": 0.37, "nyu": 0.18, "labelmefacade": 0.08, "people": 0.06, "camvid": 0.06},
}


class Views(Dataset):
    """An endless numbered sequence of random views; number ``i`` of a seed is always the same view."""

    def __init__(self, label_set_name: str, data: Path, how: Augmentation, seed: int) -> None:
        self.how, self.seed = how, seed
        self.shares = list(MIXTURE[label_set_name].values())
        self.photos = []
        self.frequency = 0.0  # of each target among the labelled pixels of a view
        for name, share in MIXTURE[label_set_name].items():
            reading = read_as(name, LABEL_SETS[label_set_name])
            photos = list(read_pairs(find_pairs(data / name, "train"), reading))
            if sentence := left_out(data / name, "train"):
                print(f"{name}: {sentence}", file=sys.stderr)
            counts = sum(np.bincount(truth.ravel(), minlength=256) for _, truth in photos)[: len(reading.members)]
            self.photos.append(photos)
            self.frequency = self.frequency + share * counts / counts.sum()
        self.members = torch.from_numpy(reading.members)

    def plain(self) -> Views:
        """Views of the same photos as they are, see `Augmentation.plain`."""
        views = copy.copy(self)
        views.how = self.how.plain()
        return views

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, index])
        photos = self.photos[rng.choice(len(self.photos), p=self.shares)]
        return random_view(*photos[rng.integers(len(photos))], self.how, rng)
