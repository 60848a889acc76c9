"""Units against classes: counts by hand, and choosing on one half, scoring on the other."""

import json

import numpy as np
import pytest
from PIL import Image

from seglib.inside import dissection
from seglib.inside.dissection import Overlaps, best_classes, best_masks, overlaps, thresholds
from seglib.models.imagenet import load_imagenet


def test_masks_and_classes_are_counted_as_by_hand() -> None:
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(5, 200)).astype(np.float32), rng.choice([0, 1, 2, 255], 200)
    cuts = thresholds(values)
    counted = overlaps(values, labels, cuts, 3)
    signs = [sign for sign in dissection.SIGNS for _ in dissection.SHARES]
    for unit in range(5):
        for mask, sign in enumerate(signs):
            on = [sign * value > cuts[unit, mask] for value in values[unit]]
            known = [label < 3 for label in labels]
            assert counted.masks[unit, mask] == sum(a and b for a, b in zip(on, known, strict=True))
            for k in range(3):
                both = sum(a and label == k for a, label in zip(on, labels, strict=True))
                either = sum((a and b) or label == k for a, b, label in zip(on, known, labels, strict=True))
                assert counted.both[unit, mask, k] == both
                assert counted.iou()[unit, mask, k] == pytest.approx(both / either)


def test_counts_of_photos_add_up() -> None:
    rng = np.random.default_rng(1)
    values, labels = rng.normal(size=(3, 100)).astype(np.float32), rng.integers(0, 2, 100)
    cuts = thresholds(values)
    parts = [overlaps(values[:, part], labels[part], cuts, 2) for part in (slice(0, 40), slice(40, 100))]
    whole = overlaps(values, labels, cuts, 2)
    assert np.array_equal((parts[0] + parts[1]).both, whole.both)
    assert np.array_equal((parts[0] + parts[1]).masks, whole.masks)


def test_an_empty_mask_and_an_absent_class_overlap_by_nothing() -> None:
    empty = Overlaps(np.zeros((1, 6), int), np.zeros(2, int), np.zeros((1, 6, 2), int))
    assert not empty.iou().any()


def test_the_unit_is_chosen_on_one_half_and_scored_on_the_other() -> None:
    chosen, scored = np.zeros((3, 6, 2)), np.zeros((3, 6, 2))
    chosen[2, 4, 1], chosen[1, 0, 1], scored[2, 4, 1], scored[1, 0, 1] = 0.9, 0.8, 0.1, 0.7
    assert best_masks(chosen, scored, 1) == {"unit": 2, "sign": -1, "share": 0.04, "chosen": 0.9, "scored": 0.1}
    assert best_classes(chosen, scored, np.array([True, True]))[2] == [1, -1, 0.04, 0.9, 0.1]
    assert best_classes(chosen, scored, np.array([True, False]))[2][0] == 0


def test_the_command_writes_both_halves_and_random_weights(tmp_path, monkeypatch) -> None:
    rng = np.random.default_rng(2)
    for part in ("images", "labels"):
        (tmp_path / "msrc" / "val" / part).mkdir(parents=True)
    for number in range(4):  # grass is green, the rest noise: a class that a unit can find
        labels = rng.integers(0, 2, (6, 8)).repeat(16, 0).repeat(16, 1).astype(np.uint8)
        image = rng.integers(0, 256, (96, 128, 3), dtype=np.uint8)
        image[labels == 1] = (30, 200, 40)
        Image.fromarray(image).save(tmp_path / "msrc" / "val" / "images" / f"{number}.png")
        Image.fromarray(labels).save(tmp_path / "msrc" / "val" / "labels" / f"{number}.png")
    monkeypatch.setattr(dissection, "MIN_PHOTOS", 2)
    dissection.main(["--data", str(tmp_path), "--sets", "msrc", "--out", str(tmp_path / "units.json")])
    report = json.loads((tmp_path / "units.json").read_text())["sets"]["msrc"]
    assert report["photos"] == [2, 2]
    assert list(report["stages"]) == ["4", "8", "16", "32", "head"]
    for stage in report["stages"].values():
        assert set(stage["imagenet"]["best"]) == {"building", "grass"}
        assert len(stage["imagenet"]["unit_classes"]) == stage["imagenet"]["units"]
        for net in ("imagenet", "random"):
            assert 0 <= stage[net]["scored"] <= 1
    assert report["stages"]["4"]["imagenet"]["best"]["grass"]["scored"] > 0.15


def test_a_photo_whose_labels_do_not_fit_ends_the_command(tmp_path) -> None:
    for part in ("images", "labels"):
        (tmp_path / "nyu" / "val" / part).mkdir(parents=True)
    Image.new("RGB", (40, 40)).save(tmp_path / "nyu" / "val" / "images" / "a.png")
    Image.new("L", (40, 41)).save(tmp_path / "nyu" / "val" / "labels" / "a.png")
    with pytest.raises(SystemExit, match="they must match"):
        dissection.main(["--data", str(tmp_path), "--sets", "nyu", "--out", str(tmp_path / "units.json")])


def test_coarse_stages_are_read_between_their_units_and_fine_ones_at_them() -> None:
    image = np.random.default_rng(3).integers(0, 256, (70, 100, 3), dtype=np.uint8)
    found = dissection.activations(load_imagenet(), image)
    assert {values.shape[1] for values in found.values()} == {9 * 13}
    assert [len(values) for values in found.values()] == [24, 40, 112, 320, 1280]
