"""One photo of 480x360 through our nets and through torchvision's: ``python -m benchmarks.inference``.

All nets are randomly initialised, which changes nothing for the time, and the norms of all are folded where they
follow a convolution in a chain, as `seglib.load_model` does (`fcn_resnet50` has few such chains). Every round times
each net once, in turn, so that a busy moment of the machine hits all alike; printed are medians, quartiles and ratios.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision.models import segmentation as torchvision_nets

from benchmarks import publish, spread
from seglib.models import MODELS, create_model
from seglib.models.fcn import STREAMS
from seglib.models.folding import fold_norms
from seglib.models.prediction import to_input

SIZE = (360, 480)
NUM_CLASSES = 19


def peers() -> dict[str, nn.Module]:
    """Torchvision's small and large net for the same task."""
    nothing = {"weights": None, "weights_backbone": None, "num_classes": NUM_CLASSES}
    return {
        "lraspp_mobilenet_v3_large": torchvision_nets.lraspp_mobilenet_v3_large(**nothing),
        "fcn_resnet50": torchvision_nets.fcn_resnet50(**nothing),
    }


def measure(nets: dict[str, nn.Module], rounds: int, warm_up: int = 3) -> dict[str, np.ndarray]:
    """Milliseconds of each net in each round, after some rounds that do not count."""
    pixels = torch.randint(0, 256, (1, *SIZE, 3), dtype=torch.uint8)
    times: dict[str, list[float]] = {name: [] for name in nets}
    with torch.inference_mode():
        x = to_input(pixels)
        for number in range(warm_up + rounds):
            for name, net in nets.items():
                start = time.perf_counter()
                net(x)
                if number >= warm_up:
                    times[name].append(1000 * (time.perf_counter() - start))
    return {name: np.array(each) for name, each in times.items()}


def report(times: dict[str, np.ndarray], parameters: dict[str, int]) -> dict:
    """Medians, quartiles and the two ratios that this project promises."""
    all_ours = sum(times[name] for name in STREAMS)
    return {
        "size": SIZE,
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        "milliseconds": {name: spread(each, 1) | {"parameters": parameters[name]} for name, each in times.items()},
        "ratios": {
            "fcn8s / lraspp_mobilenet_v3_large": spread(times["fcn8s"] / times["lraspp_mobilenet_v3_large"]),
            "all four / fcn_resnet50": spread(all_ours / times["fcn_resnet50"]),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    nets = {name: create_model(name, NUM_CLASSES) for name in MODELS} | peers()
    parameters = {name: sum(p.numel() for p in net.parameters()) for name, net in nets.items()}
    nets = {name: fold_norms(net) for name, net in nets.items()}
    publish(report(measure(nets, args.rounds), parameters), args.out)


if __name__ == "__main__":
    main()
