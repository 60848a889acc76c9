"""A grid of pixels in steps, played or stepped by hand: taps of a filter move, pixels light up.

Python computes every step, the browser only shows them: stepping costs no word to the server. Who asked the system for
less motion gets steps without movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

_HERE = Path(__file__).parent
MAX_SIDE = 63  # cells; more would be too small to see
_mount = st.components.v2.component(
    "grid_stepper",
    js=(_HERE / "grid_stepper.js").read_text(encoding="utf-8"),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("photo_view.css", "grid_stepper.css")),
)


@dataclass(frozen=True, eq=False)
class Frame:
    """One step."""

    caption: str  # what is to be seen, one sentence
    shade: np.ndarray  # (n, n) from 0 (nothing) to 1; nan for a hole, drawn hatched
    taps: Sequence[tuple[int, int]] = ()  # (row, col) of the filter's taps, the same number in each step
    numbers: np.ndarray | None = None  # (n, n), written into the cells where they are large enough


def grid_stepper(frames: Sequence[Frame], *, key: str, title: str, role: str, legend: str, start: int = 0) -> None:
    """Draw the steps; ``role`` says whether the cells are input or output, ``legend`` what their shade means."""
    sides = {frame.shade.shape for frame in frames}
    if len(sides) != 1 or max(sides.pop()) > MAX_SIDE:
        raise ValueError(f"wanted one size for all steps, at most {MAX_SIDE} x {MAX_SIDE} cells")
    data = {
        "title": title,
        "role": role,
        "legend": legend,
        "start": start,
        "frames": [
            {
                "caption": frame.caption,
                "shade": [[None if np.isnan(v) else round(float(v), 3) for v in row] for row in frame.shade],
                "taps": [[int(row), int(col)] for row, col in frame.taps],
                "numbers": None if frame.numbers is None else [[f"{v:g}" for v in row] for row in frame.numbers],
            }
            for frame in frames
        ],
    }
    _mount(key=key, data=data)
