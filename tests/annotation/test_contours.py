"""Outlines and label PNGs give back the very map they were made of."""

from __future__ import annotations

import io
import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from seglib.annotation.contours import VOID_COLOR, label_png, labelme_file, outlines
from seglib.annotation.polygons import BadAnnotation, class_indices, rasterize, read_labelme
from seglib.images import decode_label_map
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET
from seglib.photos import PHOTOS, photo_truth

V = IGNORE
INDICES = class_indices(EVERYDAY)
MAPS = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.sampled_from([0, 1, 6, V]))


def painted_again(labels: np.ndarray) -> np.ndarray:
    """The map after a journey through the text of a LabelMe file."""
    annotation = read_labelme(labelme_file(labels, EVERYDAY))
    assert annotation.size == labels.shape
    return rasterize(annotation.shapes, annotation.size, INDICES)


@settings(deadline=None, max_examples=150)
@given(MAPS)
def test_any_map_comes_back_from_its_outlines(labels: np.ndarray) -> None:
    np.testing.assert_array_equal(painted_again(labels), labels)


@settings(deadline=None, max_examples=50)
@given(arrays(np.uint8, (40, 37), elements=st.sampled_from([0, 3, V])), st.integers(1, 10))
def test_any_map_comes_back_from_its_png(noise: np.ndarray, index: int) -> None:
    labels = np.where(noise == 3, np.uint8(index), noise)
    np.testing.assert_array_equal(decode_label_map(label_png(labels, EVERYDAY), len(EVERYDAY), (40, 37)), labels)


def test_a_square_is_four_corners() -> None:
    labels = np.full((5, 6), V, np.uint8)
    labels[1:3, 2:5] = 4
    [shape] = outlines(labels, EVERYDAY)
    assert shape.label == "water"
    assert shape.points.tolist() == [[2, 1], [5, 1], [5, 3], [2, 3]]


def test_nothing_painted_is_no_shape() -> None:
    assert outlines(np.full((4, 4), V, np.uint8), EVERYDAY) == ()


def test_holes_are_painted_afterwards() -> None:
    labels = np.zeros((7, 7), np.uint8)
    labels[1:6, 1:6], labels[2:5, 2:5], labels[3, 3] = V, 1, V
    assert [shape.label for shape in outlines(labels, EVERYDAY)] == ["building", "void", "wall", "void"]
    np.testing.assert_array_equal(painted_again(labels), labels)


def test_pixels_that_meet_at_a_corner_are_two_regions() -> None:
    labels = np.array([[0, V], [V, 0]], np.uint8)
    assert [len(shape.points) for shape in outlines(labels, EVERYDAY)] == [4, 4]


def test_a_ring_that_closes_at_a_corner_only() -> None:
    labels = np.array([[0, 0, 0, V], [0, V, 0, V], [0, 0, V, 0], [V, V, 0, 0]], np.uint8)
    np.testing.assert_array_equal(painted_again(labels), labels)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("labels", LABEL_SETS)
def test_our_own_truth_comes_back(name: str, labels: str) -> None:
    label_set = LABEL_SETS[labels]
    truth = photo_truth(name, label_set)
    shapes = outlines(truth, label_set)
    np.testing.assert_array_equal(rasterize(shapes, truth.shape, class_indices(label_set)), truth)


def test_a_megapixel_of_brush_strokes_takes_little_time() -> None:
    rng = np.random.default_rng(0)
    labels = np.full((1000, 1000), V, np.uint8)
    for index in range(60):
        ends = rng.integers(0, 1000, (2, 2)).tolist()
        cv2.line(labels, *ends, color=int(index % 11), thickness=int(rng.integers(3, 60)))
    start = time.process_time()
    text = labelme_file(labels, EVERYDAY)
    seconds = time.process_time() - start
    annotation = read_labelme(text)
    np.testing.assert_array_equal(rasterize(annotation.shapes, labels.shape, INDICES), labels)
    assert seconds < 3  # measured 0.6 s


def test_a_map_too_ragged_for_labelme_is_refused_with_a_way_out() -> None:
    noise = np.random.default_rng(0).integers(0, 11, (100, 100), dtype=np.uint8)
    with pytest.raises(BadAnnotation, match="save it as a label PNG"):
        outlines(noise, EVERYDAY)
    comb = np.full((60, 20100), V, np.uint8)
    comb[0], comb[:, ::2] = 0, 0
    with pytest.raises(BadAnnotation, match="save the map as a label PNG"):
        outlines(comb, EVERYDAY)


def test_an_index_beyond_the_classes_is_refused() -> None:
    for save in (outlines, label_png):
        with pytest.raises(ValueError, match="class index 19"):
            save(np.full((4, 4), len(EVERYDAY), np.uint8), EVERYDAY)


def test_the_png_shows_the_classes_in_their_colours() -> None:
    with Image.open(io.BytesIO(label_png(np.array([[3, V]], np.uint8), STREET))) as file:
        assert file.mode == "P"
        colors = np.asarray(file.convert("RGB"))
    assert colors.tolist() == [[list(STREET.colors[3]), list(VOID_COLOR)]]
