"""The bill for resolution: memory and time of one photo, measured: ``python -m seglib.costs.bill --out FILE``.

Stop subsampling earlier, and every layer after that computes four times as many units for each halving of the output
stride. Dilation keeps the window, at the same bill. Here one photo goes through `fcn8s` and through trunks that stop
subsampling at stride 8, 4, 2 and 1, with dilation in its place or nothing; random weights cost what trained ones do.
Each net runs in a process of its own that may use so much memory and so many seconds, and no more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seglib.assets import ASSETS, read_json
from seglib.costs import memory
from seglib.labels import EVERYDAY

if TYPE_CHECKING:
    from torch import nn

FILE = ASSETS / "statistics" / "bill.json"
SIZE = (360, 480)
STRIDES = (8, 4, 2, 1)
NETS = [("fcn8s", 32), *((name, stride) for stride in STRIDES for name in ("dilated", "plain"))]
CLASSES = len(EVERYDAY)
FLOAT = 4  # bytes
NO_ROOM = ("memory", "could not create a primitive")  # the latter is oneDNN's, for the code that it writes


@dataclass(frozen=True)
class Limits:
    """What one net may use."""

    megabytes: int = 6000  # on top of what the process needs before the photo comes
    seconds: float = 120.0


@dataclass(frozen=True)
class Item:
    """One net's line on the bill."""

    net: str
    stride: int  # one unit every so many px in the deepest layers
    multiply_adds: int  # of all convolutions
    estimated_bytes: int  # the widest block's maps, and the features that are kept
    seconds: float | None = None  # of one core, the fastest of some runs
    peak_bytes: int | None = None  # what the photo needed at its worst moment, over what was there before
    failure: str = ""  # "memory" or "time" if the limits ended it, else what went wrong


def _build(net: str, stride: int) -> nn.Module:
    """The net of one line, with random weights."""
    from seglib.models import create_model  # noqa: PLC0415 - torch, which the chart does not need
    from seglib.models.dense import DenseNet  # noqa: PLC0415
    from seglib.models.folding import fold_norms  # noqa: PLC0415

    if net == "fcn8s":
        return fold_norms(create_model(net, CLASSES))
    return fold_norms(DenseNet(CLASSES, fill=net == "dilated", stride=stride))


