"""The CRF watched at work: answer, energy and messages of mean field, iteration by iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seglib.crf import mean_field
from seglib.crf.pairwise import Kernel

STEPS = 255  # a kept probability is a whole number of them: a quarter of the memory, 0.2 % off at most


@dataclass(frozen=True, eq=False)
class Trace:
    """A run of T iterations on one photo."""

    kept: np.ndarray  # (T + 1, K, H, W) uint8, probabilities in 1 / STEPS; the first are the net's
    labels: np.ndarray  # (T + 1, H, W) uint8
    energies: np.ndarray  # (T + 1,) mean-field free energy per pixel in nats, the first one's being 0

    @property
    def changed(self) -> np.ndarray:
        """Share of pixels that each iteration gave another class, ``(T,)``."""
        return (self.labels[1:] != self.labels[:-1]).mean((1, 2))

    def probabilities(self, iteration: int, class_index: int | None = None) -> np.ndarray:
        """Probabilities after an iteration, ``(K, H, W)``, or those of one class, ``(H, W)``; float32."""
        kept = self.kept[iteration] if class_index is None else self.kept[iteration, class_index]
        return kept.astype(np.float32) / STEPS

    def at(self, point: tuple[int, int]) -> np.ndarray:
        """Probabilities of one pixel, ``(T + 1, K)``."""
        return self.kept[:, :, point[0], point[1]].astype(np.float32) / STEPS


def trace(
    probabilities: np.ndarray,
    kernels: Sequence[Kernel],
    iterations: int,
    watch: Callable[[int], None] = lambda iteration: None,
) -> Trace:
    """Run mean field on a net's probabilities ``(K, H, W)`` and keep what it did.

    ``watch`` is told of each iteration before it starts; what it raises ends the run.
    """
    shape = probabilities.shape
    unary = mean_field.unary_energy(probabilities)
    total = mean_field.messages(kernels, np.ones((len(unary), 1), np.float32))
    q = mean_field.softmax(-unary)
    kept, labels = np.empty((iterations + 1, *shape), np.uint8), np.empty((iterations + 1, *shape[1:]), np.uint8)
    energies = np.empty(iterations + 1)
    for iteration in range(iterations + 1):
        watch(iteration)
        maps = mean_field.as_maps(q, shape)
        labels[iteration] = maps.argmax(0)
        kept[iteration] = np.multiply(maps, STEPS, out=maps).round(out=maps)
        heard = mean_field.messages(kernels, q)
        energies[iteration] = mean_field.free_energy(unary, q, heard, total)
        if iteration < iterations:
            q = mean_field.local_update(unary, mean_field.agreement(heard, None))
    return Trace(kept, labels, energies - energies[0])


def class_messages(probability: np.ndarray, kernels: Sequence[Kernel]) -> dict[str, np.ndarray]:
    """What every pixel hears of one class of probability ``(H, W)``, ``{kernel: (H, W)}`` in logits."""
    column = np.ascontiguousarray(probability, np.float32).reshape(-1, 1)
    return {kernel.name: kernel.filter(column).reshape(probability.shape) for kernel in kernels}
