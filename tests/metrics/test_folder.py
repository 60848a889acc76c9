"""A folder scored: numbers against counting by hand, every kind of bad file by name, and memory that stays."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, mean_iou
from seglib.metrics.folder import COLUMNS, SAVED, Result, list_examples, rows, score_examples, to_csv
from tests.conftest import class_color, index_of_color, write_split

K = 5


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three photos whose colours tell their classes, with labels, and predictions that are all class 0."""
    write_split(tmp_path / "set", K, 3)
    (tmp_path / "set" / SAVED).mkdir()
    for number in range(3):
        save(tmp_path / "set" / SAVED / f"photo{number}.png", np.zeros((80, 96), np.uint8))
    return tmp_path / "set"


def save(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path)


def sees_colours(image: np.ndarray) -> np.ndarray:
    """A net that is always right: photos show their class by colour (void is white, which is no class)."""
    return np.minimum(index_of_color(image), K - 1).astype(np.uint8)


def score(root: Path, nets: dict | None = None, saved: bool = False) -> dict[str, Result]:
    return {r.name: r for r in score_examples(list_examples(root), K, nets or {}, saved)}


def test_nets_and_saved_predictions_are_scored_as_by_hand(root: Path) -> None:
    results = score(root, {"colours": sees_colours}, saved=True)
    assert list(results) == ["photo0", "photo1", "photo2"]
    for name, result in results.items():
        truth = np.asarray(Image.open(root / "labels" / f"{name}.png"))
        assert not result.problems
        assert mean_iou(result.matrices["colours"]) == 1
        np.testing.assert_array_equal(result.matrices[SAVED], confusion_matrix(truth, np.zeros_like(truth), K))


def test_saved_predictions_need_no_photos(root: Path) -> None:
    for path in (root / "images").iterdir():
        path.unlink()
    (root / "images").rmdir()
    assert all(set(result.matrices) == {SAVED} for result in score(root, saved=True).values())


def test_a_photo_too_large_for_the_nets_is_scored_at_its_own_size(root: Path) -> None:
    labels = np.zeros((1200, 1600), np.uint8)
    labels[:, 800:] = 1
    save(root / "labels" / "large.png", labels)
    save(root / "images" / "large.png", np.array([class_color(k) for k in range(K)], np.uint8)[labels])
    cm = score(root, {"colours": sees_colours})["large"].matrices["colours"]
    assert cm.sum() == labels.size
    assert np.trace(cm) > 0.995 * labels.size


def break_missing_image(root: Path) -> None:
    (root / "images" / "photo1.jpg").unlink()


def break_missing_labels(root: Path) -> None:
    (root / "labels" / "photo1.png").unlink()


def break_size(root: Path) -> None:
    save(root / "labels" / "photo1.png", np.zeros((80, 97), np.uint8))


def break_index(root: Path) -> None:
    save(root / "labels" / "photo1.png", np.full((80, 96), K, np.uint8))


def break_colour(root: Path) -> None:
    save(root / "labels" / "photo1.png", np.arange(80 * 96 * 3).reshape(80, 96, 3).astype(np.uint8))


def break_image(root: Path) -> None:
    (root / "images" / "photo1.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo \x00\x01")


def break_labels(root: Path) -> None:
    data = (root / "labels" / "photo1.png").read_bytes()
    (root / "labels" / "photo1.png").write_bytes(data[: len(data) // 2])


def break_empty(root: Path) -> None:
    (root / "labels" / "photo1.png").write_bytes(b"")


def break_folder(root: Path) -> None:
    (root / "labels" / "photo1.png").unlink()
    (root / "labels" / "photo1.png").mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (break_missing_image, "images holds no photo photo1"),
        (break_missing_labels, "labels/photo1.png is missing"),
        (break_size, "labels/photo1.png: This label map is 97 x 80 pixels: wanted the photo's own size, 96 x 80"),
        (break_index, f"labels/photo1.png: This label map does not fit: class index {K} at row 0"),
        (break_colour, "labels/photo1.png: This label map holds colours"),
        (break_image, "images/photo1.jpg: "),
        (break_labels, "labels/photo1.png: The picture is damaged"),
        (break_empty, "labels/photo1.png: The file is empty"),
        (break_folder, "labels/photo1.png: the file cannot be read"),
    ],
)
def test_a_bad_file_is_reported_by_name_and_the_rest_goes_on(root: Path, spoil, message: str) -> None:
    spoil(root)
    results = score(root, {"colours": sees_colours})
    assert list(results) == ["photo0", "photo1", "photo2"]
    assert len(results["photo1"].problems) == 1
    assert results["photo1"].problems[0].startswith(message)
    assert not results["photo1"].matrices
    assert all(results[name].matrices for name in ("photo0", "photo2"))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (None, f"{SAVED}/photo1.png is missing"),
        (np.zeros((40, 48), np.uint8), f"{SAVED}/photo1.png: This label map is 48 x 40"),
        (np.full((80, 96), IGNORE, np.uint8), f"{SAVED}/photo1.png: predicted classes run from 255"),
    ],
)
def test_a_bad_prediction_spoils_no_net(root: Path, pixels: np.ndarray | None, message: str) -> None:
    path = root / SAVED / "photo1.png"
    path.unlink() if pixels is None else save(path, pixels)
    result = score(root, {"colours": sees_colours}, saved=True)["photo1"]
    assert set(result.matrices) == {"colours"}
    assert result.problems[0].startswith(message)


def test_a_bomb_is_refused_unopened(root: Path) -> None:
    Image.new("1", (10_000, 10_000)).save(root / "labels" / "photo1.png")
    assert "more than 24 million pixels" in score(root, saved=True)["photo1"].problems[0]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="should hold the folder labels"):
        list_examples(tmp_path)
    (tmp_path / "labels").mkdir()
    (tmp_path / "images").mkdir()
    with pytest.raises(ValueError, match="holds no photo and no label map"):
        list_examples(tmp_path)


def test_rows_and_csv(root: Path) -> None:
    break_size(root)
    table = [row for result in score(root, saved=True).values() for row in rows(result)]
    read = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert list(read[0]) == list(COLUMNS)
    assert [row["photo"] for row in read] == ["photo0", "photo1", "photo2"]
    assert float(read[0]["mean_iou"]) == pytest.approx(table[0]["mean_iou"], abs=1e-6)
    assert read[1]["problem"].startswith("predictions/photo1.png")
    assert not read[1]["mean_iou"]


def test_a_file_name_is_no_formula() -> None:
    text = to_csv([dict.fromkeys(COLUMNS) | {"photo": "=cmd()", "mean_iou": float("nan")}])
    assert "'=cmd()" in text
    assert "nan" not in text


def test_memory_does_not_grow_with_the_folder(root: Path) -> None:
    examples = list_examples(root)

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in score_examples(examples[:1] * count, K, {"colours": sees_colours}):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2)  # whatever is kept once
    assert peak(60) < 1.2 * peak(5) + 100_000
