"""The texture model on disk and from the command line: what is learnt is saved, scored, and nothing odd is let in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from seglib.before_convnets import weights
from seglib.before_convnets.classifier import TextureModel, fit
from seglib.before_convnets.weights import load_texture, save_texture, texture_path
from seglib.datasets import find_pairs, read_as
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS
from seglib.models.cards import WeightsError, read_card
from seglib.training import evaluate, train_texture
from seglib.training.held_out import VALIDATION, group_names
from tests.conftest import write_data

SMALL = ["--side", "64", "--textons", "6", "--colours", "48", "--patches", "1200", "--windows", "4", "20"]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model learnt from tiny photos by the command line: the data and the file."""
    folder = tmp_path_factory.mktemp("texture")
    data, out = write_data(folder / "data"), folder / "everyday.safetensors"
    train_texture.main(["--data", str(data), "--out", str(out), *SMALL])
    return data, out


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, TextureModel]:
    """A model of random numbers, and its file."""
    rng = np.random.default_rng(0)
    histograms = rng.dirichlet(np.ones(2 * (5 + 4)), 40).astype(np.float32)
    model = TextureModel(
        EVERYDAY,
        {"texture": rng.normal(size=(5, 10)).astype(np.float32), "colour": rng.normal(size=(4, 3)).astype(np.float32)},
        fit(histograms, np.repeat([0, 3, 7, 10], 10), examples=3),
        ("texture", "colour"),
        (1, 3),
        cell=4,
        side=96,
    )
    path = tmp_path / "everyday.safetensors"
    save_texture(path, model, {})
    return path, model


def rewrite(path: Path, arrays: dict | None = None, data: bytes | None = None, **settings: object) -> None:
    """Change a saved model, with a card that vouches for it."""
    card = read_card(path)
    if arrays is not None:
        data = safetensors.numpy.save(safetensors.numpy.load(path.read_bytes()) | arrays)
    if data is not None:
        path.write_bytes(data)
    card["settings"] |= settings
    card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(card))


def test_the_colours_of_the_tiny_photos_are_learnt(learnt: tuple[Path, Path]) -> None:
    data, out = learnt
    figures = read_card(out)["figures"]
    assert figures["images"] == 2 * len(VALIDATION["everyday"])
    figures = figures["sets"]["msrc"]
    assert figures["images"] == 2
    # 23 colours mean 15 classes here, and other classes in five other data sets; guessing gives a fifteenth or so.
    assert figures["pixel_accuracy"] > 0.3
    pairs = find_pairs(data / "msrc", "val")
    reading = read_as("msrc", EVERYDAY)
    again = evaluate.summary(evaluate.evaluate(load_texture("everyday", out), pairs, reading), reading.group_names, 2)
    assert again["pixel_accuracy"] == figures["pixel_accuracy"]


def test_evaluate_scores_it_as_it_scores_a_net(learnt: tuple[Path, Path], capsys: pytest.CaptureFixture) -> None:
    data, out = learnt
    where = ["--data", str(data / "msrc"), "--layout", "msrc", "--split", "val"]
    evaluate.main(["--labels", "everyday", "--model", "texture", "--weights", str(out), *where])
    figures = json.loads(capsys.readouterr().out)
    assert figures["model"] == "texture"
    assert set(figures["iou"]) == set(EVERYDAY.classes)
    with pytest.raises(SystemExit, match="evaluate: no weights at nothing"):
        evaluate.main(["--model", "texture", "--weights", "nothing.safetensors", *where])


def test_training_without_data_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"train_texture: .*should hold the folders images and labels"):
        train_texture.main(["--data", str(tmp_path), "--out", str(tmp_path / "x.safetensors")])


def test_partial_labels_are_given_the_likeliest_class_they_allow() -> None:
    # Words 0, 1, 2 mean classes 0, 1, 2; a partial label "1 or 2" is put on histograms of word 2.
    histograms = np.repeat(np.eye(3, 3), 10, 0)
    members = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]], bool)
    targets = np.repeat([0, 1, 2], 10)
    targets[25:] = 3
    classifier = train_texture.fit_partial(histograms, targets, members, train_texture.Recipe())
    np.testing.assert_array_equal(classifier.scores(np.eye(3, dtype=np.float32), "linear").argmax(1), [0, 1, 2])
    # Where none of the allowed classes was ever seen, the window teaches nothing.
    unseen = np.where(targets == 3, 3, np.where(targets == 0, 0, 0))
    unseen[10:20] = 0
    with pytest.raises(ValueError, match="wanted two at least"):
        train_texture.fit_partial(histograms, unseen, members, train_texture.Recipe())


