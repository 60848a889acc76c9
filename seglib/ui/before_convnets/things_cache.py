"""Caches of the detection panel: keys are digests and settings, arrays have a leading underscore, see `cache`."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seglib.before_convnets import boxes, grab_cut
from seglib.before_convnets.boxes import Box, Detection
from seglib.before_convnets.grab_cut import Cut


@st.cache_resource(max_entries=64, show_spinner=False)
def detections(_image: np.ndarray, photo_key: str, detector: str) -> list[Detection]:
    """Every box of a detector on a photo, however few windows agree."""
    return boxes.detect(_image, boxes.DETECTORS[detector])


@st.cache_resource(max_entries=256, show_spinner=False)
def cut(_image: np.ndarray, _seeds: np.ndarray | None, photo_key: str, seeds_key: int, box: Box, step: int) -> Cut:
    """GrabCut after ``step`` iterations; each goes on from the one before. Raises `BadBox`."""
    if step == 0:
        return grab_cut.start(_image, box, _seeds)
    return grab_cut.iterate(cut(_image, _seeds, photo_key, seeds_key, box, step - 1))


@st.cache_resource(max_entries=64, show_spinner=False)
def evidence(_cut: Cut, photo_key: str, seeds_key: int, box: Box, step: int) -> np.ndarray | None:
    """What the colours of a cut say alone, ``(h, w)``."""
    found = grab_cut.evidence(_cut)
    return None if found is None else found.astype(np.float32)
