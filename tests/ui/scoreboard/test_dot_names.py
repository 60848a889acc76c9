"""Names of dots: beside their dot, on no other dot or name while there is room."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.ui.scoreboard.dot_names import PLACES, choose_places

SIZE = (800, 300)


def test_a_dot_alone_has_its_name_on_the_right_and_at_the_right_edge_on_the_left() -> None:
    assert choose_places(["fcn8s"], np.array([[400.0, 150.0]]), SIZE) == [0]
    assert PLACES[0][0] == "left"
    [place] = choose_places(["fcn8s"], np.array([[795.0, 150.0]]), SIZE)
    assert PLACES[place][0] == "right"


def test_a_neighbour_on_the_right_pushes_the_name_to_the_left() -> None:
    first, second = choose_places(["fcn8s", "fcn4s"], np.array([[400.0, 150.0], [430.0, 150.0]]), SIZE)
    assert PLACES[first][0] == "right"
    assert PLACES[second][0] == "left"


def test_two_dots_on_one_spot_have_names_in_two_places() -> None:
    places = choose_places(["plain8", "dilated8"], np.full((2, 2), 150.0), SIZE)
    assert len(set(places)) == 2


@pytest.mark.parametrize("seed", range(5))
def test_names_of_a_dozen_dots_cover_neither_dots_nor_names(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dots = np.stack([rng.permutation(12) * 60.0 + 60, rng.uniform(20, 280, 12)], 1)
    names = [f"net{i}" for i in range(12)]
    places = choose_places(names, dots, SIZE)
    boxes = []
    for name, (x, y), place in zip(names, dots, places, strict=True):
        align, dx, dy = PLACES[place]
        long = 7.5 * len(name)
        left = x + dx - {"left": 0, "center": long / 2, "right": long}[align]
        boxes.append((left, y + dy - 7, left + long, y + dy + 7))
    for i, (left, top, right, bottom) in enumerate(boxes):
        for j in range(12):
            if i != j:
                x, y = dots[j]
                assert not (left < x < right and top < y < bottom)
                a, b, c, d = boxes[j]
                assert min(right, c) <= max(left, a) or min(bottom, d) <= max(top, b)


def test_no_dots_have_no_names() -> None:
    assert choose_places([], np.empty((0, 2)), SIZE) == []
