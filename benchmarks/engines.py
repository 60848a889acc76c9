"""Our four FCNs in eager PyTorch, ONNX Runtime and OpenVINO: ``python -m benchmarks.engines``.

How far eager PyTorch, which the app runs, is from what engines made for prediction reach with the same nets: the
shipped weights, norms folded, exported to ONNX at 480x360, all in float32. Every engine gets as many threads as eager,
one and two, and is timed from a prepared input to logits, in turn in the same rounds. Printed are medians and
quartiles of wall and processor time, and ratios to eager. Labels are held against eager's on bundled photos. Engines
come with ``pip install -r benchmarks/requirements.txt``, nothing else needs them; one that cannot be imported is left
out and named. Visitors' photos have many sizes: a second export leaves the size open, and each engine meets every size
of a list for the first time.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from benchmarks import publish, spread
from seglib import load_model
from seglib.models.fcn import STREAMS
from seglib.models.prediction import image_tensor
from seglib.photos import load_photo

SIZE = (360, 480)
NEW_SIZES = ((427, 640), (480, 640), (400, 600), (433, 650), (512, 512), (361, 641), (450, 640), (500, 333))
SOME_PHOTOS = ("astronaut", "china", "motorcycle_left")
EAGER = "eager"
Engine = Callable[[torch.Tensor], np.ndarray]  # (1, 3, H, W) float32 to logits (1, K, H, W)
REST = 0.01  # seconds between engines, in which the threads of the last one stop waiting for more work


def missing(name: str) -> str | None:
    """Why an engine cannot run here, None if it can."""
    try:
        for module in ("onnxscript", name):  # the first exports
            importlib.import_module(module)
    except ImportError as error:
        return f"not run: {error}"
    return None


def export(net: nn.Module, any_size: bool = False) -> bytes:
    """A net as ONNX, for one photo of `SIZE`, or of any."""
    file = io.BytesIO()
    sides = ({2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO},) if any_size else None
    torch.onnx.export(net, (torch.zeros(1, 3, *SIZE),), dynamo=True, dynamic_shapes=sides, verbose=False).save(file)
    return file.getvalue()


def eager(net: nn.Module) -> Engine:
    """A net as the app runs it; torch's own threads."""

    def run(x: torch.Tensor) -> np.ndarray:
        with torch.inference_mode():
            return net(x).numpy()

    return run


def with_onnxruntime(model: bytes, threads: int) -> Engine:
    """A net in ONNX Runtime, its graph optimised as far as that goes, on the processor."""
    library = importlib.import_module("onnxruntime")
    options = library.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = library.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    return lambda x: session.run(None, {entry.name: x.numpy()})[0]


def with_openvino(model: bytes, threads: int) -> Engine:
    """A net in OpenVINO: one photo at a time, and no less than float32, which it would leave on some processors."""
    library = importlib.import_module("openvino")
    wishes = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    core = library.Core()
    request = core.compile_model(core.read_model(model), "CPU", wishes).create_infer_request()
    return lambda x: request.infer([x.numpy()], share_inputs=True)[0]


BUILD = {"onnxruntime": with_onnxruntime, "openvino": with_openvino}


def agreement(labels: np.ndarray, eager_labels: np.ndarray) -> float:
    """Share of pixels with the class that eager gives them, both ``(H, W)``."""
    if labels.shape != eager_labels.shape:
        raise ValueError(f"labels of {labels.shape} beside eager's {eager_labels.shape}: wanted the same size")
    return float((labels == eager_labels).mean())


def agreements(engines: dict[str, Engine], inputs: list[torch.Tensor]) -> dict[str, dict[str, float]]:
    """Labels as eager's and the largest distance of a logit, of each other engine, the worst of all inputs."""
    held = {name: {"labels, worst": 1.0, "logit off by, worst": 0.0} for name in engines if name != EAGER}
    for x in inputs:
        wanted = engines[EAGER](x)
        for name, worst in held.items():
            logits = engines[name](x.contiguous())
            same = agreement(logits[0].argmax(0), wanted[0].argmax(0))
            worst["labels, worst"] = min(worst["labels, worst"], round(same, 6))
            off = round(float(np.abs(logits - wanted).max()), 6)
            worst["logit off by, worst"] = max(worst["logit off by, worst"], off)
    return held


