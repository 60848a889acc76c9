"""What is fast, measured beside its peers in the same run; ratios, because machines differ."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def spread(values: np.ndarray, digits: int = 3) -> dict[str, float | list[float]]:
    """Median and quartiles of what was found in each round."""
    low, middle, high = (round(float(each), digits) for each in np.percentile(values, (25, 50, 75)))
    return {"median": middle, "quartiles": [low, high]}


def publish(report: dict, out: Path | None) -> None:
    """Print a benchmark's report as JSON, and write it to a file if one is wanted."""
    text = json.dumps(report, indent=2)
    print(text)
    if out:
        out.write_text(text + "\n")
