"""What claims are measured from: confusion matrices of every photo, near borders, on thin parts and everywhere.

Nearly every claim is a question to confusion matrices: count once, ask often. They are counted photo by photo and kept
in a folder; from them follow scores, scores at the border, and, by drawing photos with replacement, how sure these are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from seglib import metrics
from seglib.before_convnets.weights import load_texture, texture_path
from seglib.claims.ledger import Figure
from seglib.crf.pairwise import CRFParams
from seglib.datasets import find_pairs
from seglib.labels import IGNORE
from seglib.metrics.boundary import band_curve, thin_parts
from seglib.models.cards import base_of, read_card, weights_path
from seglib.models.prediction import predict
from seglib.models.weights import load_model
from seglib.training.evaluate import Segmenter, fold, sharpened
from seglib.training.held_out import VALIDATION, Labelled, group_names, held_out, read_held_out

RADII = (1, 3, 5, 10, 20)  # pixels from a true border; `seglib.metrics.boundary.BORDER` is one of them
THIN = 5  # pixels: what no disc of this width inside its class covers
RESAMPLES = 1000

Score = Callable[[np.ndarray], float]  # confusion matrix (K, K) -> score in [0, 1]


@dataclass(frozen=True, eq=False)
class Counts:
    """Confusion matrices of one segmenter on P photos."""

    near: np.ndarray  # (P, R, K, K) int64, within each of `RADII` of a border
    thin: np.ndarray  # (P, K, K), on thin parts
    everywhere: np.ndarray  # (P, K, K)

    def within(self, radius: int) -> np.ndarray:
        """Within so many pixels of a border, ``(P, K, K)``."""
        return self.near[:, RADII.index(radius)]

    def beyond(self, radius: int) -> np.ndarray:
        """Farther from any border, ``(P, K, K)``."""
        return self.everywhere - self.within(radius)


def count(segment: Segmenter, photos: list[Labelled], title: str = "") -> Counts:
    """Run a segmenter over labelled photos, one at a time."""
    near, thin, everywhere = [], [], []
    examples = tqdm(read_held_out(photos), total=len(photos), unit="photo", desc=title, disable=None)
    for image, targets, reading in examples:
        k = len(reading.group_names)
        truth, prediction = fold(targets, reading), fold(segment(image), reading)
        near.append(band_curve(truth, prediction, RADII, k))
        thin.append(metrics.confusion_matrix(np.where(thin_parts(truth, THIN), truth, IGNORE), prediction, k))
        everywhere.append(metrics.confusion_matrix(truth, prediction, k))
    return Counts(*map(np.stack, (near, thin, everywhere)))


class Bench:
    """The validation photos of ``data``, and all counts made on them so far, kept in ``work``."""

    def __init__(self, data: Path, work: Path) -> None:
        self.data, self.work = data, work

    def photos(self, label_set_name: str, which: str | None = None) -> list[Labelled]:
        """Validation photos of a label set, or the odd or even ones alone."""
        return held_out(self.data, label_set_name, which)

    def short_sides(self, label_set_name: str) -> np.ndarray:
        """The shorter side of each validation photo ``(P,)``, pixels."""
        sides = []
        for pair, _ in self.photos(label_set_name):
            with Image.open(pair.image) as header:
                sides.append(min(header.size))
        return np.array(sides)

    def by_set(self, label_set_name: str, matrices: np.ndarray) -> dict[str, np.ndarray]:
        """The same matrices ``(P, K, K)``, those of each validation set's photos apart."""
        ends = np.cumsum([len(find_pairs(self.data / name, "val")) for name in VALIDATION[label_set_name]])
        return dict(zip(VALIDATION[label_set_name], np.split(matrices, ends[:-1]), strict=True))

    def of_net(self, name: str, label_set_name: str, crf: CRFParams | None = None, which: str | None = None) -> Counts:
        """Counts of a shipped net, with a CRF after it if there are parameters for one."""
        variant = weights_path(name, label_set_name)
        model = cache(lambda: load_model(base_of(name), label_set_name, variant))  # only if something is left to count

        def segment(image: np.ndarray) -> np.ndarray:
            return sharpened(model(), crf)(image) if crf else predict(model(), image).labels

        key = f"{read_card(variant)['sha256']} {crf} {which}"
        return self.of(segment, label_set_name, key, f"{label_set_name} {name}", which)

    def of_texture(self, label_set_name: str) -> Counts:
        """Counts of the shipped texture model."""
        key = read_card(texture_path(label_set_name))["sha256"]
        return self.of(load_texture(label_set_name), label_set_name, key, f"{label_set_name} texture")

    def of_truth(self, label_set_name: str, spoil: Callable[[np.ndarray, int], np.ndarray]) -> np.ndarray:
        """Confusion matrices ``(P, K, K)`` of the truth with what ``spoil`` (truth, K) makes of it."""
        k = len(group_names(label_set_name))
        photos = self.photos(label_set_name)
        truths = (fold(targets, reading) for _, targets, reading in read_held_out(photos))
        return np.stack([metrics.confusion_matrix(truth, spoil(truth, k), k) for truth in truths])

    def of(self, segment: Segmenter, label_set_name: str, key: str, title: str, which: str | None = None) -> Counts:
        """Counts of any segmenter; ``key`` tells it from all others."""
        path = self.work / f"{hashlib.sha256(f'{label_set_name} {key}'.encode()).hexdigest()[:24]}.npz"
        if path.is_file():
            with np.load(path, allow_pickle=False) as kept:
                return Counts(**kept)
        counts = count(segment, self.photos(label_set_name, which), title)
        self.work.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez_compressed(file, near=counts.near, thin=counts.thin, everywhere=counts.everywhere)
        partial.replace(path)
        return counts


def percent(score: Score, counts: np.ndarray) -> float:
    """A score of all photos' matrices ``(P, K, K)`` together, in per cent."""
    return 100 * score(counts.sum(0))


def gain(name: str, score: Score, ours: np.ndarray, theirs: np.ndarray, theirs_by: Score | None = None) -> Figure:
    """How many points ours is ahead, with its spread over photos; both ``(P, K, K)`` on the same photos."""
    return spread(name, lambda a, b: 100 * (score(a) - (theirs_by or score)(b)), ours, theirs)


def spread(name: str, figure: Callable[..., float], *counts: np.ndarray) -> Figure:
    """A figure of summed matrices, and its 95 % interval over photos drawn with replacement.

    ``counts`` are ``(P, K, K)`` on the same P photos: drawn together, for a hard photo is hard for all.
    """
    photos = len(counts[0])
    draws = np.random.default_rng(0).multinomial(photos, np.full(photos, 1 / photos), RESAMPLES)
    sums = [(draws @ matrices.reshape(photos, -1)).reshape(RESAMPLES, *matrices.shape[1:]) for matrices in counts]
    values = [figure(*matrices) for matrices in zip(*sums, strict=True)]
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return Figure(name, round(figure(*(matrices.sum(0) for matrices in counts)), 2), round(low, 2), round(high, 2))
