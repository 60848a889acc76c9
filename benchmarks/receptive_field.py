"""The measured field of one pixel, ours and a peer's method: ``python -m benchmarks.receptive_field``.

fornaxai/receptivefield measures a field so: put ones where one output unit is and zeros elsewhere, send them back
through the whole net by automatic differentiation, and take the box of what arrives at the input. Its own code needs
versions of its frameworks that are long gone, so the method is run again here in plain PyTorch, on the same net with
the same weights. Ours computes only the units that the pixel needs, up and down. Every round times both in turn, in
seconds of processor time; both must give the same gradient.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks import publish, spread
from seglib.labels import EVERYDAY
from seglib.models import create_model
from seglib.models.cards import shipped_nets
from seglib.models.prediction import image_tensor
from seglib.models.weights import load_model
from seglib.photos import load_photo
from seglib.window.effective_field import fitted, gradient_energy

SIZE, POINT, CLASS = (360, 480), (180, 240), 0


def their_method(model: nn.Module, image: np.ndarray) -> np.ndarray:
    """Gradient energy by the peer's method: ones at one place of the output, back through everything."""
    x = image_tensor(image).requires_grad_()
    output = model(x)
    seed = torch.zeros_like(output)
    seed[0, CLASS, *POINT] = 1
    output.backward(gradient=seed)
    for parameter in model.parameters():
        parameter.grad = None
    return x.grad[0].square().sum(0).numpy()


def nets() -> dict[str, Callable[[], nn.Module]]:
    """What is measured: two of the nets in the box, and a dilated one, where most is to be gained."""
    names = [name for name in shipped_nets("everyday") if name in ("fcn32s", "fcn8s", "dilated8", "plain8")]
    found = {name: lambda name=name: load_model(name, "everyday") for name in names}
    return found | {"dilated trunk, random weights": lambda: create_model("dilated8", len(EVERYDAY)).eval()}


def measure(model: nn.Module, image: np.ndarray, rounds: int) -> dict[str, np.ndarray]:
    """Milliseconds of each method in each round."""
    methods = {
        "seglib": lambda: gradient_energy(model, image, POINT, CLASS),
        "whole net": lambda: their_method(model, image),
    }
    times: dict[str, list[float]] = {name: [] for name in methods}
    for number in range(rounds + 1):
        found = {}
        for name, method in methods.items():
            start = time.process_time()
            found[name] = method()
            if number:  # the first round warms up
                times[name].append(1000 * (time.process_time() - start))
        ours, theirs = found.values()
        assert np.allclose(ours, theirs, atol=1e-5 * theirs.max()), "the two gradients differ"
    return {name: np.array(each) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.receptive_field", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    image = fitted(load_photo("china"), SIZE)
    report: dict = {
        "size": SIZE,
        "threads": args.threads,
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        "nets": {},
        "ratios": {},
    }
    for name, build in nets().items():
        times = measure(build(), image, args.rounds)
        report["nets"][name] = {
            "seglib ms": round(float(np.median(times["seglib"])), 1),
            "whole net ms": round(float(np.median(times["whole net"])), 1),
        }
        report["ratios"][f"{name}: whole net / seglib"] = spread(times["whole net"] / times["seglib"])
    publish(report, args.out)


if __name__ == "__main__":
    main()
