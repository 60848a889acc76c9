"""Files of the eleven classes that "everyday" once had: they open as today's classes, or say what changed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.annotation.label_files import read_labels
from seglib.datasets import find_pairs, read_as, read_pair
from seglib.former_labels import NUMBERS_NOTICE, PARTS, SPLIT_NOTICE
from seglib.images import decode_label_map
from seglib.label_png import code_of
from seglib.labels import EVERYDAY, IGNORE, STREET, VOID_COLOR
from seglib.metrics.folder import list_examples, score_examples

# As they were, in index order.
FORMER = {
    "building": (154, 110, 88),
    "tree": (5, 83, 61),
    "grass": (159, 186, 131),
    "sky": (138, 209, 248),
    "water": (15, 97, 196),
    "road": (125, 124, 128),
    "person": (229, 16, 26),
    "animal": (79, 30, 125),
    "vehicle": (226, 174, 44),
    "flower": (255, 113, 182),
    "object": (249, 237, 152),
}
NAMES = [*FORMER]
MAP = np.array([[*range(11), IGNORE]], np.uint8).repeat(2, 0)
TODAY = [IGNORE if name == "animal" else EVERYDAY.index(name) for name in NAMES] + [IGNORE]


def png(labels: np.ndarray, mode: str = "P") -> bytes:
    """As the painter saved it: indices with a palette; or what other programs make of that."""
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(FORMER)], palette[IGNORE] = [*FORMER.values()], VOID_COLOR
    file = Image.fromarray(labels)
    if mode != "L":
        file = file.convert("P")
        file.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    (file if mode in ("P", "L") else file.convert(mode)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["P", "RGB", "RGBA"])
def test_the_former_colours_are_read_as_todays_classes(mode: str) -> None:
    read = read_labels(png(MAP, mode), EVERYDAY, MAP.shape)
    assert read.labels.tolist() == [TODAY] * 2
    assert read.labels.dtype == np.uint8
    assert read.notice == SPLIT_NOTICE
    assert all(name in SPLIT_NOTICE for name in ("animal", *PARTS))
    np.testing.assert_array_equal(decode_label_map(png(MAP, mode), len(EVERYDAY), MAP.shape), read.labels)


@pytest.mark.parametrize("mode", ["P", "RGB"])
@pytest.mark.parametrize("names", [("grass", "sky"), ("tree", "building"), ("vehicle",), ("object", "person")])
def test_without_an_animal_nothing_is_lost_and_nothing_said(mode: str, names: tuple[str, ...]) -> None:
    labels = np.array([[NAMES.index(name) for name in names] + [IGNORE]], np.uint8)
    read = read_labels(png(labels, mode), EVERYDAY, labels.shape)
    assert read.labels.tolist() == [[EVERYDAY.index(name) for name in names] + [IGNORE]]
    assert read.notice is None


def test_bare_numbers_are_todays_and_the_file_is_told_so_where_it_could_be_a_former_one() -> None:
    read = read_labels(png(MAP, "L"), EVERYDAY, MAP.shape)
    np.testing.assert_array_equal(read.labels, MAP)
    assert read.notice == NUMBERS_NOTICE
    assert "0 = building to 18 = object" in NUMBERS_NOTICE
    beyond = np.where(MAP == 10, len(EVERYDAY) - 1, MAP)
    assert read_labels(png(beyond, "L"), EVERYDAY, MAP.shape).notice is None  # no former file has such a number
    assert read_labels(png(MAP, "L"), STREET, MAP.shape).notice is None
    nothing = np.full((1, 3), IGNORE, np.uint8)
    assert read_labels(png(nothing, "L"), EVERYDAY, (1, 3)).notice is None


def test_no_colour_means_two_classes() -> None:
    today = code_of(EVERYDAY)
    for name, color in FORMER.items():
        assert today.get(color) in (None, EVERYDAY.index(name) if name in EVERYDAY.classes else None)


def labelme(*labels: str) -> bytes:
    corners = [[0, 0], [6, 0], [6, 4], [0, 4]]
    shapes = [{"label": label, "points": corners, "shape_type": "polygon"} for label in labels]
    return json.dumps({"shapes": shapes, "imageHeight": 4, "imageWidth": 6}).encode()


@pytest.mark.parametrize("word", ["animal", "Animal", "animal-2"])
def test_an_animal_in_words_is_void_and_the_file_says_so(word: str) -> None:
    read = read_labels(labelme("grass", word), EVERYDAY, (4, 6))
    assert (read.labels == IGNORE).all()
    assert read.notice == SPLIT_NOTICE


def test_what_was_left_out_is_told_beside_it() -> None:
    content = json.loads(labelme("animal"))
    content["shapes"].append({"label": "sky", "points": [[0, 0]], "shape_type": "spiral"})
    notice = read_labels(json.dumps(content).encode(), EVERYDAY, (4, 6)).notice
    assert notice.startswith("1 shape is left out: ")
    assert notice.endswith(SPLIT_NOTICE)


def test_a_cat_is_a_cat() -> None:
    read = read_labels(labelme("cat"), EVERYDAY, (4, 6))
    assert (read.labels == EVERYDAY.index("cat")).all()
    assert read.notice is None


@pytest.mark.parametrize("kind", ["png", "json"])
def test_a_folder_is_scored_without_the_animals_and_says_so(tmp_path: Path, kind: str) -> None:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (6, 4)).save(tmp_path / "images" / "a.png")
    labels = np.full((4, 6), NAMES.index("grass"), np.uint8)
    labels[:, :2] = NAMES.index("animal")
    shapes = json.loads(labelme("grass", "animal"))
    shapes["shapes"][1]["points"] = [[0, 0], [2, 0], [2, 4], [0, 4]]
    content = png(labels) if kind == "png" else json.dumps(shapes).encode()
    (tmp_path / "labels" / f"a.{kind}").write_bytes(content)
    grass = EVERYDAY.index("grass")
    for reading in (read_as("folder", EVERYDAY), None):
        net = {"net": lambda image: np.full(image.shape[:2], grass, np.uint8)}
        [result] = score_examples(list_examples(tmp_path), len(EVERYDAY), net, reading=reading)
        assert result.problems == ()
        assert result.notices == (SPLIT_NOTICE,)
        assert result.matrices["net"][grass, grass] == result.matrices["net"].sum() == 16
    with pytest.warns(UserWarning, match=f"labels/a.{kind}: “animal” is now six classes"):
        _, targets = read_pair(find_pairs(tmp_path)[0], read_as("folder", EVERYDAY))
    assert np.unique(targets).tolist() == [grass, IGNORE]
