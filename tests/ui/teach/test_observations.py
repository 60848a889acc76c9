"""Sentences of the page Teach it: each in both faces, from data made by hand."""

from __future__ import annotations

import numpy as np

from seglib.ui.teach import observations

NAMES = {32: "32", 4: "4"}


def test_fine_layers_are_confetti_or_the_coarse_one_is() -> None:
    calm, confetti = np.zeros((4, 4), np.uint8), np.indices((4, 4)).sum(0).astype(np.uint8) % 2
    fine = observations.fine_layers_are_confetti({32: calm, 4: confetti}, NAMES)
    assert fine.holds
    assert "32 1, 4 16." in fine.words
    assert not observations.fine_layers_are_confetti({32: confetti, 4: calm}, NAMES).holds
    assert observations.fine_layers_are_confetti({32: calm}, NAMES) is None


def test_the_sum_is_best_or_not() -> None:
    best = observations.sum_is_best({"32": 0.6, "4": 0.5}, 0.7)
    assert best.holds
    assert "the best single layer is **32** with 60.0 % mean IoU, all together reach 70.0 %" in best.words
    assert not observations.sum_is_best({"32": 0.6, "4": 0.5}, 0.55).holds
    assert observations.sum_is_best({}, 0.55) is None


def test_textons_and_random_weights_keep_up_or_not() -> None:
    for sentence in (observations.textons_do_well, observations.random_is_something):
        assert sentence(0.7, 0.8).holds
        behind = sentence(0.3, 0.8)
        assert not behind.holds
        assert "30.0 %" in behind.words
        assert "80.0 %" in behind.words


def measured(own: tuple[float, float], others: tuple[float, float]) -> dict[str, dict]:
    names = ("four layers", "random weights")
    return {name: {"own": {"mean_iou": own[k]}, "others": {"mean_iou": others[k]}} for k, name in enumerate(names)}


def test_imagenet_is_worth_more_on_other_photos_or_not() -> None:
    more = observations.imagenet_goes_farther(measured((73.6, 64.1), (50.9, 33.5)))
    assert more.holds
    assert "ImageNet 73.6 % on the painted photos, 50.9 % on others" in more.words
    assert not observations.imagenet_goes_farther(measured((73.6, 50.0), (50.9, 45.0))).holds
    assert observations.imagenet_goes_farther({"four layers": {"own": {"mean_iou": 1.0}}}) is None


def test_it_means_the_same_on_the_next_photo_or_not() -> None:
    same = observations.same_on_the_next({"Coins": 0.6, "Rocket": 0.4}, {"Coins": 0.3})
    assert same.holds
    assert "Coins 60.0 % against 30.0 %" in same.words
    assert "Rocket" not in same.words
    assert not observations.same_on_the_next({"Coins": 0.2}, {"Coins": 0.3}).holds
    assert observations.same_on_the_next({}, {}) is None


def test_photos_are_known_by_heart_not_yet_or_learnt() -> None:
    heart = observations.known_by_heart(0.9, 0.4, 30)
    assert heart.holds
    assert "After epoch 30 mean IoU is 90.0 % on the crops it learns from, 40.0 % on the photo" in heart.words
    early, learnt = observations.known_by_heart(0.2, 0.1, 2), observations.known_by_heart(0.8, 0.75, 50)
    assert not early.holds
    assert "not yet" in early.words
    assert not learnt.holds
    assert "holds on that photo, too" in learnt.words
    assert observations.known_by_heart(float("nan"), 0.1, 0) is None


def test_what_nothing_teaches_is_named() -> None:
    assert observations.cannot_know([]) is None
    assert "shows cat or dog: that it cannot know" in observations.cannot_know(["cat", "dog"]).words
