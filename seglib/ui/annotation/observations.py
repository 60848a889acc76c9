"""What a lecturer would point at on the page of annotation, as it is on what each of its parts shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

ORDERS = 2  # of magnitude between the commonest class and the rarest: a heavy tail
HARDLY = 0.05  # of the pixels: classes that hold less together hardly count among them


def folding() -> Sentence:
    """What follows from adding rows and columns of a confusion matrix."""
    return always("Pixel accuracy can only rise as classes are folded, or stay, because no right pixel becomes wrong.")


def rare_half(shares: Mapping[str, float]) -> tuple[int, float]:
    """How many classes are the rarer half, rounded down, and their share together; ``shares`` by class."""
    ordered = sorted(shares.values())
    count = len(ordered) // 2
    return count, float(sum(ordered[:count]))


def heavy_tail(shares: Mapping[str, float]) -> Sentence | None:
    """Whether the bars fall off by orders of magnitude and the rarer half hardly counts; None with less than two."""
    if len(shares) < 2:
        return None
    commonest, rarest = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    times = shares[commonest] / shares[rarest]
    count, share = rare_half(shares)
    words = (
        f"{commonest} has {times:,.0f} times the pixels of {rarest}, and the rarer half of the classes, {count} of "
        f"{len(shares)}, together {100 * share:.2f} % of all"
    )
    return here(
        "annotation/heavy tail",
        times >= 10**ORDERS and share < HARDLY,
        f"{words}: the bars fall off by orders of magnitude, and what is rare hardly counts among pixels.",
        f"{words}: among these classes the tail is not that heavy.",
    )


def people_above_nets(people: float, nets: Mapping[str, float], imagined: bool) -> Sentence | None:
    """Whether two people agree better than any net agrees with them; mean IoUs, those of ``nets`` by name.

    ``imagined``: some of the people are labels spoilt on purpose.
    """
    known = {net: score for net, score in nets.items() if not np.isnan(score)}
    if not known or np.isnan(people):
        return None
    best = max(known, key=known.__getitem__)
    words = (
        f"Two of these people agree to {percent(people)} mean IoU, and {best}, the best net, with them to "
        f"{percent(known[best])}"
    )
    why = ", some of whom are imagined, and spoilt on purpose" if imagined else ""
    return here(
        "annotation/people above nets",
        known[best] < people,
        f"{words}: no net reaches what people agree on.",
        f"{words}: here a net agrees with these people{why} better than they do with each other.",
        on="camera",
    )
