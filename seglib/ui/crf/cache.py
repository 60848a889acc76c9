"""Caches of the CRF page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seglib.crf.mean_field import sure_of
from seglib.crf.pairwise import CRFParams, Kernel, kernel_pictures, pairwise_kernels
from seglib.crf.trace import Trace, class_messages, trace
from seglib.models.segmentation import digest
from seglib.rendering import heat_on_grey
from seglib.ui import cache
from seglib.ui.crf.observations import count_crumbs
from seglib.ui.photo import Photo

ITERATIONS = 10  # as in DeepLab, and as far as the slider goes


@dataclass(frozen=True, eq=False)
class Unary:
    """The probabilities that a CRF starts from."""

    probabilities: np.ndarray  # (K, H, W) float32
    key: str  # of the probabilities, which are too large to digest each time


@dataclass(frozen=True, eq=False)
class Run:
    """Mean field on one photo."""

    trace: Trace
    kernels: list[Kernel]
    key: str

    def labels(self, iteration: int) -> np.ndarray:
        """Classes after an iteration, ``(H, W)``."""
        return self.trace.labels[iteration]

    def confidence(self, iteration: int) -> np.ndarray:
        """Probability of the chosen class, ``(H, W)``."""
        return self.trace.kept[iteration].max(0).astype(np.float32) / 255

    def heard(self, iteration: int, class_index: int) -> dict[str, np.ndarray]:
        """What every pixel hears of a class before the next iteration, ``{kernel: (H, W)}`` in logits."""
        return class_messages(self.trace.probabilities(iteration, class_index), self.kernels)

    def at(self, point: tuple[int, int]) -> np.ndarray:
        """Probabilities of a pixel, ``(T + 1, K)``."""
        return self.trace.at(point)


def net_unary(photo: Photo, net: str, label_set_name: str) -> Unary:
    """A net's probabilities."""
    return Unary(cache.net_probabilities(photo, net, label_set_name), f"{photo.key} {net} {label_set_name}")


@cache.shared(4)
def sure_unary(truth: np.ndarray, num_classes: int, certainty: float) -> Unary:
    """Human labels, taken for as certain as that."""
    return Unary(sure_of(truth, num_classes, certainty), f"{digest(truth)} of {num_classes}, {certainty} sure")


@cache.shared(4, keyed=(Unary,), words="Every pixel is listening to every other …")
def run(photo: Photo, unary: Unary, params: CRFParams) -> Run:
    """All iterations at once, so that scrubbing costs nothing; 50 megabytes at most."""
    with cache.COMPUTE:
        kernels = pairwise_kernels(photo.image, params)
        steps = trace(unary.probabilities, kernels, ITERATIONS)
        return Run(steps, kernels, f"{photo.key}, {unary.key}, {params}")


@cache.shared(16)
def kernels(photo: Photo, params: CRFParams, point: tuple[int, int]) -> dict[str, tuple[np.ndarray, float]]:
    """What a pixel listens to through each kernel: a picture ``(H, W, 3)``, and to how many pixels it amounts."""
    weights = kernel_pictures(photo.image, params, point)
    return {name: (heat_on_grey(photo.image, weight), float(weight.sum())) for name, weight in weights.items()}


@cache.shared(8, keyed=(Run,))
def heard(run: Run, iteration: int, class_index: int) -> dict[str, np.ndarray]:
    """Messages of each kernel for one class."""
    return run.heard(iteration, class_index)


@cache.shared(32, keyed=(Run,))
def crumbs(run: Run, iteration: int) -> int:
    """How many regions are crumbs after an iteration."""
    return count_crumbs(run.trace.labels[iteration])
