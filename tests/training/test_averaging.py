"""The net that is kept: its average worked by hand, and its norms on whole batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from seglib.models.prediction import to_input
from seglib.training.averaging import measure_norms, update_average


def test_the_average_moves_a_share_of_the_way_and_counters_are_copied():
    old, new = (torch.nn.BatchNorm1d(1) for _ in range(2))
    old.weight.data[:], new.weight.data[:] = 1.0, 2.0
    new.num_batches_tracked += 7
    update_average(old, new, decay=0.9)
    assert old.weight.item() == pytest.approx(1.1)
    assert old.num_batches_tracked == 7


def test_norms_are_measured_on_whole_batches_of_the_views():
    photos = np.random.default_rng(0).integers(256, size=(5, 9, 9, 3), dtype=np.uint8)
    views = [(photo, None) for photo in photos]
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).eval()
    measure_norms(net, views, number=5, batch=2)
    with torch.no_grad():
        pairs = [net[0](to_input(torch.from_numpy(photos[first : first + 2]))) for first in (0, 2)]
    mean, variance = (torch.stack([f(x, (0, 2, 3)) for x in pairs]).mean(0) for f in (torch.mean, torch.var))
    torch.testing.assert_close(net[1].running_mean, mean)
    torch.testing.assert_close(net[1].running_var, variance)
    assert not net.training
