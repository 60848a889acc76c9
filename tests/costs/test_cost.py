"""What nets cost: counted by hand and by the layer table."""

from __future__ import annotations

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import _get_current_dispatch_mode

from seglib.claims.files import read_scoreboard
from seglib.costs import cost
from seglib.labels import EVERYDAY
from seglib.models import MODELS


def test_multiply_adds_by_hand() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1, stride=2, groups=2))
    x = torch.zeros(1, 3, 6, 8)
    # 48 places x 4 kernels of 27 weights, then 12 places x 2 kernels of 2.
    assert cost.multiply_adds(lambda: net(x)) == 48 * 4 * 27 + 12 * 2 * 2


def test_convolutions_outside_of_a_layer_count_too() -> None:
    x, weight = torch.zeros(1, 3, 6, 8), torch.zeros(4, 3, 3, 3)
    assert cost.multiply_adds(lambda: F.conv2d(x, weight)) == 4 * 6 * 4 * 27  # 4 x 6 places, 4 kernels of 27 weights


def test_counting_ends_even_after_an_error() -> None:
    net, x = nn.Conv2d(1, 1, 1), torch.zeros(1, 1, 2, 3)
    with pytest.raises(ZeroDivisionError):
        cost.multiply_adds(lambda: net(x) / (1 // 0))
    assert not net._forward_hooks
    assert _get_current_dispatch_mode() is None
    assert cost.multiply_adds(lambda: net(x)) == 6


@pytest.mark.parametrize("name", ["fcn8s", "pyramid"])
def test_the_shipped_figures_are_those_of_the_nets(name) -> None:
    net = cost.build(name).eval()
    with torch.inference_mode():
        counted = cost.multiply_adds(lambda: net(torch.zeros(1, 3, *cost.SIZE)))
    assert read_scoreboard()["costs"][name]["multiply_adds"] == counted


def test_a_net_is_measured_in_processes_of_its_own_and_its_memory_repeats() -> None:
    found, again = (cost.measure_apart("shallow8") for _ in range(2))
    assert found.parameters == sum(p.numel() for p in MODELS["shallow8"](cost.CLASSES).parameters())
    assert found.multiply_adds > 1e8
    assert found.milliseconds > 0
    assert found.peak_bytes > 2**20
    assert found.peak_bytes == pytest.approx(again.peak_bytes, abs=2**20)


def test_the_command_prints_json(capsys, monkeypatch) -> None:
    monkeypatch.setattr(cost, "RUNS", 1)
    monkeypatch.setattr(cost, "SIZE", (33, 65))
    threads = torch.get_num_threads()
    try:
        cost.main(["fcn32s"])
    finally:
        torch.set_num_threads(threads)
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"parameters", "multiply_adds", "milliseconds", "peak_bytes"}
    assert printed["parameters"] == sum(p.numel() for p in cost.build("fcn32s").parameters())


def test_a_net_is_that_of_everyday_photos() -> None:
    assert cost.build("fcn8s").num_classes == len(EVERYDAY)


def test_a_wrong_name_is_said() -> None:
    with pytest.raises(ValueError, match="no net 'unet': there are fcn32s"):
        cost.build("unet")
