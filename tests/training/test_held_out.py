"""Validation sets counted together: groups under common names, matrices that add up, void that stays void."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.datasets import Targets, find_pairs, read_as, read_pair
from seglib.labels import IGNORE, LABEL_SETS
from seglib.metrics.folder import fold
from seglib.training.evaluate import evaluate, summary
from seglib.training.held_out import (
    VALIDATION,
    group_names,
    held_out,
    read_held_out,
    readings,
    score_held_out,
)

LABELS = pytest.mark.parametrize("labels", LABEL_SETS)


@LABELS
def test_groups_are_our_classes_first_and_the_same_for_every_set(labels):
    classes, names = LABEL_SETS[labels].classes, group_names(labels)
    assert names[: len(classes)] == classes
    assert len(set(names)) == len(names)
    assert list(readings(labels)) == list(VALIDATION[labels])
    assert all(reading.group_names == names for reading in readings(labels).values())


def names_of(reading: Targets) -> list[str | None]:
    """The group that each target counts in, by name; None where it counts in none."""
    return [None if group == IGNORE else reading.group_names[group] for group in reading.groups]


@LABELS
def test_a_reading_differs_from_the_sets_own_in_its_groups_numbers_alone(labels):
    for name, reading in readings(labels).items():
        own = read_as(name, LABEL_SETS[labels])
        assert names_of(reading) == names_of(own)
        np.testing.assert_array_equal(reading.lookup, own.lookup)
        np.testing.assert_array_equal(reading.members, own.members)


def test_a_set_that_merges_classes_says_so_and_others_still_tell_them_apart():
    """VOC's background is any class but its twenty; NYU tells a wall from a floor."""
    names, known = group_names("everyday"), readings("everyday")
    wall, floor = (LABEL_SETS["everyday"].classes.index(name) for name in ("wall", "floor"))
    merged = known["voc"].groups[[wall, floor]]
    assert [names[group] for group in merged] == ["background"] * 2
    assert names.index("background") >= len(LABEL_SETS["everyday"])
    assert known["nyu"].groups[[wall, floor]].tolist() == [wall, floor]


@LABELS
def test_void_survives_the_folding(labels):
    for reading in readings(labels).values():
        folded = fold(np.array([[0, IGNORE]], np.uint8), reading)
        assert folded.tolist() == [[reading.groups[0], IGNORE]]


def test_a_target_that_counts_nowhere_in_a_set_counts_nowhere_here():
    """NYU's doors may be building, wall or furniture, which its other labels tell apart: they are left out."""
    reading = readings("everyday")["nyu"]
    door = reading.lookup[reading.index_of["door"]]
    assert reading.groups[door] == IGNORE
    wall = LABEL_SETS["everyday"].classes.index("wall")
    assert fold(np.array([[door, wall]], np.uint8), reading).tolist() == [[IGNORE, wall]]


def guess(image: np.ndarray) -> np.ndarray:
    """Anything that depends on the photo: its red, cut into 19 classes."""
    return (image[..., 0] // 14).astype(np.uint8)


def test_figures_are_those_of_all_matrices_added_and_of_each_set(data):
    photos = {name: find_pairs(data / name, "val") for name in VALIDATION["everyday"]}
    figures, known = score_held_out(guess, photos, "everyday"), readings("everyday")
    matrices = {name: evaluate(guess, pairs, known[name]) for name, pairs in photos.items()}
    # Pixel by pixel, over all sets as if they were one.
    total = np.zeros((len(group_names("everyday")),) * 2, int)
    for image, truth, reading in read_held_out(held_out(data, "everyday")):
        folded, said = fold(truth, reading), fold(guess(image), reading)
        np.add.at(total, (folded[folded != IGNORE], said[folded != IGNORE]), 1)
    np.testing.assert_array_equal(sum(matrices.values()), total)
    sets = figures.pop("sets")
    assert figures == summary(total, group_names("everyday"), 6)
    assert sets == {name: summary(cm, group_names("everyday"), 2) for name, cm in matrices.items()}


def test_a_set_alone_has_figures_of_its_own_only(data):
    photos = {"camvid": find_pairs(data / "camvid", "val")}
    reading = read_as("camvid", LABEL_SETS["street"])
    wanted = summary(evaluate(guess_street, photos["camvid"], reading), reading.group_names, 2)
    assert score_held_out(guess_street, photos, "street") == wanted


def guess_street(image: np.ndarray) -> np.ndarray:
    return (image[..., 0] // 24).astype(np.uint8)


def test_held_out_photos_come_with_the_reading_of_their_set(data):
    photos = held_out(data, "everyday")
    assert len(photos) == 6
    for (pair, reading), (image, targets, same) in zip(photos, read_held_out(photos), strict=True):
        assert same is reading
        wanted = read_pair(pair, reading)
        np.testing.assert_array_equal(image, wanted[0])
        np.testing.assert_array_equal(targets, wanted[1])
        folder = pair.image.parents[2].name
        np.testing.assert_array_equal(reading.lookup, read_as(folder, LABEL_SETS["everyday"]).lookup)


def test_odd_and_even_photos_are_halves_of_each_set(data):
    whole, odd, even = ([pair for pair, _ in held_out(data, "everyday", which)] for which in (None, "odd", "even"))
    assert [pair.name for pair in odd] == ["photo0"] * 3
    assert [pair.name for pair in even] == ["photo1"] * 3
    assert {pair.image for pair in whole} == {pair.image for pair in (*odd, *even)}
