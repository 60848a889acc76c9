"""Thirty visitors at once, as in a classroom: ``python -m benchmarks.visitors``.

Each is a session of its own that speaks Streamlit's protocol. They open a page all at the same moment, and when the
last of them has it, each chooses another photo every three seconds or so (exponential thinking times). Timed is from
the choice until the last part of the page has arrived. Series, in one run on one machine:

* a bare Streamlit page, a list of photos and the photo that was chosen, for as many visitors: the peer;
* our app just started: the nets are loaded, and have seen one photo of ten;
* all photos have been looked at before, so that nothing is computed, for one visitor and for all;
* one choice in ten is a photo of the visitor's own, which nobody has brought before: the nets have to look at it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks import publish, spread
from benchmarks.session import processor_seconds, until_loaded, visit
from benchmarks.soak import own_photo
from seglib.photos import PHOTOS, photo_path
from tests.browser.conftest import ROOT, start_app

PAGES = ("", "skip_connections", "resolution")
THINK = 3.0  # seconds, mean
OWN = 0.1  # of the choices, in the series with photos of visitors' own
BARE = f"""
import streamlit as st

files = { ({about.title: str(photo_path(name)) for name, about in PHOTOS.items()})!r}
st.image(files[st.selectbox("Photo", list(files), key="photo")])
"""
QUANTILES = (("median", 50), ("p95", 95), ("slowest", 100))
_numbers = itertools.count()  # of visitors' own photos


@dataclass
class Waited:
    """Milliseconds that visitors waited."""

    first: list[float] = field(default_factory=list)  # for the first page
    choice: list[float] = field(default_factory=list)  # for a photo of the box
    own: list[float] = field(default_factory=list)  # for a photo of their own

    def report(self) -> dict:
        """Median and 95th percentile of each."""
        return {
            f"{what} ms": {"times": len(ms)} | {name: round(float(np.percentile(ms, q))) for name, q in QUANTILES}
            for what, ms in vars(self).items()
            if ms
        }


@dataclass(frozen=True)
class App:
    """A running app: where it answers, its process, the pages that visitors open."""

    address: str
    process: int
    pages: tuple[str, ...]


async def come_and_choose(
    app: App, seed: int, seconds: float, own: float, everybody: asyncio.Barrier, waited: Waited
) -> None:
    """One visitor: open a page, wait until everybody has theirs, and choose photos until the time is up."""
    rng = random.Random(seed)
    page, titles = app.pages[seed % len(app.pages)], [photo.title for photo in PHOTOS.values()]
    async with visit(app.address) as session:
        waited.first.append((await session.open(page, f"photo={rng.choice(list(PHOTOS))}")).milliseconds)
        await everybody.wait()
        end, brought = time.monotonic() + seconds, None
        while True:
            await asyncio.sleep(rng.expovariate(1 / THINK))
            if time.monotonic() > end:
                return
            if rng.random() < own:
                brought = await session.upload(own_photo(next(_numbers)))
                waited.own.append((await session.open(page, brought=brought)).milliseconds)
            else:
                reply = await session.open(page, brought=brought, photo=rng.choice(titles))
                waited.choice.append(reply.milliseconds)


async def crowd(app: App, visitors: int, seconds: float, own: float = 0.0) -> tuple[Waited, dict]:
    """So many visitors at once: what they waited, and a report of it with the server's processor time."""
    waited, everybody, start = Waited(), asyncio.Barrier(visitors), processor_seconds(app.process)
    await asyncio.gather(*(come_and_choose(app, n, seconds, own, everybody, waited) for n in range(visitors)))
    used = processor_seconds(app.process) - start
    return waited, {"visitors": visitors, "processor s": round(used, 1)} | waited.report()


async def look_at_all(app: App) -> None:
    """One visitor looks at every photo on every page."""
    async with visit(app.address) as session:
        for page in app.pages:
            await session.open(page)
            for photo in PHOTOS.values():
                await session.open(page, photo=photo.title)


async def of_the_peer(app: App, visitors: int, seconds: float) -> tuple[Waited, dict]:
    """The bare page's series."""
    await look_at_all(app)
    return await crowd(app, visitors, seconds)


async def of_ours(app: App, visitors: int, seconds: float) -> dict[str, tuple[Waited, dict]]:
    """The app's series, by name."""
    await until_loaded(app.address)
    series = {"just started": await crowd(app, visitors, seconds)}
    await look_at_all(app)
    series["one visitor"] = await crowd(app, 1, seconds)
    series["all kept"] = await crowd(app, visitors, seconds)
    series["with inference"] = await crowd(app, visitors, seconds, OWN)
    return series


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visitors", description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        peer, address = start_app(script)
        try:
            bare, of_bare = asyncio.run(of_the_peer(App(address, peer.pid, ("",)), args.visitors, args.seconds))
        finally:
            peer.terminate()
    app, address = start_app(ROOT / "demo_app.py")
    try:
        series = asyncio.run(of_ours(App(address, app.pid, PAGES), args.visitors, args.seconds))
    finally:
        app.terminate()
    base = np.median(bare.choice)
    report = {
        "cores": os.cpu_count(),
        "bare page": of_bare,
        **{name: found for name, (_, found) in series.items()},
        "ratios": {
            f"a choice, {name} : bare page": spread(np.array(waited.choice) / base)
            for name, (waited, _) in series.items()
        },
    }
    publish(report, args.out)


if __name__ == "__main__":
    main()
