"""Label sets: names, colours that everybody can tell apart, and the check of label maps."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET, LabelSet, check_label_map
from seglib.photos import PHOTOS, photo_truth

SETS = pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=list(LABEL_SETS))

# How linear RGB looks to complete dichromats: Machado, Oliveira & Fernandes, "A physiologically-based
# model for simulation of color vision deficiency", IEEE TVCG 2009, severity 1.0.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# 1 is the just noticeable difference of two patches side by side; ours also lie apart, and over a photo.
LEAST_DISTANCE = {"normal": 15.0, "protanopia": 12.0, "deuteranopia": 12.0, "tritanopia": 12.0}
# Nineteen colours cannot all keep that distance. What never lies side by side may be nearer, and is told by its name.
LEAST_APART = 10.0
ANIMALS = {"cat", "dog", "horse", "sheep", "cow", "bird"}
INDOORS = {"wall", "floor"}
OUTDOORS = {"building", "sky", "water", "road", "grass", "tree", "horse", "sheep", "cow", "bird"}
NO_FURNITURE = {"sky", "water", "horse", "sheep", "cow", "bird"}


def may_meet(one: str, other: str) -> bool:
    """Whether two classes often lie side by side in a photo; those of the street always may."""
    pair = {one, other}
    if pair <= ANIMALS or (pair & INDOORS and pair & OUTDOORS):
        return False
    return not ("furniture" in pair and pair & NO_FURNITURE)


def seen(rgb: np.ndarray, vision: str) -> np.ndarray:
    """Colours ``(K, 3)`` uint8 sRGB as they look to ``vision``, ``(K, 3)`` in [0, 1] sRGB."""
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ VISIONS[vision].T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def distances(rgb: np.ndarray, vision: str) -> np.ndarray:
    """CIEDE2000 between every two of the colours, ``(K, K)``."""
    lab = rgb2lab(seen(rgb, vision)[None])[0]
    return deltaE_ciede2000(lab[:, None], lab[None])


def test_a_label_set_counts_and_finds_its_classes():
    pets = LabelSet("pets", "Pets", ("cat", "dog"), ((255, 0, 0), (0, 0, 255)), frozenset({"cat"}))
    assert len(pets) == 2
    assert pets.index("dog") == 1


def test_an_unknown_class_name_lists_the_classes_there_are():
    with pytest.raises(ValueError, match=r"no class 'wolf' in label set 'everyday': building, wall"):
        EVERYDAY.index("wolf")


@SETS
def test_every_class_name_leads_back_to_its_index(labels):
    assert [labels.index(name) for name in labels.classes] == list(range(len(labels)))


@SETS
def test_every_color_is_rgb_in_bytes(labels):
    assert all(len(color) == 3 and all(0 <= value <= 255 for value in color) for color in labels.colors)


def test_some_classes_are_things_and_some_are_stuff():
    assert "vehicle" in EVERYDAY.things
    assert "sky" not in EVERYDAY.things
    assert "car" in STREET.things
    assert "road" not in STREET.things


def test_simulated_color_blindness_confuses_red_and_green_but_not_black_and_white():
    red_and_dark_yellow = np.array([[162, 0, 0], [75, 75, 0]])
    assert distances(red_and_dark_yellow, "normal")[0, 1] > 30
    assert distances(red_and_dark_yellow, "protanopia")[0, 1] < 10
    black_and_white = np.array([[0, 0, 0], [255, 255, 255]])
    for vision in VISIONS:
        assert distances(black_and_white, vision)[0, 1] == pytest.approx(100, abs=0.5)


@SETS
@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_classes_have_colors_that_can_be_told_apart(labels, vision):
    apart = distances(np.array(labels.colors), vision)
    for first, second in combinations(range(len(labels)), 2):
        names = labels.classes[first], labels.classes[second]
        least = LEAST_DISTANCE[vision] if vision == "normal" or may_meet(*names) else LEAST_APART
        assert apart[first, second] >= least, f"{names[0]} and {names[1]}"


def test_what_meets_in_the_photos_of_the_box_may_meet():
    for photo in PHOTOS:
        truth = photo_truth(photo, EVERYDAY)
        for one, other in ((truth[:-1], truth[1:]), (truth[:, :-1], truth[:, 1:])):
            borders = (one != other) & (one != IGNORE) & (other != IGNORE)
            for first, second in np.unique(np.stack([one[borders], other[borders]], 1), axis=0):
                assert may_meet(EVERYDAY.classes[first], EVERYDAY.classes[second])


def test_colors_keep_their_everyday_meaning():
    for labels in LABEL_SETS.values():
        color = dict(zip(labels.classes, labels.colors, strict=True))
        red, green, blue = color["sky"]
        assert blue > green > red > 100  # light blue
        red, green, blue = color["tree"]
        assert green > max(red, blue)
        assert green < 128  # dark green
        assert max(color["road"]) - min(color["road"]) < 20  # grey


def test_classes_of_the_same_name_have_the_same_color_in_all_sets():
    other = dict(zip(STREET.classes, STREET.colors, strict=True))
    for name, color in zip(EVERYDAY.classes, EVERYDAY.colors, strict=True):
        assert other.get(name, color) == color


def test_check_label_map_returns_a_valid_map_unchanged():
    labels = np.array([[0, 1], [IGNORE, 2]], np.uint8)
    assert check_label_map(labels, 3) is labels


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros((2, 2, 1), int), r"two-dimensional \(H, W\); this one has shape \(2, 2, 1\)"),
        (np.zeros(4, int), r"shape \(4,\)"),
        (np.zeros((2, 2)), "whole numbers; this one holds float64"),
        (np.zeros((2, 2), bool), "this one holds bool"),
        (np.array([[0, 0], [0, 3]]), "class index 3 at row 1, column 1: wanted 0 to 2, or 255 for void"),
        (np.array([[0, -1], [0, 0]]), "class index -1 at row 0, column 1"),
        (np.array([[256]]), "class index 256"),
    ],
)
def test_check_label_map_says_what_came_and_what_was_wanted(labels, message):
    with pytest.raises(ValueError, match=message):
        check_label_map(labels, 3)
