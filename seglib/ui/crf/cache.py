"""Caches of the CRF page, keyed by photo, unary and parameters; arrays have a leading underscore and are not hashed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st

from seglib.crf.pairwise import CRFParams, Kernel, pairwise_kernels
from seglib.crf.trace import Trace, class_messages, fit_pixels, trace
from seglib.metrics.boundary import thin_parts
from seglib.ui import cache

ITERATIONS = 10  # as in DeepLab, and as far as the slider goes
MOST_PIXELS = 380_000  # every photo in the box fits; a larger one is refined at this size to stay within a second


@dataclass(frozen=True, eq=False)
class Run:
    """Mean field on one photo, at the photo's size or a little smaller."""

    trace: Trace
    kernels: list[Kernel]
    size: tuple[int, int]  # of the photo

    @property
    def shrunk(self) -> bool:
        """Whether the photo was too large to refine as it is."""
        return self.trace.labels.shape[1:] != self.size

    def labels(self, iteration: int) -> np.ndarray:
        """Classes after an iteration, ``(H, W)`` at the photo's size."""
        return self._enlarge(self.trace.labels[iteration], cv2.INTER_NEAREST)

    def confidence(self, iteration: int) -> np.ndarray:
        """Probability of the chosen class, ``(H, W)``."""
        return self._enlarge(self.trace.kept[iteration].max(0), cv2.INTER_NEAREST).astype(np.float32) / 255

    def heard(self, iteration: int, class_index: int) -> dict[str, np.ndarray]:
        """What every pixel hears of a class before the next iteration, ``{kernel: (H, W)}`` in logits."""
        found = class_messages(self.trace.probabilities(iteration, class_index), self.kernels)
        return {name: self._enlarge(plane, cv2.INTER_LINEAR) for name, plane in found.items()}

    def at(self, point: tuple[int, int]) -> np.ndarray:
        """Probabilities of a pixel of the photo, ``(T + 1, K)``."""
        small = self.trace.labels.shape[1:]
        return self.trace.at(tuple(at * there // here for at, here, there in zip(point, self.size, small, strict=True)))

    def _enlarge(self, plane: np.ndarray, how: int) -> np.ndarray:
        return cv2.resize(plane, self.size[::-1], interpolation=how) if self.shrunk else plane


@st.cache_resource(max_entries=4, show_spinner="Every pixel is listening to every other …")
def run(
    _image: np.ndarray, _probabilities: np.ndarray, photo_key: str, unary: str, labels: str, params: CRFParams
) -> Run:
    """All iterations at once, so that scrubbing costs nothing; 50 megabytes at most.

    ``unary`` names where the probabilities come from, truths by a digest of their pixels.
    """
    with cache._COMPUTE:
        image, probabilities, fitted = fit_pixels(_image, _probabilities, params, MOST_PIXELS)
        kernels = pairwise_kernels(image, fitted)
        return Run(trace(probabilities, kernels, ITERATIONS), kernels, _image.shape[:2])


@st.cache_resource(max_entries=8, show_spinner=False)
def heard(
    _run: Run, photo_key: str, unary: str, labels: str, params: CRFParams, iteration: int, class_index: int
) -> dict[str, np.ndarray]:
    """Messages of each kernel for one class."""
    return _run.heard(iteration, class_index)


@st.cache_resource(max_entries=8, show_spinner=False)
def thin(_truth: np.ndarray, truth_key: str, width: int) -> np.ndarray:
    """Where the truth is thinner than ``width`` pixels, ``(H, W)`` bool."""
    return thin_parts(_truth, width)
