"""Boxes and heat on photos: where they are drawn, and what is left alone."""

from __future__ import annotations

import numpy as np

from seglib.window.pictures import (
    EFFECTIVE,
    THEORY,
    centred_box,
    energy_picture,
    framed,
    heat_scale,
    layer_color,
    tinted,
)


def white(size: tuple[int, int] = (60, 80)) -> np.ndarray:
    return np.full((*size, 3), 255, np.uint8)


def test_a_box_is_drawn_on_its_edge_pixels_and_the_photo_is_left_alone() -> None:
    image = white()
    picture = framed(image, [(((10, 40), (20, 60)), THEORY)])
    assert picture[10, 30].tolist() == picture[39, 30].tolist() == list(THEORY)
    assert picture[25, 20].tolist() == picture[25, 59].tolist() == list(THEORY)
    assert picture[25, 40].tolist() == [255] * 3
    assert (image == 255).all()


def test_what_is_outside_all_boxes_is_dimmed_on_demand() -> None:
    picture = framed(white(), [(((10, 40), (20, 60)), EFFECTIVE)], dim=True)
    assert picture[25, 40].tolist() == [255] * 3
    assert picture[5, 5].max() < 128


def test_a_box_beyond_the_photo_leaves_the_middle_bright() -> None:
    picture = framed(white(), [(((-500, 500), (-500, 500)), THEORY)], dim=True)
    assert (picture == 255).all()


def test_a_centred_box_has_the_pixel_in_its_middle() -> None:
    assert centred_box((10, 3), 7) == ((7, 14), (0, 7))


def test_heat_is_where_the_energy_is() -> None:
    energy = np.zeros((60, 80), np.float32)
    energy[30, 40] = 1
    picture = energy_picture(white(), energy).astype(int)
    assert picture[30, 40].sum() > picture[5, 5].sum()
    assert np.isfinite(picture).all()
    dark = energy_picture(white(), np.zeros((60, 80), np.float32))
    assert (dark == dark[0, 0]).all()


def test_signs_have_their_own_colours_and_nothing_is_grey() -> None:
    signed = np.zeros((60, 80))
    signed[0, 0], signed[0, 1], signed[0, 2] = -1, 1, np.nan
    picture = tinted(white(), signed, 1.0).astype(int)
    assert picture[0, 0, 2] > picture[0, 0, 1]  # purple
    assert picture[0, 1, 0] > picture[0, 1, 2]  # orange
    assert len(set(picture[0, 2])) == len(set(picture[5, 5])) == 1


def test_colours_of_layers_and_the_scale_run_from_dark_to_bright() -> None:
    assert sum(layer_color(0)) < sum(layer_color(1))
    assert heat_scale().shape == (12, 256, 3)
    assert heat_scale()[0, 0].sum() < heat_scale()[0, -1].sum()
