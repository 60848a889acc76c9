"""Photos as phones make them, decoded: ``python -m benchmarks.decoding``.

Ours against plain Pillow and plain OpenCV in the same rounds: they decode every pixel and then shrink; a JPEG can be
decoded at an eighth, a quarter or half its size, and ours is bounded, turned upright and checked on top. Ours shrinks
by Lanczos, for a net sees what a box filter blurs or lets flicker; that takes three times a box filter's time, and is
most of what a PNG costs more than in plain Pillow. So Pillow runs a second time, as sharp as ours.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from benchmarks import publish, spread
from seglib.images import MAX_PIXELS, decode
from seglib.photos import load_photo

SIZE = (4032, 3024)  # 12 megapixels, width and height


def files() -> dict[str, bytes]:
    """A phone's JPEG, a screenshot's PNG, and a photo that is small enough as it is."""
    photo = Image.fromarray(load_photo("china"))
    found = {}
    for name, size, kind in (
        ("jpeg 12 Mpx", SIZE, "JPEG"),
        ("png 3 Mpx", (2048, 1536), "PNG"),
        ("jpeg 0.3 Mpx", None, "JPEG"),
    ):
        buffer = io.BytesIO()
        (photo.resize(size) if size else photo).save(buffer, kind)
        found[name] = buffer.getvalue()
    return found


def with_pillow(data: bytes, how: Image.Resampling = Image.Resampling.BOX) -> np.ndarray:
    """Decode all, turn, shrink."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    scale = min(1.0, (MAX_PIXELS / (image.width * image.height)) ** 0.5)
    return np.asarray(image.resize((round(image.width * scale), round(image.height * scale)), how))


def with_opencv(data: bytes) -> np.ndarray:
    """Decode all (turned upright by OpenCV), shrink."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    scale = min(1.0, (MAX_PIXELS / (image.shape[0] * image.shape[1])) ** 0.5)
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def measure(rounds: int) -> dict[str, dict[str, np.ndarray]]:
    """{file: {method: milliseconds of each round}}, methods in turn."""
    methods: dict[str, Callable] = {
        "seglib": decode,
        "pillow": with_pillow,
        "pillow, as sharp": partial(with_pillow, how=Image.Resampling.LANCZOS),
        "opencv": with_opencv,
    }
    found = {}
    for name, data in files().items():
        times: dict[str, list[float]] = {method: [] for method in methods}
        for number in range(rounds + 1):
            for method, run in methods.items():
                start = time.process_time()
                run(data)
                if number:  # the first round warms up
                    times[method].append(1000 * (time.process_time() - start))
        found[name] = {method: np.array(each) for method, each in times.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    times = measure(args.rounds)
    report = {
        "milliseconds": {
            file: {method: round(float(np.median(each)), 1) for method, each in them.items()}
            for file, them in times.items()
        },
        "ratios": {
            f"{file}: {peer} / seglib": spread(them[peer] / them["seglib"])
            for file, them in times.items()
            for peer in them
            if peer != "seglib"
        },
    }
    publish(report, args.out)


if __name__ == "__main__":
    main()
