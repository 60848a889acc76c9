"""A linear head on frozen features: every layer scored on its own grid, upsampled, added.

That is a fully convolutional net of as many streams as it has layers (Shelhamer, Long & Darrell, TPAMI 2017), of which
only the score layers are learnt, by multinomial logistic regression: a convex problem, so the same examples give the
same head, bit for bit, whatever was learnt before.

Two things keep many channels from drowning few. Channels are standardised and a layer is divided by the square root of
how many it has, so that all layers start out alike; and each has a share, by which the same penalty on the weights lets
one layer say more than another. `SHARES` were chosen on validation photos, see `seglib.teach.measure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

SHARES: dict[int, float] = {32: 1.0, 16: 1.5, 8: 0.5, 4: 1.0, 2: 0.5}
STRENGTH = 1e-3  # of the penalty on the squared weights, beside a mean cross-entropy in nats
ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class Head:
    """Scores for K classes from some layers' standardised features."""

    classes: np.ndarray  # (K,) uint8: which classes of the label set it tells apart
    weight: dict[int, np.ndarray] = field(repr=False)  # {stride: (K, C) float32}, coarsest first
    bias: np.ndarray = field(repr=False)  # (K,) float32

    @property
    def layers(self) -> tuple[int, ...]:
        """Strides of the layers it uses, coarsest first."""
        return tuple(self.weight)

    def streams(self, grids: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Class scores of each layer on its own grid, ``{stride: (K, h, w)}``; the bias goes with the coarsest."""
        scores = {}
        for stride, weight in self.weight.items():
            grid = grids[stride]
            scores[stride] = (weight @ grid.reshape(len(grid), -1)).reshape(len(weight), *grid.shape[1:])
        scores[self.layers[0]] = scores[self.layers[0]] + self.bias[:, None, None]
        return scores

    def shares(self, under: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """What each layer adds to the scores of one pixel whose features are ``{stride: (C,)}``, the bias left out."""
        return {stride: weight @ under[stride] for stride, weight in self.weight.items()}


def fit(
    examples: Mapping[int, np.ndarray],
    targets: np.ndarray,
    shares: Mapping[int, float] = SHARES,
    strength: float = STRENGTH,
) -> Head:
    """Learn a head from features ``{stride: (N, C)}`` and the class index ``(N,)`` of each example.

    Classes count alike, however many examples they have. Raises `ValueError` unless there are two classes at least.
    """
    classes, target = np.unique(targets, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"{len(classes)} classes: wanted two at least to tell apart")
    layers = sorted(examples, reverse=True)
    scale = {stride: shares[stride] / np.sqrt(examples[stride].shape[1]) for stride in layers}
    x = np.concatenate([examples[stride] * scale[stride] for stride in layers], axis=1, dtype=np.float64)
    example_weight = 1 / (len(classes) * np.bincount(target))[target]
    parameters = logistic_regression(x, np.eye(len(classes))[target], example_weight, strength)
    weight, bias = parameters[:, :-1], parameters[:, -1]
    ends = np.cumsum([0, *(examples[stride].shape[1] for stride in layers)])
    return Head(
        classes.astype(np.uint8),
        {
            stride: (weight[:, start:stop] * scale[stride]).astype(np.float32)
            for stride, start, stop in zip(layers, ends, ends[1:], strict=False)
        },
        bias.astype(np.float32),
    )


def logistic_regression(x: np.ndarray, target: np.ndarray, example_weight: np.ndarray, strength: float) -> np.ndarray:
    """Weights and, last, biases ``(K, D + 1)`` that minimise weighted cross-entropy plus ``strength / 2 |weights|^2``.

    ``x`` is ``(N, D)``, ``target`` ``(N, K)`` one-hot, ``example_weight`` ``(N,)`` sums to 1. By L-BFGS from zero.
    """
    num_classes, num_features = target.shape[1], x.shape[1]

    def loss_and_gradient(flat: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = flat.reshape(num_classes, num_features + 1)
        weight, bias = parameters[:, :-1], parameters[:, -1]
        logits = x @ weight.T + bias
        logits -= logits.max(1, keepdims=True)
        normaliser = np.exp(logits).sum(1)
        loss = example_weight @ (np.log(normaliser) - (logits * target).sum(1)) + strength / 2 * (weight**2).sum()
        error = example_weight[:, None] * (np.exp(logits) / normaliser[:, None] - target)
        gradient = np.hstack([error.T @ x + strength * weight, error.sum(0)[:, None]])
        return loss, gradient.ravel()

    start = np.zeros(num_classes * (num_features + 1))
    best = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return best.x.reshape(num_classes, num_features + 1)
