"""What a lecturer would point at where things are detected, then segmented: as it is in the box that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seglib.ui.seen import Sentence, here
from seglib.ui.words import percent

GOES_ON, MOSTLY = 0.1, 0.5  # of the strip just outside a box: what is in it goes on out there, and is most of it


def _why(name: str, outside: float) -> str:
    """A clause on what the box cuts off; empty where it cuts nothing off. ``outside``: share of the strip around it."""
    if np.isnan(outside) or outside < GOES_ON:
        return ""
    return f" {percent(outside)} of the strip just outside the box is {name} as well, and counts as background."


def box_beats_a_net(ours: float, net: float, net_name: str, name: str, outside: float) -> Sentence | None:
    """Whether the hint of a box is worth more than having learnt; IoU of class ``name`` inside the box."""
    if np.isnan([ours, net]).any():
        return None
    numbers = f"inside it the colours alone reach {percent(ours)} IoU of {name}, {net_name} {percent(net)}"
    return here(
        "things/box",
        ours > net,
        f"A box is a strong hint: {numbers}, and nobody told that net where to look.",
        f"Here the box is worth less than what a net has learnt: {numbers}.{_why(name, outside)}",
        on="astronaut",
    )


def first_iteration(ious: Sequence[float]) -> Sentence | None:
    """Whether the first iteration does most; IoU in the box after 0, 1, 2 ... iterations."""
    if len(ious) < 3 or np.isnan(ious).any():
        return None
    start, first, end = ious[0], ious[1], ious[-1]
    numbers = f"takes the box from {percent(start)} to {percent(first)}, and all that follow to {percent(end)}"
    return here(
        "things/first iteration",
        abs(first - start) > abs(end - first),
        f"The first iteration does most: it {numbers}.",
        f"Here the first iteration does not do most: it {numbers}.",
        on="astronaut",
    )


def better_than_the_box(ious: Sequence[float], name: str, outside: float) -> Sentence | None:
    """Whether cutting was worth it at all."""
    if len(ious) < 2 or np.isnan(ious).any():
        return None
    start, end = ious[0], ious[-1]
    return here(
        "things/cut",
        end > start,
        f"What is cut out fits {name} better than the bare box, {percent(end)} against {percent(start)} IoU.",
        f"What is cut out fits {name} worse than the bare box, {percent(end)} against {percent(start)} IoU."
        f"{_why(name, outside)} Strokes in the box can bring it back.",
        on="astronaut",
    )


def kept(share: float, name: str, outside: float) -> str:
    """Why so much of a box in the midst of stuff was kept, in one sentence."""
    words = f"{percent(share)} of the box is left."
    if np.isnan(outside):
        return words
    return f"{words} {percent(outside)} of the strip just outside, where background is learnt, is {name} as well."


def why(name: str, is_thing: bool, gone: int | None, outside: float, source: str) -> str:
    """Whether a box that is mostly ``name`` can be cut at all; empty where there is nothing to explain.

    ``gone``: the iteration after which nothing was left; ``outside``: share of the strip just outside that is ``name``
    as well, by ``source``.
    """
    around = f"{percent(outside)} of the strip just outside"
    if gone is not None and outside > MOSTLY:
        return (
            f"Nothing is left after iteration {gone}. What fills the box goes on around it: {around} is {name} as well "
            f"({source}). So the background has the object's own colours, and no closed contour in the box says where "
            "it ends." + ("" if is_thing else " Stuff has no extent, and a box asks for one.")
        )
    if gone is not None:
        words = f"Nothing is left after iteration {gone}"
        if np.isnan(outside):
            return f"{words}."
        return (
            f"{words}, although only {around} is {name} as well ({source}): its colours are taken for the background's "
            "all the same."
        )
    if is_thing:
        return ""
    if np.isnan(outside):
        return f"This box is mostly {name} ({source}): no detector could have drawn it."
    return (
        f"This box is mostly {name}, and so is {around} it ({source}). Colours cut stuff out only where nothing around "
        "looks like it; and no detector could have drawn this box."
    )
