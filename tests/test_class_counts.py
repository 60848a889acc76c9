"""Statistics of the training sets: counted on a tiny one, and the files in the box checked against what is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib import class_counts
from seglib.datasets import MEANING, find_pairs
from seglib.labels import EVERYDAY, LABEL_SETS, STREET


def test_counts_of_a_tiny_set(data: Path) -> None:
    pairs = find_pairs(data / "camvid", "train")
    found = class_counts.count("camvid", "train", pairs)
    maps = [np.asarray(Image.open(pair.labels)) for pair in pairs]
    assert found.photos == 3
    assert list(found.pixels) == list(STREET.classes)
    for k, name in enumerate(STREET.classes):
        assert found.pixels[name] == sum((each == k).sum() for each in maps)
        assert found.seen_in[name] == sum((each == k).any() for each in maps)
    assert found.void == sum((each == 255).sum() for each in maps)
    assert sum(found.pixels.values()) + found.void == sum(each.size for each in maps)


def test_the_command_writes_a_file_for_each_set(data: Path, tmp_path: Path, monkeypatch) -> None:
    class_counts.main(["--data", str(data), "--split", "val", "--out", str(tmp_path / "out")])
    monkeypatch.setattr(class_counts, "FOLDER", tmp_path / "out")
    for name in class_counts.SETS:
        found = class_counts.read_statistics(name)
        assert (found.data, found.split, found.photos) == (name, "val", 2)


SIZES = [("camvid", 367), ("msrc", 276), ("labelmefacade", 700), ("people", 804), ("voc", 2050), ("nyu", 795)]


@pytest.mark.parametrize(("name", "photos"), SIZES)
def test_the_files_in_the_box(name: str, photos: int) -> None:
    found = class_counts.read_statistics(name)
    assert found.photos == photos
    assert list(found.pixels) == list(MEANING[name][class_counts.SETS[name]])
    assert max(found.seen_in.values()) <= photos


def test_counts_in_our_classes() -> None:
    street = class_counts.training_pixels(STREET)
    assert dict(zip(STREET.classes, street, strict=True)) == class_counts.read_statistics("camvid").pixels
    assert STREET.classes[class_counts.most_frequent(STREET)] == "road"
    everyday = class_counts.training_pixels(EVERYDAY)
    animals = ("cow", "horse", "sheep", "bird", "cat", "dog")
    msrc, voc = (class_counts.read_statistics(data).pixels for data in ("msrc", "voc"))
    assert [everyday[EVERYDAY.index(name)] for name in animals] == [msrc[name] + voc[name] for name in animals]
    assert everyday[EVERYDAY.index("grass")] == msrc["grass"]  # vegetation and "not a person" are not counted
    for labels in LABEL_SETS.values():
        assert (class_counts.training_pixels(labels) > 0).all()


def test_says_what_is_wrong(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no statistics of 'coco': there are camvid, msrc"):
        class_counts.read_statistics("coco")
    pairs = find_pairs(data / "camvid", "train")
    Image.fromarray(np.full((80, 96), 12, np.uint8)).save(pairs[0].labels)
    with pytest.raises(ValueError, match=r"photo0\.png: .* class index 12 at row 0, column 0: wanted 0 to 10"):
        class_counts.count("camvid", "train", pairs)
    with pytest.raises(SystemExit, match=r"statistics: .* should hold the folders images and labels"):
        class_counts.main(["--data", str(tmp_path / "nothing"), "--out", str(tmp_path)])
