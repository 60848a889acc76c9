"""What people agree on: photos of a few lines by hand, as files; without the data set a sentence and no figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.claims.annotators import BSDS, FOLDER, RADII, between_people, drawings
from seglib.claims.ledger import verdict
from seglib.metrics.boundary_agreement import agree
from seglib.picture_files import BadImage

WIDTH, HEIGHT = 40, 20


def regions(*columns: int) -> np.ndarray:
    """A photo cut into regions at these columns, numbered from 300 on: 16 bits."""
    row = 300 + (np.arange(WIDTH)[:, None] >= np.array(columns)).sum(1)
    return np.repeat(row[None], HEIGHT, 0).astype(np.uint16)


def draw(data: Path, photo: str, *people: np.ndarray) -> Path:
    (data / FOLDER).mkdir(parents=True, exist_ok=True)
    for k, drawing in enumerate(people):
        Image.fromarray(drawing).save(data / FOLDER / f"{photo}_{k}.png")
    return data


def test_the_folder_is_read_photo_by_photo(tmp_path: Path) -> None:
    draw(tmp_path, "12", regions(5), regions(7))
    draw(tmp_path, "3", regions(9), regions(9), regions(9, 20))
    (tmp_path / FOLDER / "._3_0.png").write_bytes(b"a Mac's shadow of a file")
    read = list(drawings(tmp_path / FOLDER))
    assert [len(photo) for photo in read] == [2, 3]
    np.testing.assert_array_equal(read[1][2], regions(9, 20))


def test_lines_a_little_apart_and_lines_left_out_are_told_apart(tmp_path: Path) -> None:
    """On one photo all lines are 2 px apart; on the other each has lines that are nowhere near the other's."""
    draw(tmp_path, "a", regions(5), regions(7))
    draw(tmp_path, "b", regions(5, 15), regions(5, 30))
    finding = between_people(tmp_path)
    curve = finding.curve
    assert curve["px"] == list(RADII)
    # a: nothing within 1 px, all within 2; b: half at any distance.
    assert curve["boundary F, %"] == [25, 75, 75, 75]
    # Two photos drawn with replacement: of a alone, of b alone, or one of each.
    assert (curve["low"][0], curve["high"][0]) == (0, 50)
    chance = [agree(photo, RADII).by_chance for photo in drawings(tmp_path / FOLDER)]
    assert curve["by chance, %"] == pytest.approx(100 * np.mean(chance, 0), abs=0.01)
    rise, moved = finding.figures
    beyond = [(f - c) / (1 - c) for f, c in ((0.25, np.mean(chance, 0)[0]), (0.75, np.mean(chance, 0)[-1]))]
    assert rise.value == pytest.approx(100 * (beyond[1] - beyond[0]), abs=0.01)
    # Of the lines of who drew less, half of those of both photos came into reach, a quarter never does.
    assert moved.value == 50 - 25
    assert verdict(finding.figures) == "holds weakly"  # had only b been there, nothing would have moved
    assert "67 % they share within 5 px" in finding.why


def test_the_benchmarks_own_way_to_count_stands_beside(tmp_path: Path) -> None:
    draw(tmp_path, "a", regions(5), regions(5), regions(25))
    words = " ".join(between_people(tmp_path).context.values())
    assert "precision 66.7, recall 33.3, F 44.4" in words


def test_people_who_agree_refute_the_claim(tmp_path: Path) -> None:
    draw(tmp_path, "a", regions(5), regions(5))
    finding = between_people(tmp_path)
    assert [figure.value for figure in finding.figures] == [0, 0]
    assert finding.why == ""
    assert verdict(finding.figures) == "does not hold here"


def test_without_the_photos_there_is_a_sentence(tmp_path: Path) -> None:
    finding = between_people(tmp_path)
    assert finding.figures == ()
    assert "holds no bsds/val/segments" in finding.context[BSDS]
    (tmp_path / FOLDER).mkdir(parents=True)
    with pytest.raises(ValueError, match="holds no drawing"):
        between_people(tmp_path)


def test_a_damaged_drawing_is_named(tmp_path: Path) -> None:
    draw(tmp_path, "a", regions(5), regions(5))
    (tmp_path / FOLDER / "a_1.png").write_bytes(b"no PNG")
    with pytest.raises(BadImage, match=r"segments/a_1\.png"):
        between_people(tmp_path)
