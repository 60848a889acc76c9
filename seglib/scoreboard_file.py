"""Where the scoreboard lies: read by the page, which need not wait for torch."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "assets" / "scoreboard.json"
BORDER = 3  # pixels


def read_scoreboard(path: Path = FILE) -> dict | None:
    """What `seglib.scoreboard` measured last; None without a file."""
    return json.loads(path.read_text()) if path.is_file() else None