def estimate(net: str, stride: int, size: tuple[int, int] = SIZE) -> Item:
    """A line without measurements: one photo that has a shape and no pixels, through the net."""
    import torch  # noqa: PLC0415
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    model, maps = _build(net, stride).to("meta"), []
    for layer in model.trunk.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _inputs, made: maps.append(FLOAT * made.numel()))
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(torch.empty(1, 3, *size, device="meta"))
    logits = FLOAT * CLASSES * size[0] * size[1]
    # At its worst a block holds the maps of three layers in a row; ReLU6 makes none of its own.
    widest = max(sum(maps[at : at + 3]) for at in range(len(maps)))
    return Item(net, stride, counter.get_total_flops() // 2, widest + logits)


def measure(net: str, stride: int, size: tuple[int, int], megabytes: int) -> dict:
    """Run one photo through a net in this process, whose memory stays limited afterwards."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = _build(net, stride)
    photo = torch.randn(1, 3, *size).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        model(photo[..., :33, :33])  # what libraries set up once is not the photo's
        in_use = memory.status("VmSize")
        if in_use:
            resource.setrlimit(resource.RLIMIT_AS, (in_use + megabytes * 2**20,) * 2)
        before, seconds = memory.start_peak(), []
        try:
            while len(seconds) < 3 and sum(seconds) < 4:
                start = time.process_time()  # what others do on this machine meanwhile is not on the bill
                model(photo)
                seconds.append(time.process_time() - start)
        except RuntimeError as error:  # torch's way to say that an allocation failed
            return {"failure": "memory" if any(words in str(error) for words in NO_ROOM) else str(error)[:200]}
        except MemoryError:
            return {"failure": "memory"}
    return {"seconds": min(seconds), "peak_bytes": max(memory.peak() - before, 0)}


def item(
    net: str,
    stride: int,
    size: tuple[int, int] = SIZE,
    limits: Limits | None = None,
    stop: threading.Event | None = None,
) -> Item:
    """One line, measured in a process of its own, which ends at its limits or when ``stop`` is set."""
    limits = limits or Limits()
    words = [net, str(stride), f"{size[0]}x{size[1]}", str(limits.megabytes)]
    line = asdict(estimate(net, stride, size))
    process = subprocess.Popen(
        [sys.executable, "-m", "seglib.costs.bill", "--one", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parent.parent.parent,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + limits.seconds
    try:
        while True:
            try:
                out, err = process.communicate(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                if stop is not None and stop.is_set():
                    return Item(**line | {"failure": "stopped"})
                if time.monotonic() > deadline:
                    return Item(**line | {"failure": "time"})
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:  # a library that cannot allocate may also end its process
        ended = (err.strip().splitlines() or [f"exit code {process.returncode}"])[-1][:200]
        return Item(**line | {"failure": "memory" if process.returncode < 0 or "memory" in ended else ended})
    return Item(**line | json.loads(out))


def items(
    size: tuple[int, int] = SIZE, limits: Limits | None = None, stop: threading.Event | None = None
) -> Iterator[Item]:
    """All lines, cheapest first; once a kind of net has hit a limit, its costlier ones are not tried."""
    ended: dict[str, str] = {}
    for net, stride in NETS:
        if stop is not None and stop.is_set():
            return
        if net in ended:
            yield Item(**asdict(estimate(net, stride, size)) | {"failure": ended[net]})
            continue
        line = item(net, stride, size, limits, stop)
        if line.failure:
            ended[net] = line.failure
        if line.failure != "stopped":
            yield line


def extrapolated(lines: list[Item]) -> list[Item]:
    """Lines that hit a limit with what they would cost, by the estimates, from their kind's last measured one."""
    last: dict[str, Item] = {}
    extrapolations = []
    for line in lines:
        if line.seconds is not None:
            last[line.net] = line
        elif line.net in last:
            base = last[line.net]
            extrapolations.append(
                Item(
                    **asdict(line)
                    | {
                        "seconds": base.seconds * line.multiply_adds / base.multiply_adds,
                        "peak_bytes": round(base.peak_bytes * line.estimated_bytes / base.estimated_bytes),
                    }
                )
            )
    return extrapolations


def machine() -> str:
    """What was measured on, in words."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, one of {os.cpu_count()} cores"


def read_bill(path: Path = FILE) -> tuple[dict, list[Item]]:
    """What was measured beforehand: the circumstances, and the lines."""
    content = read_json(path)
    return content, [Item(**line) for line in content.pop("items")]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.costs.bill", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write the bill to this JSON file")
    parser.add_argument("--size", default=f"{SIZE[0]}x{SIZE[1]}", help="rows x columns of the photo")
    parser.add_argument("--megabytes", type=int, default=Limits.megabytes)
    parser.add_argument("--seconds", type=float, default=Limits.seconds)
    parser.add_argument("--one", nargs=4, metavar=("NET", "STRIDE", "SIZE", "MEGABYTES"), help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.one:
        net, stride, size, megabytes = args.one
        print(json.dumps(measure(net, int(stride), tuple(map(int, size.split("x"))), int(megabytes))))
        return
    size = tuple(map(int, args.size.split("x")))
    lines = []
    for line in items(size, Limits(args.megabytes, args.seconds)):
        lines.append(line)
        print(json.dumps(asdict(line)), flush=True)
    if args.out:
        content = {
            "size": size,
            "machine": machine(),
            "command": "python -m seglib.costs.bill --out assets/statistics/bill.json",
            "limits": {"megabytes": args.megabytes, "seconds": args.seconds},
            "items": [asdict(line) for line in lines],
        }
        args.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
