"""Is a photo like those a net knows: the distance against SciPy's, files, and strange pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest
import safetensors.numpy
from scipy.spatial.distance import mahalanobis

from seglib.models.cards import WeightsError, read_card, weights_path, write_with_card
from seglib.models.familiar import NET, Familiar, familiar_path, mean_features, read_familiar
from seglib.models.weights import load_model
from seglib.photos import load_photo
from seglib.training.familiar import strange_pictures

LABELS = "street"


def test_the_distance_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    known = rng.normal(size=(50, 6)) @ rng.normal(size=(6, 6))
    familiar = Familiar(known.mean(0), np.linalg.inv(np.cov(known.T)), 1.0, {})
    for features in known[:5]:
        assert familiar.distance(features) == pytest.approx(mahalanobis(features, familiar.mean, familiar.precision))
    squares = np.array([familiar.distance(features) for features in known]) ** 2
    assert squares.mean() == pytest.approx(6 * 49 / 50)  # the number of channels, up to the estimate's own part


@pytest.mark.parametrize("labels", ["street", "everyday"])
def test_what_ships_fits_the_net_that_ships(labels: str) -> None:
    familiar = read_familiar(labels)
    assert familiar.card["net"]["sha256"] == read_card(weights_path(NET, labels))["sha256"]
    assert familiar.card["auroc"] >= 0.95


def test_pages_and_cells_are_strange_to_street_nets() -> None:
    familiar, model = read_familiar(LABELS), load_model(NET, LABELS)
    pictures = dict(strange_pictures())
    for name in ("page", "retina", "checkers"):
        assert familiar.distance(mean_features(model, pictures[name])) > familiar.farthest


def test_a_large_photo_lies_where_the_small_one_does() -> None:
    familiar, model = read_familiar(LABELS), load_model(NET, LABELS)
    photo = load_photo("china")
    large = np.repeat(np.repeat(photo, 2, 0), 2, 1)
    near, far = (familiar.distance(mean_features(model, image)) for image in (photo, large))
    assert near == pytest.approx(far, rel=0.1)


@pytest.mark.parametrize("harm", ["other tensors", "other shapes", "no threshold", "cut"])
def test_a_damaged_file_is_one_sentence(tmp_path, harm: str) -> None:
    path, card = tmp_path / "street.safetensors", {"farthest": 3.0}
    tensors = {"mean": np.zeros(3, np.float32), "precision": np.eye(3, dtype=np.float32)}
    if harm == "other tensors":
        tensors = {"mean": tensors["mean"]}
    elif harm == "other shapes":
        tensors["precision"] = np.eye(2, dtype=np.float32)
    elif harm == "no threshold":
        card = {}
    data = safetensors.numpy.save(tensors)
    write_with_card(path, data[:-5] if harm == "cut" else data, card)
    with pytest.raises(WeightsError, match=r"street\.safetensors"):
        read_familiar("street", path)


def test_the_card_tells_how_it_was_measured() -> None:
    card = json.loads(familiar_path(LABELS).with_suffix(".json").read_text())
    assert card["photos"]["strange"] == len(dict(strange_pictures())) == len(card["distances"])
