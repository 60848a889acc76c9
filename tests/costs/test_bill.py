"""The bill: estimates worked by hand, processes that are bounded and can be killed, extrapolation, the file."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from seglib.costs import bill
from seglib.models.lite0 import CHANNELS, block_table

SMALL = (33, 33)


def by_hand(size: tuple[int, int], coarsest: int, scored: tuple[int, ...]) -> int:
    """Multiply-adds of Lite0's trunk and 1x1 scores, block by block; no grid is coarser than ``coarsest``."""

    def units(stride: int) -> int:
        return ((size[0] - 1) // min(stride, coarsest) + 1) * ((size[1] - 1) // min(stride, coarsest) + 1)

    work, below = units(2) * 27 * 32, 2  # the stem
    for block in block_table():
        wide = block.channels_in * block.expansion
        if block.expansion > 1:
            work += units(below) * block.channels_in * wide
        work += units(block.stride) * wide * (block.layer.kernel**2 + block.channels_out)  # each channel by itself
        below = block.stride
    return work + sum(units(stride) * CHANNELS[stride] * bill.CLASSES for stride in scored)


def test_multiply_adds_grow_fourfold_where_subsampling_goes() -> None:
    """Layers after stride 8 do 4 times (stage 16) and 16 times (stage 32) as much at stride 8."""
    size = (321, 481)  # 32 m + 1: nothing is padded
    strided, dense = bill.estimate("fcn8s", 32, size), bill.estimate("dilated", 8, size)
    assert strided.multiply_adds == by_hand(size, 32, (32, 16, 8))
    assert dense.multiply_adds == by_hand(size, 8, (32,))
    assert dense.multiply_adds == bill.estimate("plain", 8, size).multiply_adds


@pytest.mark.parametrize(("net", "stride"), [("fcn8s", 32), ("dilated", 8), ("plain", 2)])
def test_a_photo_without_pixels_costs_what_a_real_one_does(net: str, stride: int) -> None:
    model = bill._build(net, stride)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        logits = model(torch.zeros(1, 3, 40, 53))
    assert logits.shape == (1, bill.CLASSES, 40, 53)
    assert bill.estimate(net, stride, (40, 53)).multiply_adds == counter.get_total_flops() // 2


def test_the_widest_maps_worked_by_hand() -> None:
    """fcn8s on 33x33 pixels: 32 channels narrowed to 16 and widened to 96, all on a grid of 17.

    The layers after that have as many channels, on a grid of 9.
    """
    widest = 4 * (32 + 16 + 96) * 17 * 17
    assert bill.estimate("fcn8s", 32, SMALL).estimated_bytes == widest + 4 * bill.CLASSES * 33 * 33


@pytest.mark.parametrize("net", ["dilated", "plain"])
def test_estimates_grow_with_resolution(net: str) -> None:
    lines = [bill.estimate(net, stride) for stride in bill.STRIDES]
    for coarse, fine in itertools.pairwise(lines):
        assert 3 < fine.multiply_adds / coarse.multiply_adds < 4.2
        assert 1 < fine.estimated_bytes / coarse.estimated_bytes < 4.2


def test_one_photo_is_measured_in_a_process_of_its_own() -> None:
    line = bill.item("dilated", 8, (97, 97))
    assert line.failure == ""
    assert 0 < line.seconds < 60
    assert line.peak_bytes > 4 * bill.CLASSES * 97 * 97  # the scores alone


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_the_memory_limit_ends_a_net_and_nothing_else() -> None:
    line = bill.item("dilated", 1, (161, 161), bill.Limits(megabytes=20, seconds=200))
    assert (line.failure, line.seconds) == ("memory", None)


def test_the_time_limit_kills_the_process() -> None:
    start = time.monotonic()
    line = bill.item("dilated", 1, SMALL, bill.Limits(seconds=0.3))
    assert (line.failure, line.seconds) == ("time", None)
    assert time.monotonic() - start < 30


def test_stop_kills_the_process_and_ends_the_bill() -> None:
    stop = threading.Event()
    stop.set()
    assert bill.item("dilated", 1, SMALL, stop=stop).failure == "stopped"
    assert list(bill.items(SMALL, stop=stop)) == []


def test_after_a_limit_the_costlier_nets_of_that_kind_are_not_tried(monkeypatch) -> None:
    tried = []

    def item(net, stride, size, limits, stop):
        tried.append((net, stride))
        line = bill.estimate(net, stride, size)
        return (
            replace(line, failure="time") if (net, stride) == ("dilated", 4) else replace(line, seconds=1, peak_bytes=1)
        )

    monkeypatch.setattr(bill, "item", item)
    lines = list(bill.items(SMALL))
    assert [(line.net, line.stride) for line in lines] == bill.NETS
    assert ("dilated", 2) not in tried
    assert ("plain", 1) in tried
    assert [line.failure for line in lines if line.net == "dilated"] == ["", "time", "time", "time"]


def test_extrapolation_goes_on_from_the_last_measured_net_of_its_kind() -> None:
    lines = [
        bill.Item("dilated", 8, 100, 10, seconds=2.0, peak_bytes=30),
        bill.Item("dilated", 4, 400, 40, failure="time"),
        bill.Item("plain", 4, 400, 40, failure="memory"),
    ]
    (found,) = bill.extrapolated(lines)
    assert (found.net, found.seconds, found.peak_bytes) == ("dilated", 8.0, 120)


def test_the_bill_in_the_box_says_how_it_was_made_and_fits_the_layer_tables() -> None:
    about, lines = bill.read_bill()
    assert about["command"].startswith("python -m seglib.costs.bill")
    assert about["machine"]
    assert [(line.net, line.stride) for line in lines] == bill.NETS
    for line in lines:
        fresh = bill.estimate(line.net, line.stride, tuple(about["size"]))
        assert (line.multiply_adds, line.estimated_bytes) == (fresh.multiply_adds, fresh.estimated_bytes), (
            f"the trunk has changed since: run {about['command']}"
        )
    # What took longer than the limit is on the page as an estimate.
    drawn = [*(line for line in lines if line.seconds), *bill.extrapolated(lines)]
    dilated = {line.stride: line for line in drawn if line.net == "dilated"}
    assert dilated[1].peak_bytes > 4 * dilated[8].peak_bytes
    assert dilated[1].seconds > 16 * dilated[8].seconds
