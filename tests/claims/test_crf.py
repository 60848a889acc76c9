"""The claim about the CRF: what became of thin parts, in words that follow from the figures."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from seglib.claims import about_crf, about_systems
from seglib.claims.counts import THIN
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS
from seglib.metrics.boundary import thin_parts
from seglib.models.cards import read_card, weights_path
from seglib.photos import photo_truth


def test_words_follow_from_the_figures() -> None:
    gains, loses = {"street": (30.0, 35.4)}, {"everyday": (30.0, 20.0)}
    why = about_crf._why_thin_parts(gains | loses, (50, 20), ["street"])
    assert "Over the street photos thin parts gain, 30 to 35 % of them found" in why
    assert "everyday" not in why
    assert "A single photo does lose them: Rocket" in why
    assert why.endswith("the CRF costs points on street photos.")
    assert about_crf._why_thin_parts(loses, (50, 20), []) == ""
    assert "single" not in about_crf._why_thin_parts(gains, (20, 50), [])


def test_thin_parts_of_one_photo(monkeypatch) -> None:
    """A net that is always right, and a CRF that takes everything for one class."""
    truth = photo_truth(about_crf.SINGLE, EVERYDAY)
    right = np.where(truth == IGNORE, 0, truth)
    monkeypatch.setattr(about_crf, "load_model", lambda name, labels: None)
    monkeypatch.setattr(about_crf, "predict", lambda model, image: SimpleNamespace(labels=right))
    k = EVERYDAY.index("sky")
    monkeypatch.setattr(about_crf, "sharpened", lambda model, params: lambda image: np.full(image.shape[:2], k))
    before, after = about_crf.thin_parts_of(about_crf.SINGLE)
    thin = thin_parts(truth, THIN)
    assert before == 100
    assert after == pytest.approx(100 * (truth[thin] == k).mean())
    assert after < 50


@pytest.mark.parametrize("label_set_name", LABEL_SETS)
def test_why_the_large_field_costs_is_what_its_card_says(label_set_name: str) -> None:
    recipe = read_card(weights_path("deeplab", label_set_name))["recipe"]
    assert recipe["trunk_rate"] == 0  # "a trunk that stays as it is"
    words = about_systems._why_the_field_costs(label_set_name, 2.04)
    assert words.startswith(f"On {label_set_name} photos the large field costs 2.0 points")
    assert f"{recipe['epochs'] * recipe['views']:,} views" in words
