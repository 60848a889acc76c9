"""Evaluation: folding and a perfect net worked out by construction, then the command line."""

from __future__ import annotations

import io
import json
import math
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from seglib.datasets import Targets, find_pairs, read_as
from seglib.images import decode
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS, STREET
from seglib.metrics import mean_iou, pixel_accuracy
from seglib.models import create_model
from seglib.models.weights import save_weights
from seglib.training.evaluate import evaluate, fold, main, shrunk, summary
from tests.conftest import BLOCK, HEIGHT, WIDTH, index_of_color

VOID_PIXELS = BLOCK * BLOCK  # the white block of every photo


class Oracle(nn.Module):
    """A net that reads the class off the colour of the synthetic photos, and says the last one allowed."""

    def __init__(self, reading: Targets) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))  # tells `predict` the device
        self.classes = np.zeros(256, np.int64)
        for index, target in enumerate(reading.lookup):
            if target != IGNORE:
                self.classes[index] = np.flatnonzero(reading.members[target])[-1]
        self.num_classes = reading.members.shape[1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        image = (x[0] * 128 + 127).round().permute(1, 2, 0).numpy()
        labels = torch.from_numpy(self.classes[index_of_color(image)])
        return nn.functional.one_hot(labels, self.num_classes).permute(2, 0, 1)[None].float()


@pytest.fixture
def weights(tmp_path):
    """A random street net on disk."""
    torch.manual_seed(0)
    path = tmp_path / "random.safetensors"
    save_weights(path, create_model("fcn32s", len(STREET)), {"name": "fcn32s", "labels": "street"})
    return path


def street(data, weights, *more: str) -> list[str]:
    """The usual arguments of the command line."""
    common = ["--labels", "street", "--model", "fcn32s", "--weights", str(weights), "--layout", "camvid"]
    return [*common, "--data", str(data / "camvid"), "--split", "val", *more]


def test_folding_merges_the_classes_that_a_set_cannot_tell_apart():
    reading = read_as("people", EVERYDAY)
    not_person, person = (reading.group_names.index(name) for name in ("not person", "person"))
    prediction = np.array([[EVERYDAY.index("sky"), EVERYDAY.index("person")], [EVERYDAY.index("object"), IGNORE]])
    np.testing.assert_array_equal(fold(prediction, reading), [[not_person, person], [not_person, IGNORE]])


def test_folding_the_partial_label_gives_its_group():
    reading = read_as("labelmefacade", EVERYDAY)
    partial = reading.lookup[6]  # vegetation
    vegetation = reading.group_names.index("vegetation")
    row = np.array([[partial, EVERYDAY.index("tree"), EVERYDAY.index("flower"), EVERYDAY.index("sky")]])
    folded = fold(row, reading)
    assert folded[0, :3].tolist() == [vegetation] * 3
    assert folded[0, 3] == reading.group_names.index("sky")


@pytest.mark.parametrize(
    ("layout", "labels"),
    [
        ("camvid", "street"),
        *((name, "everyday") for name in ("camvid", "msrc", "voc", "nyu", "labelmefacade", "people")),
    ],
)
def test_a_perfect_net_scores_one_on_every_data_set(data, layout, labels):
    reading = read_as(layout, LABEL_SETS[labels])
    pairs = find_pairs(data / layout, "val")
    cm = evaluate(Oracle(reading).eval(), pairs, reading)
    assert cm.shape == (len(reading.group_names),) * 2
    if layout not in {"msrc", "nyu"}:  # mountains, windows and mirrors are void as well
        assert cm.sum() == len(pairs) * (HEIGHT * WIDTH - VOID_PIXELS)
    assert pixel_accuracy(cm) == mean_iou(cm) == 1


def test_a_net_that_sees_one_class_everywhere_is_right_as_often_as_the_class_occurs(data):
    reading = read_as("people", EVERYDAY)
    model = Oracle(reading).eval()
    model.classes[:] = EVERYDAY.index("water")
    cm = evaluate(model, find_pairs(data / "people", "val"), reading)
    column = reading.group_names.index("not person")
    assert cm[:, column].sum() == cm.sum() > 0
    assert 0 < pixel_accuracy(cm) < 1


def test_summary_of_a_matrix_worked_by_hand():
    figures = summary(np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]]), ("a", "b", "c"), images=2)
    assert figures == {
        "images": 2,
        "pixel_accuracy": 0.875,
        "class_accuracy": 0.875,
        "mean_iou": 0.775,
        "frequency_weighted_iou": 0.775,
        "iou": {"a": 0.75, "b": 0.8, "c": None},
    }
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_the_command_line_prints_the_figures_as_json(data, weights, capsys):
    main(street(data, weights))
    figures = json.loads(capsys.readouterr().out)
    assert figures["images"] == 2
    assert figures["model"] == "fcn32s"
    assert figures["layout"] == "camvid"
    for key in ("pixel_accuracy", "class_accuracy", "mean_iou", "frequency_weighted_iou"):
        assert 0 <= figures[key] <= 1
    assert tuple(figures["iou"]) == STREET.classes
    present = [value for value in figures["iou"].values() if value is not None]
    assert figures["mean_iou"] == pytest.approx(math.fsum(present) / len(present), abs=1e-3)


