"""Is 90 % confident right nine times of ten? Confidence against accuracy, and the one number that mends it.

Pixels are sorted into bins by the probability of the class that was chosen for them; in each bin the mean confidence
should be the share of pixels that are right. Their distance, weighted by how many pixels a bin holds, is the expected
calibration error. Dividing all logits by one number, the temperature, changes how sure a net is and never what it
says; the number is chosen so that the true classes are as probable as can be on photos held back.

Source: Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017, sections 2 and 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from seglib.labels import IGNORE

BINS = 10
COLDEST, HOTTEST = 0.1, 10.0  # temperatures that are tried


@dataclass(frozen=True, eq=False)
class Reliability:
    """What B bins of confidence hold; bin ``b`` covers ``(b / B, (b + 1) / B]``."""

    pixels: np.ndarray  # (B,) int64
    confidence: np.ndarray  # (B,) float64, summed over the bin's pixels
    right: np.ndarray  # (B,) int64, pixels whose class is the true one

    def __add__(self, other: Reliability) -> Reliability:
        return Reliability(self.pixels + other.pixels, self.confidence + other.confidence, self.right + other.right)

    def as_lists(self) -> dict[str, list]:
        """For a file; ``Reliability.from_lists`` reads it."""
        return {
            "pixels": self.pixels.tolist(),
            "confidence": self.confidence.round(1).tolist(),
            "right": self.right.tolist(),
        }

    @classmethod
    def from_lists(cls, lists: Mapping[str, list]) -> Reliability:
        """What `as_lists` wrote."""
        return cls(*(np.array(lists[name]) for name in ("pixels", "confidence", "right")))

    @property
    def error(self) -> float:
        """Expected calibration error in [0, 1], equation 3; nan without pixels.

        >>> Reliability(np.array([0, 10]), np.array([0.0, 9.0]), np.array([0, 7])).error  # 90 % sure, 70 % right
        0.2
        """
        if not self.pixels.sum():
            return float("nan")
        return float(round(np.abs(self.confidence - self.right).sum() / self.pixels.sum(), 12))


def reliability(confidence: np.ndarray, labels: np.ndarray, truth: np.ndarray, bins: int = BINS) -> Reliability:
    """Bins of one photo: probability of the chosen class, the class, and the true one, each ``(H, W)``.

    Void pixels of the truth are left out. `ValueError` if shapes differ or a confidence is no probability.
    """
    if not confidence.shape == labels.shape == truth.shape:
        raise ValueError(f"shapes {confidence.shape}, {labels.shape} and {truth.shape}: wanted three alike")
    counted = truth != IGNORE
    sure = confidence[counted].astype(np.float64)
    if sure.size and not (sure.min() >= 0 and sure.max() <= 1 + 1e-6):
        raise ValueError(f"confidence from {sure.min():g} to {sure.max():g}: wanted probabilities")
    index = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    is_right = labels[counted] == truth[counted]
    return Reliability(
        np.bincount(index, minlength=bins),
        np.bincount(index, sure, minlength=bins),
        np.bincount(index[is_right], minlength=bins),
    )


def best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature under which the true classes are most probable: ``logits (N, K)``, ``truth (N,)`` classes.

    Negative log likelihood is minimised, section 4.2. `ValueError` without pixels.
    """
    if not len(truth):
        raise ValueError("no pixel has a label: a temperature needs some")
    chosen = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[chosen, truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=np.log([COLDEST, HOTTEST]), method="bounded").x))
