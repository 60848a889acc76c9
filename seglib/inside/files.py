"""Where the numbers of the two commands of this folder lie: known to the page, which need not wait for torch."""

from __future__ import annotations

from seglib.assets import ASSETS

FLOW = ASSETS / "statistics" / "gradient_flow.json"
UNITS = ASSETS / "statistics" / "units.json"
