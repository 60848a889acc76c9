"""What a net costs: parameters, multiply-adds, time and memory of one photo: ``python -m seglib.costs.cost NAME``.

Weights do not matter, so nets are built with random ones, and the nets of others can be asked without a network. The
texture classifier is the shipped one, and the CRF has the parameters chosen for it. Each is measured in a process of
its own: what one net leaves behind would make the next one look small.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from seglib.before_convnets.classifier import TextureModel
from seglib.before_convnets.weights import NAME as TEXTURE
from seglib.before_convnets.weights import load_texture
from seglib.costs import memory
from seglib.costs.bill import CLASSES
from seglib.crf.chosen import chosen_iterations, chosen_params
from seglib.crf.mean_field import mean_field
from seglib.crf.pairwise import CRFParams
from seglib.models import MODELS, create_model
from seglib.models.folding import fold_norms
from seglib.photos import load_photo

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE = (360, 480)
PEERS = ("lraspp_mobilenet_v3_large", "deeplabv3_mobilenet_v3_large", "fcn_resnet50")  # of torchvision
CRF = "crf"  # the fully connected CRF, on the probabilities of a net
RUNS = 9
SECONDS = 120
# glibc's malloc keeps freed memory for later: whether a photo fits in there is luck, 6 MB of it. Made to ask for and
# return every map at once, it repeats to 0.1 MB, but takes twice the time.
AT_ONCE = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a second one that spins would count as well


@dataclass(frozen=True)
class NetCost:
    """One net and one photo of `SIZE`."""

    parameters: int
    multiply_adds: int | None  # None for what does not run in torch: the texture model, the CRF
    milliseconds: float  # of one core, the median
    peak_bytes: int  # on top of what the process needed before


def multiply_adds(run: Callable[[], object]) -> int:
    """Multiply-adds of all convolutions and matrix products during ``run``: half of what torch counts as operations."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() // 2


def build(name: str) -> nn.Module | TextureModel | Callable[[np.ndarray], np.ndarray]:
    """A net of the family or of `PEERS`, untrained, the texture model, or the CRF; `ValueError` lists all names."""
    if name == TEXTURE:
        return load_texture("everyday")
    if name == CRF:
        return _refine
    if name in PEERS:
        from torchvision.models import segmentation  # noqa: PLC0415 - a second that our own nets need not wait

        return getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=CLASSES)
    if name not in MODELS:
        raise ValueError(f"no net {name!r}: there are {', '.join((*MODELS, *PEERS, TEXTURE, CRF))}")
    return create_model(name, CLASSES)


def _refine(photo: np.ndarray) -> np.ndarray:
    """Mean field on a photo and probabilities that are as good as any: what they are does not change the work."""
    probabilities = np.full((CLASSES, *photo.shape[:2]), 1 / CLASSES, np.float32)
    return mean_field(probabilities, photo, chosen_params("everyday"), chosen_iterations("everyday"))


@torch.inference_mode()
def measure(name: str) -> NetCost:
    """Measure in this process, on one thread."""
    torch.set_num_threads(1)
    segment = build(name)
    is_net = isinstance(segment, nn.Module)
    if is_net:
        parameters = sum(p.numel() for p in segment.parameters())
        segment = fold_norms(segment)  # as the app runs them
        photo = torch.randn(1, 3, *SIZE).contiguous(memory_format=torch.channels_last)
        small = photo[..., :65, :65]
    else:
        photo = load_photo("china")[: SIZE[0], : SIZE[1]]  # a photo: a CRF on noise has more to do
        if name == CRF:
            parameters = len(fields(CRFParams))
        else:
            arrays = (*segment.words.values(), segment.classifier.weight, segment.classifier.bias)
            parameters = sum(array.size for array in arrays)
        small = photo[:65, :65].copy()
    segment(small)  # what libraries set up once is not the photo's
    before = memory.start_peak()
    segment(photo)
    peak = max(memory.peak() - before, 0)
    times = []
    for _ in range(RUNS):
        start = time.process_time()  # what others do on this machine meanwhile does not count
        segment(photo)
        times.append(1000 * (time.process_time() - start))
    operations = multiply_adds(lambda: segment(photo)) if is_net else None
    return NetCost(parameters, operations, round(sorted(times)[RUNS // 2], 1), peak)


def measure_apart(name: str) -> NetCost:
    """`measure` in processes of their own: one for the time, one for the memory, see `AT_ONCE`."""
    build(name)  # a wrong name is said here
    command = [sys.executable, "-m", "seglib.costs.cost", name]
    how = {"capture_output": True, "text": True, "cwd": ROOT, "timeout": SECONDS}
    runs = (subprocess.run(command, env=os.environ | ONE_CORE | more, check=True, **how) for more in ({}, AT_ONCE))
    timed, weighed = (NetCost(**json.loads(done.stdout)) for done in runs)
    return replace(timed, peak_bytes=weighed.peak_bytes)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.costs.cost", description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=(*MODELS, *PEERS, TEXTURE, CRF))
    print(json.dumps(asdict(measure(parser.parse_args(argv).name))))


if __name__ == "__main__":
    main()