def test_void_windows_are_not_learnt_from() -> None:
    recipe = train_texture.Recipe(side=64, cell=4, windows=(4,), kinds=("place",))
    image, target = np.zeros((32, 32, 3), np.uint8), np.full((32, 32), IGNORE, np.uint8)
    target[:8, :8] = 3
    histograms, targets = train_texture.sample_windows(
        iter([(image, target)]), {}, recipe, 50, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(targets, [3] * 4)
    np.testing.assert_allclose(histograms.sum(1), 1)


def test_what_is_saved_comes_back_to_half_precision(saved: tuple[Path, TextureModel]) -> None:
    path, model = saved
    loaded = load_texture("everyday", path)
    assert (loaded.kinds, loaded.radii, loaded.cell, loaded.side) == (model.kinds, model.radii, model.cell, model.side)
    for kind, words in model.words.items():
        np.testing.assert_array_equal(loaded.words[kind], words.astype(np.float16))
    np.testing.assert_array_equal(loaded.classifier.weight, model.classifier.weight.astype(np.float16))
    np.testing.assert_array_equal(loaded.classifier.example_classes, model.classifier.example_classes)


@pytest.mark.parametrize("kind", ["linear", "nearest"])
@pytest.mark.parametrize("size", [(1, 1), (7, 200), (150, 90)])
def test_every_size_of_photo_gets_a_map(saved: tuple[Path, TextureModel], size: tuple[int, int], kind: str) -> None:
    model = saved[1]
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    for factor in (0.25, 1, 4):
        found = model.label_map(model.count_words(image), size, kind, factor)
        assert found.shape == size
        assert set(np.unique(found)) <= {0, 3, 7, 10}


def test_damage_and_absence_are_named(saved: tuple[Path, TextureModel]) -> None:
    path, _ = saved
    with pytest.raises(ValueError, match="no label set 'cosmic'"):
        load_texture("cosmic", path)
    with pytest.raises(WeightsError, match="wanted texture for street"):
        load_texture("street", path)
    with pytest.raises(WeightsError, match=r"no weights at other\.safetensors"):
        load_texture("everyday", path.with_name("other.safetensors"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="is damaged"):
        load_texture("everyday", path)
    path.with_suffix(".json").write_text("[")
    with pytest.raises(WeightsError, match="is not JSON"):
        load_texture("everyday", path)
    path.with_suffix(".json").write_text("[]")
    with pytest.raises(WeightsError, match="wanted an object"):
        load_texture("everyday", path)
    path.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match="has no card"):
        load_texture("everyday", path)


def test_a_file_that_is_too_large_is_not_read(
    saved: tuple[Path, TextureModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "MAX_BYTES", 100)
    with pytest.raises(WeightsError, match="wanted at most 100"):
        load_texture("everyday", saved[0])


ODD_ARRAYS = {
    "left over": ({"more": np.zeros(3, np.float16)}, "it holds"),
    "type": ({"bias": np.zeros(4, np.float32)}, "bias is"),
    "not finite": ({"bias": np.full(4, np.nan, np.float16)}, "not finite"),
    "shape": ({"weight": np.zeros((4, 17), np.float16)}, "weight is"),
    "dimensions": ({"weight": np.zeros(4, np.float16)}, "weight is"),
    "class": ({"classes": np.array([0, 3, 7, 200], np.uint8)}, "classes"),
    "order": ({"classes": np.array([0, 7, 3, 10], np.uint8)}, "classes"),
    "word": ({"words.colour": np.zeros((4, 5), np.float16)}, "words of colour"),
    "no word": ({"words.colour": np.zeros((0, 3), np.float16)}, "words of colour"),
    "negative": ({"examples": np.full((12, 18), -1, np.float16)}, "none of them negative"),
    "example class": ({"example_classes": np.zeros(12, np.uint8)}, "not every class"),
}


@pytest.mark.parametrize("name", ODD_ARRAYS)
def test_odd_arrays_are_refused_whatever_the_card_says(saved: tuple[Path, TextureModel], name: str) -> None:
    arrays, words = ODD_ARRAYS[name]
    rewrite(saved[0], arrays)
    with pytest.raises(WeightsError, match=words):
        load_texture("everyday", saved[0])


@pytest.mark.parametrize(
    "settings",
    [
        {"kinds": []},
        {"kinds": ["sound"]},
        {"kinds": ["texture", "texture"]},
        {"kinds": "texture"},
        {"kinds": [["texture"]]},
        {"radii": []},
        {"radii": [-1, 3]},
        {"radii": [1, 10**9]},
        {"radii": [True, 3]},
        {"radii": [1, 3, 3, 3, 3]},
        {"cell": 0},
        {"cell": 4.0},
        {"side": 10**9},
        {"side": None},
    ],
    ids=str,
)
def test_odd_settings_are_refused(saved: tuple[Path, TextureModel], settings: dict) -> None:
    rewrite(saved[0], **settings)
    with pytest.raises(WeightsError, match="is no texture model"):
        load_texture("everyday", saved[0])


def test_what_is_no_safetensors_file_is_refused(saved: tuple[Path, TextureModel]) -> None:
    rewrite(saved[0], data=b"\x80\x04cos\nsystem\n.")
    with pytest.raises(WeightsError, match="is not a safetensors file"):
        load_texture("everyday", saved[0])


@pytest.mark.parametrize("labels", [path.stem for path in texture_path("").parent.glob("*.safetensors")])
def test_the_shipped_model_is_what_its_card_says(labels: str) -> None:
    path = texture_path(labels)
    card, model = read_card(path), load_texture(labels)
    assert card["recipe"]["seed"] == 0
    assert card["minutes"] <= 5
    assert {"train", "validation"} <= card["data"].keys()
    assert set(card["figures"]["iou"]) == set(group_names(labels)) >= set(LABEL_SETS[labels].classes)
    assert card["figures"]["pixel_accuracy"] >= 0.6
    assert model.kinds == tuple(card["recipe"]["kinds"])
