"""Caches of the experiments with texture."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from seglib.before_convnets import mosaic, scribbles, textons, texture_pictures
from seglib.before_convnets.classifier import Cells, TextureModel, shrink
from seglib.before_convnets.scribbles import PhotoWords
from seglib.before_convnets.weights import load_texture
from seglib.labels import LabelSet
from seglib.ui import cache
from seglib.ui.photo import Photo


@cache.shared()
def model(label_set_name: str) -> TextureModel:
    """The shipped texture model."""
    return load_texture(label_set_name)


@cache.shared(16)
def model_cells(photo: Photo, label_set_name: str) -> Cells:
    """A photo in the shipped model's words."""
    return model(label_set_name).count_words(photo.image)


@cache.shared(64)
def model_labels(photo: Photo, label_set_name: str, kind: str, factor: float) -> np.ndarray:
    """The shipped model's class of every pixel."""
    cells = model_cells(photo, label_set_name)
    return model(label_set_name).label_map(cells, photo.size, kind, factor)


@cache.shared(8)
def photo_words(photo: Photo) -> PhotoWords:
    """A photo in words of its own."""
    return scribbles.read_photo(photo.image)


@cache.shared(4)
def answers(photo: Photo) -> np.ndarray:
    """The strongest answer of each family of filters, on the photo shrunk as for its words, ``(h, w, 13)`` float16."""
    return textons.strongest(textons.lightness(shrink(photo.image, scribbles.SIDE))).astype(np.float16)


@cache.shared(16)
def response_picture(photo: Photo, family: tuple[str, float]) -> tuple[np.ndarray, float]:
    """One family's answers as a picture, and where its scale ends."""
    return texture_pictures.response_picture(answers(photo)[..., textons.FAMILIES[family]].astype(np.float32))


@cache.shared(8)
def word_picture(photo: Photo) -> np.ndarray:
    """Which texton each pixel has, as a picture."""
    words = photo_words(photo)
    return texture_pictures.word_picture(words.texton_map, words.textons)


@cache.shared(8)
def filter_sheet(family: tuple[str, float]) -> np.ndarray:
    """The bank, one family marked."""
    return texture_pictures.filter_sheet(family)


@dataclass(frozen=True, eq=False)
class Window:
    """One window of a photo, in textons."""

    histogram: np.ndarray  # (K,)
    similar: np.ndarray  # (h, w), how like it the window around each cell is


@cache.shared(16)
def window(photo: Photo, cell: tuple[int, int], radius: int) -> Window:
    """The window around a cell."""
    cells = photo_words(photo).cells["texture"]
    return Window(textons.histograms(cells, radius)[cell], scribbles.similar_windows(cells, radius, cell))


@cache.shared(32)
def stroke_labels(
    photo: Photo, strokes: np.ndarray, label_set: LabelSet, kinds: tuple[str, ...], radius: int
) -> tuple[np.ndarray, float]:
    """The class of every pixel, learnt from strokes; and the seconds that took, with whatever was not there yet."""
    started = time.perf_counter()
    words = photo_words(photo)
    labels = scribbles.label_photo(words, strokes, label_set, kinds, radius)
    return labels, time.perf_counter() - started


@cache.shared(16)
def example_strokes(truth: np.ndarray, num_classes: int) -> np.ndarray:
    """Ready-made strokes."""
    return scribbles.example_strokes(truth, num_classes)


@cache.shared()
def mosaic_words(kind: str) -> mosaic.Words:
    """The mosaic in textons or grey levels."""
    return mosaic.count_words(kind)


@cache.shared(64)
def mosaic_labels(kind: str, radius: int) -> np.ndarray:
    """The texture that windows of the mosaic resemble most."""
    return mosaic.classify(mosaic_words(kind), radius)
