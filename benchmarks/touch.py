"""What one touch of a control costs the server, page by page: ``python -m benchmarks.touch``.

After each touch Streamlit runs the whole page again. What a page shows is computed once and kept; so what a touch costs
is all the rest: finding what is kept, describing the page, sending it. Measured is the processor time of the server's
process, all its threads together, over a number of runs of one view with everything there already. The peer, in the
same run, is an app of one slider and one number, with what Streamlit imports taken out of garbage collection as our app
does: left in, it would make the peer ten times as dear. Processor time hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from urllib.parse import quote

import numpy as np

from benchmarks import publish, spread
from benchmarks.session import Session, processor_seconds, until_loaded, visit
from tests.browser.conftest import ROOT, start_app
from tests.menu import PARTS

BARE = """
import gc

import streamlit as st

st.metric("Number", st.slider("Slider", 0, 100, 50))
if not gc.get_freeze_count():
    gc.collect()
    gc.freeze()
"""
PATIENCE = 240.0  # seconds for what a part computes on its first run
TOGETHER = 4  # runs between two looks at the clock
Place = tuple[str, str]  # address of a page, title of its part


def places() -> dict[Place, str]:
    """Every part of every page, with its query."""
    return {
        (page, part): f"{key}={quote(part)}" if key else ""
        for page, (key, parts) in PARTS.items()
        for part in parts
        if page != "notes"  # a lecturer's second window: without a room it is one sentence
    }


async def touch(session: Session, process: int, page: str, query: str, rounds: int) -> tuple[np.ndarray, int]:
    """Milliseconds of processor for a run of a view, so many times; and the bytes that one sends."""
    async with asyncio.timeout(PATIENCE):
        for _ in range(3):  # computed, encoded, and compiled
            reply = await session.open(page, query)
    costs = []
    for _ in range(rounds):
        start = processor_seconds(process)
        for _ in range(TOGETHER):
            await session.open(page, query)
        costs.append(1000 * (processor_seconds(process) - start) / TOGETHER)
    return np.array(costs), reply.bytes


async def bare(address: str, process: int, rounds: int) -> np.ndarray:
    """The peer's."""
    async with visit(address) as session:
        costs, _ = await touch(session, process, "", "", rounds)
        return costs


async def measure(address: str, process: int, rounds: int, only: list[str] | None) -> dict[Place, tuple]:
    """Each part in a session of its own, as `touch` found it."""
    await until_loaded(address)
    costs = {}
    for (page, part), query in places().items():
        if not only or page in only:
            async with visit(address) as session:
                costs[page, part] = await touch(session, process, page, query, rounds)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.touch", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help=f"of {TOGETHER} touches each")
    parser.add_argument("--only", nargs="+", help="pages by address; '' is the opening page")
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        peer, address = start_app(script)
        try:
            base = asyncio.run(bare(address, peer.pid, 3 * args.rounds))
        finally:
            peer.terminate()
    app, address = start_app(ROOT / "demo_app.py")
    try:
        costs = asyncio.run(measure(address, app.pid, args.rounds, args.only))
    finally:
        app.terminate()
    names = {place: " / ".join(filter(None, (place[0] or "opening page", place[1]))) for place in costs}
    report = {
        "processor ms of a touch": {"bare page": spread(base, 2)}
        | {names[place]: spread(taken, 1) | {"bytes": size} for place, (taken, size) in costs.items()},
        "ratios": {
            f"{names[place]} : bare page": spread(taken / np.median(base), 2) for place, (taken, _) in costs.items()
        },
    }
    publish(report, args.out)


if __name__ == "__main__":
    main()
