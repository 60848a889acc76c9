"""Caches of the texture panels: keys are digests and settings, arrays have a leading underscore, see `cache`."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st

from seglib.before_convnets import mosaic, scribbles, textons
from seglib.before_convnets.classifier import Cells, TextureModel, enlarge, label_cells, shrink
from seglib.before_convnets.scribbles import PhotoWords
from seglib.before_convnets.weights import load_texture
from seglib.labels import LABEL_SETS


@st.cache_resource(show_spinner=False)
def model(labels: str) -> TextureModel:
    """The shipped texture model."""
    return load_texture(labels)


@st.cache_resource(max_entries=16, show_spinner=False)
def model_cells(_image: np.ndarray, photo_key: str, labels: str) -> Cells:
    """A photo in the shipped model's words."""
    return model(labels).count_words(_image)


@st.cache_resource(max_entries=64, show_spinner=False)
def model_labels(_image: np.ndarray, photo_key: str, labels: str, kind: str, factor: float) -> np.ndarray:
    """The shipped model's class of every pixel."""
    cells = model_cells(_image, photo_key, labels)
    return model(labels).label_map(cells, _image.shape[:2], kind, factor)


@st.cache_resource(max_entries=8, show_spinner=False)
def photo_words(_image: np.ndarray, photo_key: str) -> PhotoWords:
    """A photo in words of its own."""
    return scribbles.read_photo(_image)


@st.cache_resource(max_entries=4, show_spinner=False)
def answers(_image: np.ndarray, photo_key: str) -> np.ndarray:
    """The strongest answer of each family of filters, on the photo shrunk as for its words, ``(h, w, 13)`` float16."""
    return textons.strongest(textons.lightness(shrink(_image, scribbles.SIDE))).astype(np.float16)


@st.cache_resource(max_entries=32, show_spinner=False)
def stroke_labels(
    _image: np.ndarray,
    _strokes: np.ndarray,
    photo_key: str,
    strokes_key: str,
    labels: str,
    kinds: tuple[str, ...],
    radius: int,
) -> tuple[np.ndarray, float]:
    """The class of every pixel, learnt from strokes; and the seconds that took, with whatever was not there yet."""
    started = time.perf_counter()
    words = photo_words(_image, photo_key)
    classifier = scribbles.learn(words.cells, _strokes, LABEL_SETS[labels], kinds, radius)
    cells = {each: words.cells[each] for each in kinds}
    small = words.texton_map.shape
    found = label_cells(classifier, cells, [radius], scribbles.CELL, small, "linear")
    return enlarge(found, _image.shape[:2]), time.perf_counter() - started


@st.cache_resource(max_entries=16, show_spinner=False)
def example_strokes(_truth: np.ndarray, truth_key: str, num_classes: int) -> np.ndarray:
    """Ready-made strokes."""
    return scribbles.example_strokes(_truth, num_classes)


@st.cache_resource(show_spinner=False)
def mosaic_words(kind: str) -> mosaic.Words:
    """The mosaic in textons or grey levels."""
    return mosaic.count_words(kind)


@st.cache_resource(max_entries=64, show_spinner=False)
def mosaic_labels(kind: str, radius: int) -> np.ndarray:
    """The texture that windows of the mosaic resemble most."""
    return mosaic.classify(mosaic_words(kind), radius)
