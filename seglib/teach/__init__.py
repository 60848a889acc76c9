"""Teach a net your own classes from a few strokes.

>>> from seglib.teach import imagenet_net, photo_features, segment, teach
>>> features = photo_features(image, imagenet_net())         # doctest: +SKIP
>>> head = teach([(features, strokes)])                      # doctest: +SKIP
>>> labels = segment(features, head).labels                  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seglib.teach.answer import segment
    from seglib.teach.lesson import Lesson, read_lesson, write_lesson
    from seglib.teach.nets import imagenet_net, photo_features
    from seglib.teach.strokes import teach

__all__ = ["Lesson", "imagenet_net", "photo_features", "read_lesson", "segment", "teach", "write_lesson"]

# Loaded on first use, as in `seglib`: the app's page must not wait for torch.
_HOME = {
    "Lesson": "lesson",
    "imagenet_net": "nets",
    "photo_features": "nets",
    "read_lesson": "lesson",
    "segment": "answer",
    "teach": "strokes",
    "write_lesson": "lesson",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'seglib.teach' has no attribute {name!r}")
    return getattr(importlib.import_module(f"seglib.teach.{_HOME[name]}"), name)
