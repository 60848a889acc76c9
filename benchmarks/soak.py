"""A class that comes and goes for ten minutes: ``python -m benchmarks.soak``.

Sessions that speak Streamlit's protocol come, bring a photo of their own, look at every page with it, and go; so many
at once, each followed by a new one. Every two seconds the server's resident memory is read, as Linux tells it. What
matters is that the curve ends where it was after the first fifth: memory that a bound holds, not luck. ``--plot`` draws
it. With ``--stay 40`` a class comes and stays instead: one after the other brings a photo, and looks at a few pages.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import random
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from benchmarks import publish
from benchmarks.session import until_loaded, visit
from seglib.costs.bill import machine
from tests.browser.conftest import ROOT, start_app
from tests.menu import PAGE_FILES

PAGES = ["" if path.stem == "compare" else path.stem for path in PAGE_FILES]
EVERY = 2.0  # seconds between two looks at the memory
SIDE = (640, 480)
LESSON = ("skip_connections", "metrics", "deeplab_crf")  # pages that a class which stays looks at after the first


def own_photo(seed: int) -> bytes:
    """A JPEG that nobody else has: blobs of colour."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).resize(SIDE, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def resident(process: int) -> float:
    """Megabytes of a process that lie in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def settle(process: int, looks: int = 8, most: int = 300) -> None:
    """Wait until the nets are loaded: the memory has not moved by a hundredth over so many looks."""
    seen: list[float] = []
    while len(seen) < most:
        seen.append(resident(process))
        last = seen[-looks:]
        if len(seen) > looks and max(last) - min(last) < max(last) / 100:
            return
        time.sleep(EVERY)


async def come_and_go(address: str, seat: int, end: float, think: float, visits: list[float]) -> None:
    """One visitor after the other on this seat, until the time is up."""
    number = 0
    while time.monotonic() < end:
        rng = random.Random(1000 * seat + number)
        async with visit(address) as session:
            await session.open("")
            photo = await session.upload(own_photo(1000 * seat + number))
            for page in rng.sample(PAGES, len(PAGES)):
                if time.monotonic() > end:
                    break
                visits.append((await session.open(page, brought=photo)).milliseconds)
                await asyncio.sleep(rng.expovariate(1 / think))
        number += 1


async def watch(process: int, end: float, curve: list[tuple[float, float]]) -> None:
    """Seconds since the start, and megabytes, every now and then."""
    start = time.monotonic()
    while time.monotonic() < end:
        curve.append((round(time.monotonic() - start, 1), round(resident(process), 1)))
        await asyncio.sleep(EVERY)


async def soak(address: str, process: int, seats: int, seconds: float, think: float) -> tuple[list, list]:
    """The curve of memory, and milliseconds of every page."""
    curve, visits, end = [], [], time.monotonic() + seconds
    seated = (come_and_go(address, seat, end, think, visits) for seat in range(seats))
    await asyncio.gather(watch(process, end, curve), *seated)
    return curve, visits


async def stay(address: str, process: int, visitors: int) -> dict[str, float]:
    """Megabytes as a class comes, looks at a few pages with its own photos, stays, and has been gone for a minute."""
    await until_loaded(address)
    megabytes = {"warm": resident(process)}
    async with contextlib.AsyncExitStack() as room:
        seats = []
        for number in range(visitors):
            session = await room.enter_async_context(visit(address))
            await session.open("")
            photo = await session.upload(own_photo(number))
            await session.open("", brought=photo)
            seats.append((session, photo))
        megabytes["all have brought a photo"] = resident(process)
        for page in LESSON:
            for session, photo in seats:
                await session.open(page, brought=photo)
            megabytes[f"all on {page}"] = resident(process)
    await asyncio.sleep(60)
    megabytes["all gone"] = resident(process)
    return {when: round(amount) for when, amount in megabytes.items()}


def summary(curve: list[tuple[float, float]]) -> dict:
    """Memory when warm, after the first fifth, at the end, and the most; and how the second and third compare.

    Those are means over a tenth of the time: what is computed at the moment makes single looks jump.
    """
    seconds, megabytes = np.array(curve).T
    tenths = 10 * seconds / seconds[-1]
    early, late = megabytes[(tenths > 2) & (tenths <= 3)].mean(), megabytes[tenths > 9].mean()
    return {
        "warm": float(megabytes[0]),
        "after a fifth": round(float(early), 1),
        "at the end": round(float(late), 1),
        "most": float(megabytes.max()),
        "end / fifth": round(float(late / early), 3),
    }


def draw(curve: list[tuple[float, float]], path: Path) -> None:
    """The curve as a picture."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(*zip(*curve, strict=True), color="#0072B2")
    axes.set(xlabel="seconds", ylabel="resident memory, MB", ylim=(0, None))
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, default=8, help="visitors at once")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--think", type=float, default=2, help="mean seconds between two pages")
    parser.add_argument("--stay", type=int, help="a class of so many that stays, instead")
    parser.add_argument("--plot", type=Path, help="also draw the curve to this file")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    app, address = start_app(ROOT / "demo_app.py")
    try:
        if args.stay:
            megabytes = asyncio.run(stay(address, app.pid, args.stay))
            publish({"machine": machine(), "visitors": args.stay, "megabytes": megabytes}, args.out)
            return
        settle(app.pid)
        curve, visits = asyncio.run(soak(address, app.pid, args.seats, args.seconds, args.think))
    finally:
        app.terminate()
    report = {
        "machine": machine(),
        "seats": args.seats,
        "pages": len(visits),
        "megabytes": summary(curve),
        "page ms": {"median": round(float(np.median(visits))), "p95": round(float(np.percentile(visits, 95)))},
        "curve": curve,
    }
    if args.plot:
        draw(curve, args.plot)
    publish(report, args.out)


if __name__ == "__main__":
    main()
