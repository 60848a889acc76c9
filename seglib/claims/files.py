"""Where the scoreboard and the benchmarks lie: read by the page, which need not wait for torch."""

from __future__ import annotations

import json
from pathlib import Path

from seglib.assets import ASSETS

FILE = ASSETS / "scoreboard.json"
BENCHMARKS = ASSETS / "statistics" / "benchmarks.json"


def read_scoreboard(path: Path = FILE) -> dict | None:
    """What `seglib.claims.scoreboard` measured last; None without a file."""
    return json.loads(path.read_text()) if path.is_file() else None


def read_benchmarks(path: Path = BENCHMARKS) -> dict | None:
    """What ``python -m benchmarks`` measured last; None without a file."""
    return json.loads(path.read_text()) if path.is_file() else None
