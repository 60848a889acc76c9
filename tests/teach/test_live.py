"""Small nets that are trained live: they learn, repeat to the bit, and keep to their bounds."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from seglib.labels import IGNORE
from seglib.models.fcn import fuse
from seglib.photos import load_photo
from seglib.teach.live import CHANNELS, Epoch, LivePhoto, count_weights, create_net, live_photo, train_live
from seglib.teach.live_settings import CROP, SIDE, STARTS, Settings
from seglib.teach.nets import imagenet_net

SCRATCH = Settings(start="scratch", learning_rate=0.01)


@pytest.fixture
def fields(three_fields) -> LivePhoto:
    image, truth = three_fields
    return live_photo(image, truth)


def test_a_photo_is_shrunk_and_padded_with_void() -> None:
    image, labels = np.zeros((400, 512, 3), np.uint8), np.zeros((400, 512), np.uint8)
    photo = live_photo(image, labels)
    assert photo.size == (200, SIDE)
    assert photo.labels.shape == (225, 257)
    assert (photo.labels[:200, :256] == 0).all()
    assert (photo.labels[200:] == IGNORE).all()
    assert photo.inputs[1].shape == (3, 225, 257)
    narrow = live_photo(np.zeros((64, 512, 3), np.uint8), np.zeros((64, 512), np.uint8))
    assert narrow.labels.shape == (CROP, 257)


def test_features_fit_the_labels_grid_by_grid() -> None:
    photo = live_photo(load_photo("coins"), np.zeros((303, 384), np.uint8), imagenet_net())
    for stride, channels in CHANNELS.items():
        height, width = ((side - 1) // stride + 1 for side in photo.labels.shape)
        assert photo.inputs[stride].shape == (channels, height, width)


def test_labels_of_another_size() -> None:
    with pytest.raises(ValueError, match="must match"):
        live_photo(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 41), np.uint8))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("skips", [True, False])
def test_nets_are_fcns_of_tens_of_thousands_of_weights(start: str, skips: bool) -> None:
    net = create_net(Settings(start=start, skips=skips), 11)
    assert 5_000 < count_weights(net) < 60_000
    if start == "scratch":
        inputs = {1: torch.zeros(2, 3, CROP, CROP)}
    else:
        inputs = {s: torch.zeros(2, c, (CROP - 1) // s + 1, (CROP - 1) // s + 1) for s, c in CHANNELS.items()}
    streams = net.streams(inputs)
    assert len(streams) == (1 if not skips else 3 if start == "scratch" else 4)
    assert list(streams) == sorted(streams, reverse=True)
    assert fuse(streams, (CROP, CROP)).shape == (2, 11, CROP, CROP)


def test_same_settings_same_run(fields: LivePhoto) -> None:
    one, again, other = (
        list(islice(train_live(replace(SCRATCH, seed=seed), [fields], fields, 3), 3)) for seed in (0, 0, 1)
    )
    assert [epoch.packed for epoch in one] == [epoch.packed for epoch in again]
    assert [epoch.loss for epoch in one][1:] == [epoch.loss for epoch in again][1:]
    assert [epoch.loss for epoch in one][1:] != [epoch.loss for epoch in other][1:]


@pytest.mark.parametrize("overlap", [False, True])
def test_three_flat_colours_are_learnt(fields: LivePhoto, overlap: bool) -> None:
    epochs = list(islice(train_live(replace(SCRATCH, overlap=overlap), [fields], fields, 3), 13))
    assert [epoch.number for epoch in epochs] == list(range(13))
    assert epochs[-1].loss < 0.6 * epochs[1].loss
    assert epochs[-1].held_out_iou > 0.8 > epochs[0].held_out_iou
    assert epochs[-1].train_iou > 0.7
    assert epochs[-1].labels.shape == fields.size


def test_without_labels_to_hold_against_there_is_no_score(fields: LivePhoto) -> None:
    blank = LivePhoto(fields.inputs, np.full_like(fields.labels, IGNORE), fields.size)
    first: Epoch = next(train_live(SCRATCH, [fields], blank, 3))
    assert np.isnan(first.held_out_iou)
    with pytest.raises(ValueError, match="one at least"):
        next(train_live(SCRATCH, [blank], fields, 3))


def test_balance_is_a_setting(fields: LivePhoto) -> None:
    natural, inverse = (
        list(islice(train_live(replace(SCRATCH, balance=balance), [fields], fields, 3), 2))
        for balance in ("natural", "inverse")
    )
    assert natural[1].loss != inverse[1].loss
