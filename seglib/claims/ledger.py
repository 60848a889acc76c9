"""What the ledger holds: a claim, the figures that decide it, and the verdict that follows from them.

A difference counts only if it is larger than its spread. Spreads are 95 % intervals of a bootstrap over photos (Efron
& Tibshirani, 1993): had other photos of this kind been taken, the figure would mostly lie in there. What another
training run would have given is told by the figures over three seeds alone, see `seglib.claims.seeds`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from seglib.assets import ASSETS, read_json

FILE = ASSETS / "claims.json"

SECTIONS = {  # of the lecture
    2: "what a good segmentation is",
    4: "labels are hard",
    5: "before convnets",
    6: "the resolution issue",
    7: "shallower, or without subsampling?",
    8: "image pyramids",
    9: "skip connections",
    10: "dilation",
    11: "all together",
}
Verdict = Literal["holds", "holds weakly", "does not hold here"]


class NotInTheBoxError(ValueError):
    """What a claim is measured on does not come with the app: the claim stays out of the ledger, for this reason."""


@dataclass(frozen=True)
class Figure:
    """One measured number; if the claim is true it is positive."""

    name: str
    value: float
    low: float | None = None  # the 95 % interval; None where there is nothing to resample
    high: float | None = None
    unit: str = "points"

    @property
    def is_sure(self) -> bool:
        """Positive, and not by chance."""
        return self.value > 0 and (self.low is None or self.low > 0)


@dataclass(frozen=True)
class Finding:
    """What measuring a claim gave."""

    figures: tuple[Figure, ...]  # these decide
    context: dict[str, str] = field(default_factory=dict)  # what they were made of, in words and numbers
    why: str = ""  # the reason, where the lecture is contradicted or the figure needs one
    curve: dict[str, list[float]] = field(default_factory=dict)  # columns of numbers that a page draws


@dataclass(frozen=True)
class Claim:
    """A sentence of the lecture."""

    name: str
    statement: str
    section: int  # of the lecture, see `SECTIONS`
    how: str
    paper: str  # what the literature found, or that it has no figure
    link: str  # page and address that show it


def verdict(figures: Sequence[Figure]) -> Verdict:
    """``holds`` if every figure is positive beyond its spread, ``holds weakly`` if all but not beyond it.

    >>> verdict([Figure("gain", 2.0, 0.5, 3.5)]), verdict([Figure("gain", 2.0, -0.5, 4.5)])
    ('holds', 'holds weakly')
    """
    if not figures:
        raise ValueError("a claim without figures cannot be judged")
    if all(figure.is_sure for figure in figures):
        return "holds"
    return "holds weakly" if all(figure.value > 0 for figure in figures) else "does not hold here"


def entry(claim: Claim, finding: Finding, seconds: float) -> dict:
    """A claim and its finding as they are written to the ledger."""
    return asdict(claim) | asdict(finding) | {"verdict": verdict(finding.figures), "seconds": round(seconds, 1)}


def read_ledger(path: Path = FILE) -> dict[str, dict]:
    """The entries measured so far, by claim; none without a file."""
    return read_json(path) if path.is_file() else {}


def write_ledger(entries: dict[str, dict], path: Path = FILE) -> None:
    """Write all entries; a kill halfway leaves the previous file."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    partial.replace(path)
