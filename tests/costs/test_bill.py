"""The bill: estimates worked by hand, processes that are bounded and can be killed, extrapolation, the file."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from dataclasses import replace

import pytest

from seglib.costs import bill
from seglib.models.dilated import dilated_table
from seglib.models.trunk import layer_table

SMALL = (33, 33)


def test_multiply_adds_grow_fourfold_where_subsampling_goes() -> None:
    """Layers after stride 8 do 4 times (stage 16) and 16 times (stage 32) as much at stride 8."""
    size = (321, 481)  # 32 m + 1: nothing is padded
    strided, dense = bill.estimate("fcn8s", 32, size), bill.estimate("dilated", 8, size)
    work, channels, jump = {False: 0, True: 0}, 3, 1
    for before, after in zip(layer_table(), dilated_table(8), strict=True):
        assert before.channels == after.channels
        jump *= before.stride
        for is_dense in work:
            grid = min(jump, 8) if is_dense else jump
            units = ((size[0] - 1) // grid + 1) * ((size[1] - 1) // grid + 1)
            work[is_dense] += units * before.kernel**2 * channels * before.channels
        channels = before.channels
    assert strided.multiply_adds == work[False]
    assert dense.multiply_adds == work[True]
    assert dense.multiply_adds == bill.estimate("plain", 8, size).multiply_adds


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
    dilated = {line.stride: line for line in lines if line.net == "dilated"}
    assert dilated[1].peak_bytes > 4 * dilated[8].peak_bytes
    assert dilated[1].seconds > 16 * dilated[8].seconds
