"""What nets cost: counted by hand and by the layer table."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from seglib.costs import cost
from seglib.models import MODELS


def test_multiply_adds_by_hand() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1, stride=2, groups=2))
    x = torch.zeros(1, 3, 6, 8)
    # 48 places x 4 kernels of 27 weights, then 12 places x 2 kernels of 2.
    assert cost.multiply_adds(net, lambda: net(x)) == 48 * 4 * 27 + 12 * 2 * 2


def test_hooks_are_gone_even_after_an_error() -> None:
    net = nn.Conv2d(1, 1, 1)
    with pytest.raises(ZeroDivisionError):
        cost.multiply_adds(net, lambda: 1 / 0)
    assert not net._forward_hooks


def test_a_net_is_measured_in_processes_of_its_own_and_its_memory_repeats() -> None:
    found, again = (cost.measure_apart("shallow8") for _ in range(2))
    assert found.parameters == sum(p.numel() for p in MODELS["shallow8"](11).parameters())
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
    assert set(json.loads(capsys.readouterr().out)) == {"parameters", "multiply_adds", "milliseconds", "peak_bytes"}


def test_a_wrong_name_is_said() -> None:
    with pytest.raises(ValueError, match="no net 'unet': there are fcn32s"):
        cost.build("unet")
