"""Sixty phones in a room, and one lecturer: ``python -m benchmarks.phones``.

The phones poll as `seglib/ui/lecture/phone/phone.js` does, every two seconds or so, and vote when a question opens. The
lecturer is a session that speaks Streamlit's protocol and chooses the other photo every second. Timed are both, with
and without phones, and the processor time that the server spends. The peer, in the same run, is the lecturer alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

import httpx2 as httpx
import numpy as np

from benchmarks import publish, spread
from benchmarks.session import processor_seconds, visit
from seglib.lecture.rooms import Asked, Rooms
from seglib.lecture.stores import VARIABLE, Limits
from seglib.lecture.stores.sqlite import SqliteStore
from seglib.photos import PHOTOS
from tests.browser.conftest import ROOT, start_app

POLL = 2.0  # seconds
CHOICES = tuple(PHOTOS[name].title for name in ("rocket", "china"))


async def phone(client: httpx.AsyncClient, room: dict[str, str], number: int, until: float, times: list[float]) -> int:
    """One phone: poll, and vote once in every round; how many votes were counted."""
    headers = {"Authorization": f"Room {room['code']}.{room['ticket']}"}
    seen, voted, counted = -1, set(), 0
    await asyncio.sleep(random.Random(number).uniform(0, POLL))
    while time.monotonic() < until:
        start = time.perf_counter()
        answer = await client.get("/vote/state", params={"seen": seen}, headers=headers)
        times.append(1000 * (time.perf_counter() - start))
        if answer.status_code == 200:
            state = answer.json()
            seen = state["version"]
            if state["open"] and state["round"] not in voted:
                voted.add(state["round"])
                vote = {"phone": f"phone-number-{number:05}", "round": state["round"], "ballot": number % 2}
                sent = await client.post("/vote/ballot", json=vote, headers=headers)
                counted += sent.status_code == 200 and sent.json()["outcome"] == "counted"
        await asyncio.sleep(POLL + random.uniform(0, 0.5))
    return counted


async def lecturer(address: str, until: float) -> list[float]:
    """Milliseconds of every rerun of the lecturer's page, one a second."""
    times = []
    async with visit(address) as session:
        await session.open("")
        while time.monotonic() < until:
            await asyncio.sleep(1)
            times.append((await session.open("", photo=CHOICES[len(times) % 2])).milliseconds)
    return times


async def hall(address: str, rooms: Rooms, pid: int, count: int, seconds: float) -> tuple[dict, list[float]]:
    """So many phones and the lecturer at once."""
    key = rooms.open("Benchmark")
    rooms.ask(key, Asked("choice", "Which?", ("this", "that")))
    polls: list[float] = []
    limits = httpx.Limits(max_connections=count + 1)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        joined = [(await client.post("/vote/join", json={"code": key.code})).json() for _ in range(count)]
        used, until = processor_seconds(pid), time.monotonic() + seconds
        crowd = asyncio.gather(*(phone(client, joined[n], n, until, polls) for n in range(count)))
        reruns, counted = await asyncio.gather(lecturer(address, until), crowd)
        used = processor_seconds(pid) - used
    rooms.close(key)
    report = {
        "phones": count,
        "votes counted": sum(counted),
        "processor %": round(100 * used / seconds, 1),
        "page ms": {"median": round(float(np.median(reruns))), "p95": round(float(np.percentile(reruns, 95)))},
    }
    if polls:
        report["poll ms"] = {f"p{q}": round(float(np.percentile(polls, q)), 1) for q in (50, 95)} | {
            "polls": len(polls)
        }
    return report, reruns


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phones", description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[VARIABLE] = str(Path(folder) / "rooms.db")  # so that this process, too, can open rooms
        rooms = Rooms(SqliteStore(os.environ[VARIABLE], Limits()))
        process, address = start_app(ROOT / "demo_app.py")
        try:
            asyncio.run(lecturer(address, time.monotonic() + 20))  # nets load, both photos are segmented
            alone, one = asyncio.run(hall(address, rooms, process.pid, 0, args.seconds))
            full, many = asyncio.run(hall(address, rooms, process.pid, args.phones, args.seconds))
        finally:
            process.terminate()
    ratios = {f"the lecturer's page, {args.phones} phones / none": spread(np.array(many) / np.median(one))}
    publish({"cores": os.cpu_count(), "alone": alone, "hall": full, "ratios": ratios}, args.out)


if __name__ == "__main__":
    main()
