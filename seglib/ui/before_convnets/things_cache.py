"""Caches of the experiment with things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seglib.before_convnets import boxes, grab_cut
from seglib.before_convnets.boxes import Box, Detection
from seglib.before_convnets.grab_cut import Cut
from seglib.models.segmentation import digest
from seglib.ui import cache
from seglib.ui.photo import Photo


@dataclass(frozen=True, eq=False)
class Task:
    """What GrabCut is asked: to cut out what is in a box of a photo, some pixels being known by strokes."""

    photo: Photo
    seeds: np.ndarray | None  # (H, W), classes of `grab_cut.SEEDS`
    box: Box

    @property
    def key(self) -> str:
        strokes = "no strokes" if self.seeds is None else digest(self.seeds)
        return f"{self.photo.key}, {strokes}, {tuple(self.box)}"


@cache.shared(64)
def detections(photo: Photo, detector: str) -> list[Detection]:
    """Every box of a detector on a photo, however few windows agree."""
    return boxes.detect(photo.image, boxes.DETECTORS[detector])


@cache.shared(256, keyed=(Task,))
def cut(task: Task, step: int) -> Cut:
    """GrabCut after ``step`` iterations; each goes on from the one before. Raises `BadBox`."""
    if step == 0:
        return grab_cut.start(task.photo.image, task.box, task.seeds)
    return grab_cut.iterate(cut(task, step - 1))


@cache.shared(64, keyed=(Task,))
def evidence(task: Task, step: int) -> np.ndarray | None:
    """What the colours of a cut say alone, ``(h, w)``."""
    signs = grab_cut.evidence(cut(task, step))
    return None if signs is None else signs.astype(np.float32)