def test_the_command_line_scores_a_folder_without_splits(data, weights, capsys):
    arguments = street(data, weights)[:-4]
    main([*arguments, "--data", str(data / "camvid" / "val")])
    assert json.loads(capsys.readouterr().out)["split"] is None


def test_a_folder_of_ones_own_photos_is_read_in_our_classes(data, weights, capsys):
    main(street(data, weights, "--layout", "folder"))
    folder = json.loads(capsys.readouterr().out)
    main(street(data, weights))
    camvid = json.loads(capsys.readouterr().out)
    assert folder["iou"] == camvid["iou"]  # CamVid's classes are the street classes, in their order


def test_a_large_photo_is_shrunk_for_the_net_as_the_app_does():
    large = np.zeros((720, 960, 3), np.uint8)
    large[:, 480:] = 255
    seen = []

    def bright(image: np.ndarray) -> np.ndarray:
        seen.append(image)
        return (image[..., 0] > 128).astype(np.uint8)

    labels = shrunk(bright)(large)
    file = io.BytesIO()
    Image.fromarray(large).save(file, "PNG")
    as_uploaded = decode(file.getvalue()).image
    np.testing.assert_array_equal(seen[0], as_uploaded)
    assert as_uploaded.shape == (360, 480, 3)
    np.testing.assert_array_equal(labels, large[..., 0] > 128)
    small = large[::2, ::2]
    np.testing.assert_array_equal(shrunk(bright)(small), small[..., 0] > 128)
    np.testing.assert_array_equal(seen[1], small)


def test_the_command_says_at_which_size_it_read(data, weights, capsys):
    main(street(data, weights))
    full = json.loads(capsys.readouterr().out)
    main(street(data, weights, "--shrunk"))
    small = json.loads(capsys.readouterr().out)
    assert (full.pop("read_at"), small.pop("read_at")) == ("full size", "172,800 pixels at most")
    assert full == small  # these photos are small


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--split", "test"], "camvid/test should hold the folders images and labels"),
        (["--layout", "msrc"], "msrc has no meaning in label set 'street'"),
        (["--weights", "none.safetensors"], "no weights at none.safetensors"),
    ],
)
def test_errors_exit_with_one_sentence(data, weights, more, message):
    with pytest.raises(SystemExit) as stop:
        main(street(data, weights, *more))
    assert str(stop.value).startswith("evaluate: ")
    assert message in str(stop.value)
    assert "\n" not in str(stop.value)


def test_weights_of_another_net_exit_with_one_sentence(data, weights):
    with pytest.raises(SystemExit) as stop:
        main(street(data, weights, "--model", "fcn8s"))
    assert "holds fcn32s for street photos: wanted fcn8s" in str(stop.value)
    assert "\n" not in str(stop.value)


def test_a_broken_photo_exits_with_one_sentence(data, weights):
    photo = data / "camvid" / "val" / "images" / "photo0.jpg"
    photo.write_bytes(b"not a photo")
    with pytest.raises(SystemExit, match=r"evaluate: .*photo0.jpg"):
        main(street(data, weights))


def test_labels_of_another_size_exit_with_their_name(data, weights):
    labels = data / "camvid" / "val" / "labels"
    shutil.copy(data / "camvid" / "val" / "images" / "photo0.jpg", labels / "photo0.png")  # a JPEG
    with pytest.raises(SystemExit, match=r"evaluate: labels/photo0.png: This label map is not a PNG file"):
        main(street(data, weights))


def test_a_wrong_choice_lists_the_right_ones(data, weights, capsys):
    with pytest.raises(SystemExit):
        main(street(data, weights, "--model", "unet"))
    assert "fcn32s" in capsys.readouterr().err
