"""Weights on disk: what is saved comes back, and nothing damaged or foreign is let in."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from seglib.labels import LABEL_SETS
from seglib.models import MODELS, create_model, weights
from seglib.models.cards import WEIGHTS, WeightsError, all_nets, read_card, shipped_nets, views_in_all, weights_path
from seglib.models.fcn import STREAMS
from seglib.models.prediction import predict
from seglib.models.weights import load_model, read_tensors, save_weights
from seglib.training.held_out import group_names

CARD = {"name": "fcn32s", "labels": "street"}
SHIPPED = sorted(set(WEIGHTS.glob("*.safetensors")) - {WEIGHTS / "imagenet.safetensors"})  # that one: test_imagenet


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, nn.Module]:
    """A random net, and the file it was saved in."""
    torch.manual_seed(0)
    model = create_model("fcn32s", len(LABEL_SETS["street"])).eval()
    path = tmp_path / "street-fcn32s.safetensors"
    save_weights(path, model, CARD)
    return path, model


def with_matching_card(path: Path, data: bytes) -> Path:
    """Write ``data`` and a card that vouches for it."""
    path.write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(CARD | {"sha256": hashlib.sha256(data).hexdigest()}))
    return path


def test_a_saved_net_comes_back_to_half_precision_and_whole_numbers_exactly(saved):
    path, model = saved
    loaded = load_model("fcn32s", "street", path, fold=False).state_dict()
    assert loaded.keys() == model.state_dict().keys()
    for key, value in model.state_dict().items():
        assert loaded[key].dtype == value.dtype
        if value.is_floating_point():
            torch.testing.assert_close(loaded[key], value.half().float(), rtol=0, atol=0)
        else:
            assert torch.equal(loaded[key], value)


def test_a_file_with_a_tensor_too_few_or_too_many_is_refused(tmp_path):
    path = tmp_path / "street-fcn32s.safetensors"
    tensors = create_model("fcn32s", len(LABEL_SETS["street"])).state_dict()
    lacking = {key: value for key, value in tensors.items() if key != "trunk.stem.1.running_var"}
    for wrong in (lacking, tensors | {"trunk.extra": torch.zeros(1)}):
        with_matching_card(path, safetensors.torch.save(wrong))
        with pytest.raises(
            WeightsError, match=r"street-fcn32s.safetensors does not fit fcn32s, whatever its card says"
        ):
            load_model("fcn32s", "street", path)


def test_folded_and_unfolded_are_the_same_net(saved):
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    folded, whole = (load_model("fcn32s", "street", saved[0], fold=fold) for fold in (True, False))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in whole.modules())
    np.testing.assert_allclose(
        predict(folded, image).probabilities, predict(whole, image).probabilities, rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("fold", [True, False])
def test_a_loaded_net_is_ready_to_predict(saved, fold):
    model = load_model("fcn32s", "street", saved[0], fold=fold)
    assert not model.training
    assert all(p.dtype == torch.float32 for p in model.parameters())
    assert model.num_classes == 11


def test_saving_makes_the_folder_and_completes_the_card(tmp_path):
    path = tmp_path / "new" / "net.safetensors"
    save_weights(path, nn.Linear(2, 1), {"name": "line", "recipe": {"seed": 3}})
    card = read_card(path)
    assert card["name"] == "line"
    assert card["recipe"] == {"seed": 3}
    assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card["bytes"] == path.stat().st_size


def test_one_changed_byte_is_noticed(saved):
    path, _ = saved
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"street-fcn32s.safetensors is damaged: its sha256 is"):
        load_model("fcn32s", "street", path)


def test_half_a_file_is_noticed(saved):
    path, _ = saved
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="is damaged"):
        read_tensors(path)


def test_a_missing_card_is_named(saved):
    path, _ = saved
    path.with_suffix(".json").unlink()
    with pytest.raises(WeightsError, match=r"has no card: wanted street-fcn32s.json beside it"):
        load_model("fcn32s", "street", path)


@pytest.mark.parametrize(
    ("content", "message"), [(b"{", "is not JSON"), (b"\xff\xfe", "is not JSON"), (b"[1]", "is list: wanted an object")]
)
def test_a_damaged_card_is_one_sentence(saved, content, message):
    path, _ = saved
    path.with_suffix(".json").write_bytes(content)
    with pytest.raises(WeightsError, match=f"the card of street-fcn32s {message}"):
        load_model("fcn32s", "street", path)


def test_missing_weights_point_to_the_readme(tmp_path):
    with pytest.raises(WeightsError, match=r"no weights at none.safetensors: train them, see README"):
        load_model("fcn32s", "street", tmp_path / "none.safetensors")


@pytest.mark.parametrize("name", ["fcn16s", "fcn8s"])
def test_weights_of_another_net_are_refused(saved, name):
    with pytest.raises(WeightsError, match=f"wanted {name} for street"):
        load_model(name, "street", saved[0])


def test_weights_for_another_label_set_are_refused(saved):
    with pytest.raises(WeightsError, match="street"):
        load_model("fcn32s", "everyday", saved[0])


def test_a_file_that_is_too_large_is_not_read(saved, monkeypatch):
    monkeypatch.setattr(weights, "MAX_BYTES", 1000)
    with pytest.raises(WeightsError, match="bytes: wanted at most 1000"):
        read_tensors(saved[0])


class Bomb:
    """Unpickling it would leave a trace."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)