def measure(
    nets: dict[str, dict[str, Engine]], x: torch.Tensor, rounds: int, warm_up: int = 3
) -> dict[str, dict[str, np.ndarray]]:
    """Milliseconds ``(rounds, 2)``, wall and processor, by engine and net, after some rounds that do not count."""
    # Each in the layout that its convolutions take: ours lies channels-last already.
    inputs = {name: x if name == EAGER else x.contiguous() for engines in nets.values() for name in engines}
    times = {name: {net: np.zeros((rounds, 2)) for net in nets} for name in inputs}
    for number in range(-warm_up, rounds):
        for net, engines in nets.items():
            for name, run in engines.items():
                time.sleep(REST)
                wall, processor = time.perf_counter(), time.process_time()
                run(inputs[name])
                used = time.perf_counter() - wall, time.process_time() - processor
                if number >= 0:
                    times[name][net][number] = 1000 * np.array(used)
    for of_nets in times.values():
        of_nets["all four"] = sum(of_nets.values())
    return times


def measure_new_sizes(nets: dict[str, dict[str, Engine]], photos: list[torch.Tensor]) -> dict[str, np.ndarray]:
    """Processor milliseconds ``(nets, photos)`` by engine, each photo of a size that none of them has met."""
    times: dict[str, list[list[float]]] = {}
    for engines in nets.values():
        for name, run in engines.items():
            run(torch.zeros(1, 3, *SIZE))  # so that only the size is new
            times.setdefault(name, []).append([])
        for x in photos:
            for name, run in engines.items():
                time.sleep(REST)
                start = time.process_time()
                run(x)
                times[name][-1].append(1000 * (time.process_time() - start))
    return {name: np.array(of_nets) for name, of_nets in times.items()}


def ratios(times: dict[str, dict[str, np.ndarray]], threads: int) -> dict[str, dict]:
    """Time of each engine as a multiple of eager's, round by round."""
    words = f"{threads} thread{'s' * (threads > 1)}"
    return {
        f"{name} / {EAGER}, {net}, {words}{of}": spread(milliseconds[:, column] / times[EAGER][net][:, column])
        for name, of_nets in times.items()
        if name != EAGER
        for net, milliseconds in of_nets.items()
        if net in ("fcn8s", "all four")
        for column, of in enumerate(("", ", processor time"))
    }


def report(times: dict[int, dict[str, dict[str, np.ndarray]]], peers: dict[str, str]) -> dict:
    """Medians, quartiles and ratios of what `measure` found, by number of threads."""
    return {
        "size": SIZE,
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        "peers": peers,
        "milliseconds": {
            threads: {
                name: {
                    net: {"wall": spread(milliseconds[:, 0], 1), "processor": spread(milliseconds[:, 1], 1)}
                    for net, milliseconds in of_nets.items()
                }
                for name, of_nets in of_engines.items()
            }
            for threads, of_engines in times.items()
        },
        "ratios": {title: ratio for threads, found in times.items() for title, ratio in ratios(found, threads).items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    reasons = {name: missing(name) for name in BUILD}
    here = [name for name, reason in reasons.items() if reason is None]
    peers = {name: reason or f"run beside ours, {version(name)}" for name, reason in reasons.items()}
    nets = {name: load_model(name) for name in STREAMS}
    models = {name: export(net) for name, net in nets.items()} if here else {}
    photos = [cv2.resize(load_photo(name), SIZE[::-1], interpolation=cv2.INTER_AREA) for name in SOME_PHOTOS]
    inputs = [image_tensor(photo) for photo in photos]
    times = {}
    for threads in args.threads:
        torch.set_num_threads(threads)
        engines = {
            name: {EAGER: eager(net)} | {peer: BUILD[peer](models[name], threads) for peer in here}
            for name, net in nets.items()
        }
        times[threads] = measure(engines, inputs[0], args.rounds)
    held = {name: agreements(of_net, inputs) for name, of_net in engines.items()}
    publish(report(times, peers) | {"agreement with eager": held} | of_new_sizes(nets, here), args.out)


def of_new_sizes(nets: dict[str, nn.Module], here: list[str]) -> dict[str, dict]:
    """Processor time on photos of `NEW_SIZES` as a multiple of eager's, one thread, all nets; part of the report."""
    torch.set_num_threads(1)
    engines = {}
    for name, net in nets.items():
        model = export(net, any_size=True) if here else b""
        engines[name] = {EAGER: eager(net)} | {peer: BUILD[peer](model, 1) for peer in here}
    photo = load_photo(SOME_PHOTOS[0])
    inputs = [image_tensor(cv2.resize(photo, (width, height))).contiguous() for height, width in NEW_SIZES]
    times = measure_new_sizes(engines, inputs)
    return {
        "sizes met for the first time, processor time": {
            f"{name} / {EAGER}, all four, 1 thread": spread(times[name].sum(0) / times[EAGER].sum(0)) for name in here
        }
    }


if __name__ == "__main__":
    main()
