"""Thirty visitors at once, as in a classroom: ``python -m benchmarks.visitors``.

Each is a session of its own that speaks Streamlit's protocol, opens a page, and then chooses another photo every three
seconds or so (exponential thinking times). Timed is from the choice until the last part of the page has arrived; the
peer, in the same run, is one visitor alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from pathlib import Path

import numpy as np

from benchmarks import publish, spread
from benchmarks.session import visit
from seglib.photos import PHOTOS
from tests.browser.conftest import ROOT, start_app

PAGES = ("", "skip_connections", "resolution")
THINK = 3.0  # seconds, mean


async def choose(address: str, seed: int, seconds: float) -> tuple[float, list[float]]:
    """One visitor: milliseconds until the first page is there, and of every later choice of a photo."""
    rng = random.Random(seed)
    page = PAGES[seed % len(PAGES)]
    async with visit(address) as session:
        first = (await session.open(page, f"photo={rng.choice(list(PHOTOS))}")).milliseconds
        times, end = [], time.monotonic() + seconds
        while True:
            await asyncio.sleep(rng.expovariate(1 / THINK))
            if time.monotonic() > end:
                return first, times
            times.append((await session.open(page, f"photo={rng.choice(list(PHOTOS))}")).milliseconds)


async def crowd(address: str, visitors: int, seconds: float) -> tuple[dict, list[float]]:
    """So many visitors at once: medians and 95th percentiles in milliseconds, and every choice's."""
    found = await asyncio.gather(*(choose(address, seed, seconds) for seed in range(visitors)))
    firsts, times = [first for first, _ in found], [each for _, them in found for each in them]
    return {
        "visitors": visitors,
        "choices": len(times),
        "first page ms": {"median": round(float(np.median(firsts))), "slowest": round(max(firsts))},
        "choice ms": {"median": round(float(np.median(times))), "p95": round(float(np.percentile(times, 95)))},
    }, times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visitors", description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    process, address = start_app(ROOT / "demo_app.py")
    try:
        asyncio.run(crowd(address, 1, 30))  # nets load, photos are segmented once
        alone, one = asyncio.run(crowd(address, 1, args.seconds))
        many, each = asyncio.run(crowd(address, args.visitors, args.seconds))
    finally:
        process.terminate()
    ratios = {f"{args.visitors} visitors / one": spread(np.array(each) / np.median(one))}
    report = {"cores": os.cpu_count(), "alone": alone, "crowd": many, "ratios": ratios}
    publish(report, args.out)


if __name__ == "__main__":
    main()