def test_a_pickle_is_never_unpickled(tmp_path):
    path = with_matching_card(tmp_path / "street-fcn32s.safetensors", pickle.dumps(Bomb()))
    with pytest.raises(Exception, match=r"(?i)header|safetensors"):
        load_model("fcn32s", "street", path)
    assert not Bomb.exploded


@pytest.mark.parametrize("data", [pickle.dumps({"a": 1}), b"", b"\xff" * 100], ids=["pickle", "empty", "garbage"])
def test_a_file_that_is_not_safetensors_is_a_weights_error(tmp_path, data):
    path = with_matching_card(tmp_path / "street-fcn32s.safetensors", data)
    with pytest.raises(WeightsError, match=r"street-fcn32s.safetensors"):
        read_tensors(path)


def test_unknown_names_list_those_there_are(saved):
    with pytest.raises(ValueError, match="no model 'unet': there are fcn32s"):
        load_model("unet", "street", saved[0])
    with pytest.raises(ValueError, match="no label set 'moon': there are everyday, street"):
        load_model("fcn32s", "moon", saved[0])


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_the_whole_family_is_shipped_and_each_net_is_small(labels):
    nets = shipped_nets(labels)
    assert list(nets) == list(STREAMS)
    assert nets.keys() <= MODELS.keys()
    assert all(card["parameters"] <= 4_000_000 for card in nets.values())


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_finer_streams_score_better_on_validation(labels):
    scores = [card["figures"]["mean_iou"] for card in shipped_nets(labels).values()]
    assert scores == sorted(scores)


LONGER = {"shallow8", "pyramid", "pyramid1", "deeplab"}  # what is new in them has most to learn: at least as long
PAIRS = (("plain8", "dilated8"), ("pyramid1", "pyramid"))  # held against each other, too


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_no_net_is_ahead_for_a_longer_schedule(labels):
    cards = {net: read_card(weights_path(net, labels)) for net in all_nets(labels)}
    assert len(cards) == 10
    assert all(card["init"] for card in cards.values())
    usual = cards["fcn32s"]
    for net in set(cards) - LONGER:
        assert views_in_all(cards[net]) == views_in_all(usual)
        assert cards[net]["recipe"] == usual["recipe"]
    assert all(views_in_all(cards[net]) >= views_in_all(usual) for net in LONGER)
    for one, other in PAIRS:  # however long
        assert views_in_all(cards[one]) == views_in_all(cards[other])
        assert cards[one]["recipe"] == cards[other]["recipe"]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_weights_load_and_are_the_net_that_their_card_says(path):
    card = read_card(path)
    # Exactly the name, or a variant of it: fcn8s_balanced is an fcn8s by another recipe.
    assert path.stem.partition("_")[0] == weights_path(card["name"], card["labels"]).stem
    assert card["classes"] == list(LABEL_SETS[card["labels"]].classes)
    model = load_model(card["name"], card["labels"], path)
    assert card["streams"] == list(model.strides)
    whole = load_model(card["name"], card["labels"], path, fold=False)
    assert card["parameters"] == sum(p.numel() for p in whole.parameters())
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
    image = np.full((20, 30, 3), 200, np.uint8)
    assert np.isfinite(predict(model, image).probabilities).all()


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_cards_of_shipped_weights_tell_data_recipe_and_figures(path):
    card = read_card(path)
    assert {"train", "validation"} <= card["data"].keys()
    assert {"epochs", "seed", "augmentation"} <= card["recipe"].keys()
    assert 0 < card["figures"]["mean_iou"] < 1
    assert 0 < card["figures"]["pixel_accuracy"] < 1
    assert set(card["figures"]["iou"]) == set(group_names(card["labels"])) >= set(LABEL_SETS[card["labels"]].classes)
