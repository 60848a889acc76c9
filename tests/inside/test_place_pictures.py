"""Strongest places as they are shown: the true window, wherever it lies, and what the crop shows of it."""

import numpy as np
import pytest

from seglib.inside.place_pictures import BEYOND, GAP, enlarged, place_picture, window_map
from seglib.window.pictures import EFFECTIVE, THEORY

WHITE = np.full((60, 80, 3), 250, np.uint8)


def where(picture: np.ndarray, color: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of one colour."""
    return np.nonzero((picture[..., :3] == color).all(-1) & (picture[..., 3] > 0))


def test_a_window_that_fits_is_framed_on_the_crop_where_it_lies() -> None:
    # 20 px from row 20 and column 30 on, each 5 drawn; the window of 10 px begins 5 px inside
    picture = place_picture(WHITE, (30, 40), 20, ((25, 35), (35, 45)), 100)
    assert picture.shape == (100, 100, 4)
    rows, cols = where(picture, THEORY)
    for at in (rows, cols):
        assert at.min() == pytest.approx(25, abs=2)
        assert at.max() == pytest.approx(74, abs=2)
    assert not len(where(picture, EFFECTIVE)[0])


def test_at_the_border_the_crop_moves_into_the_photo_and_the_frame_does_not() -> None:
    rows, cols = where(place_picture(WHITE, (0, 40), 20, ((-5, 5), (35, 45)), 100), THEORY)
    assert rows.max() == pytest.approx(24, abs=2)  # rows 0 to 5 of the crop, and no upper side
    assert np.bincount(rows, minlength=100)[:20].max() <= 8
    assert cols.min() == pytest.approx(25, abs=2)


def test_a_window_larger_than_the_crop_is_drawn_whole_on_a_map() -> None:
    window = ((-40, 60), (-10, 90))  # 100 px, photo 60 x 80: it covers all of it and leaves it on three sides
    picture = place_picture(WHITE, (10, 40), 20, window, 106)
    assert picture.shape == (106 + GAP + 106, 106, 4)
    assert not picture[106 : 106 + GAP, :, 3].any()
    below = picture[106 + GAP :]  # one pixel drawn for one of the photo
    rows, cols = where(below, THEORY)
    for at in (rows, cols):
        assert (at.min(), at.max()) == (pytest.approx(3, abs=2), pytest.approx(102, abs=2))
    assert below[20, 60, :3].tolist() == [BEYOND] * 3  # above the photo
    assert below[90, 60, :3].tolist() == [250] * 3  # on it, and in the window
    rows, cols = where(below, EFFECTIVE)  # the crop: rows 0 to 20, columns 30 to 50 of the photo
    assert (rows.min(), rows.max()) == (pytest.approx(43, abs=2), pytest.approx(62, abs=2))
    assert (cols.min(), cols.max()) == (pytest.approx(43, abs=2), pytest.approx(62, abs=2))


def test_what_the_unit_does_not_see_is_dark_and_beyond_both_is_nothing() -> None:
    drawn = window_map(WHITE, ((20, 30), (20, 30)), ((10, 40), (10, 40)), 85)  # 80 * 1.06 px on 85
    middle = 85 / 2
    top = round(middle - 30)  # the photo's first row
    assert drawn[top + 55, 60, :3].max() < 130
    assert drawn[top + 15, 17, :3].min() > 240
    assert not drawn[2, :, 3].any()
    assert drawn[top + 55, 60, 3] == 255


def test_a_photo_smaller_than_the_crop_and_single_pixels_are_drawn() -> None:
    small = place_picture(WHITE[:9, :13], (4, 6), 67, ((-420, 431), (-420, 431)), 104)
    assert small.shape == (104 + GAP + 104, 104, 4)
    assert len(where(small, THEORY)[0])
    assert enlarged(WHITE[:5, :10], 100).shape == (50, 100, 3)
    assert place_picture(WHITE[:1, :1], (0, 0), 25, ((-9, 10), (-9, 10)), 104).shape == (104, 104, 4)
