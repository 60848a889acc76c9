"""The scoreboard and the benchmarks as files: where they lie, and how a page reads them without torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seglib.assets import ASSETS, read_json
from seglib.costs.bill import ON_RESIDUAL

FILE = ASSETS / "scoreboard.json"
BENCHMARKS = ASSETS / "statistics" / "benchmarks.json"


def read_scoreboard(path: Path = FILE) -> dict | None:
    """What `seglib.claims.scoreboard` measured last; None without a file."""
    return read_json(path) if path.is_file() else None


def costs_of(costs: Mapping[str, dict], label_set_name: str) -> dict[str, dict]:
    """Costs of a label set's nets by name: those on its trunk."""
    tail = ON_RESIDUAL if label_set_name == "street" else ""
    return {net: costs.get(net + tail, cost) for net, cost in costs.items()}


def read_benchmarks(path: Path = BENCHMARKS) -> dict | None:
    """What ``python -m benchmarks`` measured last; None without a file."""
    return read_json(path) if path.is_file() else None
