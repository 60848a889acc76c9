"""Pictures of arrays: the colours are exactly those promised."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import EVERYDAY, IGNORE
from seglib.rendering import HEAT_COLOR, colorize, heat_on_grey, score_picture, score_scale


def test_classes_get_their_colours_and_void_is_black() -> None:
    assert colorize(np.array([[0, 10, IGNORE]]), EVERYDAY).tolist() == [
        [[*EVERYDAY.colors[0]], [*EVERYDAY.colors[10]], [0, 0, 0]]
    ]


def test_a_label_beyond_the_set_is_refused() -> None:
    with pytest.raises(ValueError, match="class index 19"):
        colorize(np.array([[len(EVERYDAY)]]), EVERYDAY)


def test_scores_are_symmetric_about_white_and_clipped() -> None:
    colors = score_picture(np.array([[-9.0, -1.0, 0.0, 1.0, 9.0]]), limit=1.0)[0].astype(int)
    assert colors[0].tolist() == colors[1].tolist()
    assert colors[3].tolist() == colors[4].tolist()
    assert (colors[2] > 240).all()
    assert colors[1][2] > colors[1][1]  # against: purple, more blue than green
    assert colors[3][0] > colors[3][2]  # for: orange, more red than blue


def test_the_scale_runs_from_against_to_for() -> None:
    scale = score_scale(64, 5)
    assert scale.shape == (5, 64, 3)
    assert np.array_equal(scale[0, [0, -1]], score_picture(np.array([[-1.0, 1.0]]), 1.0)[0])


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_scale_without_extent_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="wanted a positive number"):
        score_picture(np.zeros((2, 2)), limit)


def test_heat_turns_grey_to_orange() -> None:
    image = np.full((1, 3, 3), 100, np.uint8)
    found = heat_on_grey(image, np.array([[0, 0.25, 1]]))
    assert found[0].tolist() == [[60, 60, 60], [158, 105, 30], list(HEAT_COLOR)]
