"""The mosaic: the same grey levels everywhere, and textons that tell its textures apart."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.before_convnets import mosaic


@pytest.fixture(scope="module")
def words() -> dict[str, mosaic.Words]:
    return {kind: mosaic.count_words(kind) for kind in mosaic.KINDS}


def test_every_grey_level_is_as_frequent_in_each_texture() -> None:
    plane = np.random.default_rng(0).integers(0, 50, (64, 64), dtype=np.uint8)
    equal = mosaic._same_greys(plane)
    assert set(np.bincount(equal.ravel(), minlength=256)) == {64 * 64 // 256}
    # The order of brightness stays: a brighter pixel is never darker afterwards.
    order = plane.ravel().argsort(kind="stable")
    means = [equal.ravel()[order][plane.ravel()[order] == grey].mean() for grey in range(50)]
    assert (np.diff(means) > 0).all()


def test_one_grey_level_says_nothing() -> None:
    assert mosaic.best_by_one_grey() < 0.4


def test_a_half_that_is_darker_leaves_a_brighter_one() -> None:
    """Why brightness does worse than guessing: only whole textures have the same mean, half of 255."""
    means = mosaic.mean_greys()
    made = mosaic.make_mosaic()
    assert means["brick"][0] == pytest.approx(made.samples[0][..., 0].mean())
    assert means["brick"][1] == pytest.approx(made.image[..., 0][made.truth == 0].mean())
    learnt, met = (np.argsort([means[name][which] for name in mosaic.TEXTURES.classes]) for which in (0, 1))
    assert learnt.tolist() == met[::-1].tolist()


def test_the_mosaic_has_all_three_and_none_of_what_is_learnt_from() -> None:
    made = mosaic.make_mosaic()
    assert made.image.shape == (*mosaic.SIZE, 3)
    shares = np.bincount(made.truth.ravel(), minlength=3) / made.truth.size
    assert (shares > 0.15).all()
    assert made.image.std() > 60  # no part of a half that is missing


def test_textons_tell_apart_what_grey_levels_cannot(words: dict[str, mosaic.Words]) -> None:
    scores = {kind: mosaic.accuracy(mosaic.classify(each, 5)) for kind, each in words.items()}
    assert scores["mean grey"] < 0.45  # guessing gives a third
    assert scores["grey levels"] < 0.45
    assert scores["textons"] > 0.75


def test_too_small_and_too_large_a_window_are_worse(words: dict[str, mosaic.Words]) -> None:
    small, right, large = (mosaic.accuracy(mosaic.classify(words["textons"], r)) for r in (0, 7, 40))
    assert small < right - 0.1
    assert large < right


def test_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match="there are mean grey, grey levels, textons"):
        mosaic.count_words("colours")
