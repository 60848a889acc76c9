"""What is fast, measured beside its peers in the same run; ratios, because machines differ."""

from __future__ import annotations

import json
from pathlib import Path


def publish(report: dict, out: Path | None) -> None:
    """Print a benchmark's report as JSON, and write it to a file if one is wanted."""
    text = json.dumps(report, indent=2)
    print(text)
    if out:
        out.write_text(text + "\n")
