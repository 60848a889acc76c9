"""Semantic segmentation, written to be read: nets, metrics, and the experiments of a lecture.

Words used everywhere, and their shapes:

- image: ``(H, W, 3)`` uint8 RGB. Label map: ``(H, W)`` integer, `IGNORE` = 255 where void.
- Probabilities, logits: ``(K, H, W)`` float32 over K classes, with a leading N for batches.
- Points: ``(row, col)``. Sizes in pixels. Confusion matrix: rows = truth, columns = prediction.
- Stride: input pixels between two neighbouring units of a feature map. Stream: class scores computed at one stride.

>>> import seglib
>>> image = seglib.load_image("photo.jpg")                  # doctest: +SKIP
>>> model = seglib.load_model("fcn8s", labels="everyday")
>>> prediction = seglib.predict(model, image)               # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seglib.images import load_image
    from seglib.labels import IGNORE, LABEL_SETS
    from seglib.models import MODELS
    from seglib.models.prediction import Prediction, predict
    from seglib.models.weights import load_model

__all__ = ["IGNORE", "LABEL_SETS", "MODELS", "Prediction", "load_image", "load_model", "predict"]

# Loaded on first use: importing torch takes seconds, and the app's first page must not wait for it.
_HOME = {
    "IGNORE": "labels",
    "LABEL_SETS": "labels",
    "MODELS": "models",
    "Prediction": "models.prediction",
    "load_image": "images",
    "load_model": "models.weights",
    "predict": "models.prediction",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'seglib' has no attribute {name!r}")
    return getattr(importlib.import_module(f"seglib.{_HOME[name]}"), name)
