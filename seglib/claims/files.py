"""The scoreboard and the benchmarks as files: where they lie, and how a page reads them without torch."""

from __future__ import annotations

from pathlib import Path

from seglib.assets import ASSETS, read_json

FILE = ASSETS / "scoreboard.json"
BENCHMARKS = ASSETS / "statistics" / "benchmarks.json"


def read_scoreboard(path: Path = FILE) -> dict | None:
    """What `seglib.claims.scoreboard` measured last; None without a file."""
    return read_json(path) if path.is_file() else None


def read_benchmarks(path: Path = BENCHMARKS) -> dict | None:
    """What ``python -m benchmarks`` measured last; None without a file."""
    return read_json(path) if path.is_file() else None
