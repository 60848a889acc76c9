"""Photos shown to a net at other scales: answers come back at the photo's size, and are counted together."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import EVERYDAY, IGNORE, STREET
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth
from seglib.training import input_scale
from seglib.training.held_out import readings


def test_an_answer_comes_back_at_the_photos_own_size() -> None:
    image, truth = load_photo("china")[::2, ::2].copy(), photo_truth("china", EVERYDAY)[::2, ::2]
    model = load_model("fcn8s", "everyday")
    for scale in (0.75, 1.0, 1.5):
        labels = input_scale.labels_at(model, image, scale)
        assert labels.shape == image.shape[:2]
        assert (labels == truth)[truth != IGNORE].mean() > 0.6


def test_all_photos_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = np.zeros((2, 10, 20), np.uint8)
    targets[0, 0] = 1
    targets[1, 5:] = 1
    photos = [
        (np.full((10, 20, 3), number, np.uint8), targets[number], readings("street")["camvid"]) for number in (0, 1)
    ]
    monkeypatch.setattr(input_scale, "read_held_out", lambda which: which)
    # At scale 1 a net that is right, at scale 2 one that says the first class everywhere.
    monkeypatch.setattr(
        input_scale, "labels_at", lambda _, image, scale: targets[image[0, 0, 0]] * np.uint8(scale == 1)
    )
    assert len(STREET) > 1
    assert input_scale.score_scales(None, photos, "street", (1.0, 2.0)) == {
        1.0: {"pixels": 200, "pixel_accuracy": 100.0, "mean_iou": 100.0},
        2.0: {"pixels": 800, "pixel_accuracy": 70.0, "mean_iou": 35.0},  # 280 of 400 pixels; one class of two, IoU 0.7
    }


def test_a_folder_without_photos_is_told_in_one_sentence(tmp_path) -> None:
    with pytest.raises(SystemExit, match=r"input_scale: .*msrc"):
        input_scale.main(["--data", str(tmp_path)])
