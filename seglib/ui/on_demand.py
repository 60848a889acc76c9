"""Pictures that are drawn only when somebody needs their pixels.

A picture travels encoded, and what was encoded is kept (`seglib.ui.components.encoding`). If it can be named without
being drawn, by what it is drawn from, then for the next visitor it is neither drawn nor looked through for its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class OnDemand:
    """A picture ``(h, w, 3)`` uint8 that can be drawn; two of one ``key`` are the same to the pixel."""

    key: str
    draw: Callable[[], np.ndarray] = field(repr=False)


Picture = np.ndarray | OnDemand


def pixels(picture: Picture) -> np.ndarray:
    """The picture, ``(h, w, 3)`` uint8."""
    return picture.draw() if isinstance(picture, OnDemand) else picture
