"""How the pages say a number."""

from __future__ import annotations

import numpy as np


def percent(share: float) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"
