"""How well do people agree on where borders run? Photos taken apart into regions by several people, without classes.

What two people drew is compared as lines: the share of the one's that lies within r pixels of the other's is precision,
the reverse recall, their harmonic mean the boundary F (Martin, Fowlkes & Malik, "Learning to detect natural image
boundaries using local brightness, color, and texture cues", TPAMI 2004). Over r it tells two kinds of difference apart:
what is gone at a few pixels was drawn by both, in slightly other places; what stays was drawn by one of them alone.

Departure: their benchmark gives every pixel of a line a partner of its own on the other line. Here, as in
`seglib.metrics.boundary`, a line need only be near, so that two lines may find themselves in one: scores are higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from seglib.metrics.boundary import distance_to


def boundary_map(regions: np.ndarray) -> np.ndarray:
    """Lines one pixel wide between regions ``(H, W)``: pixels unlike their right, lower or lower right neighbour, bool.

    On one side of a border only, unlike `seglib.metrics.boundary.border_pixels`, so that two lines are as far apart as
    the borders are.

    >>> boundary_map(np.array([[7, 7, 9, 9]])).astype(int)
    array([[0, 1, 0, 0]])
    """
    lines = np.zeros(regions.shape, bool)
    lines[:, :-1] |= regions[:, :-1] != regions[:, 1:]
    lines[:-1] |= regions[:-1] != regions[1:]
    lines[:-1, :-1] |= regions[:-1, :-1] != regions[1:, 1:]
    return lines


def share_within(lines: np.ndarray, others: np.ndarray, radii: Sequence[float]) -> np.ndarray:
    """Of the pixels of ``lines``, the share within each of R radii of ``others``, ``(R,)``; ``nan`` without lines.

    >>> share_within(np.array([[1, 0, 0, 1]], bool), np.array([[1, 0, 0, 0]], bool), [0, 3])
    array([0.5, 1. ])
    """
    if not lines.any():
        return np.full(len(radii), np.nan)
    return (distance_to(others)[lines][:, None] <= np.asarray(radii)).mean(0)


def boundary_f(one: np.ndarray, other: np.ndarray, radii: Sequence[float]) -> np.ndarray:
    """Boundary F of two people's lines ``(H, W)`` at each of R radii, ``(R,)``; the same either way round.

    0 where only one of them drew any, ``nan`` where neither did.
    """
    if not (one.any() and other.any()):
        return np.full(len(radii), 0.0 if one.any() or other.any() else np.nan)
    precision, recall = share_within(one, other, radii), share_within(other, one, radii)
    total = precision + recall
    return 2 * precision * recall / np.where(total > 0, total, 1)


@dataclass(frozen=True, eq=False)
class Agreement:
    """Of one photo, at each of R radii: means over every two people, shares from 0 to 1, each ``(R,)``."""

    f: np.ndarray  # boundary F
    of_sparser: np.ndarray  # of the lines of whoever drew less, the share that the other drew, too
    of_denser: np.ndarray  # the reverse
    by_chance: np.ndarray  # boundary F of the one with the other's mirror image: as many lines, about nothing there is


def agree(drawings: Sequence[np.ndarray], radii: Sequence[float]) -> Agreement:
    """How well people's regions ``(H, W)`` of one photo agree; who drew no line takes no part.

    `ValueError` if that leaves less than two, or if the shapes differ.
    """
    maps = sorted(filter(np.any, map(boundary_map, drawings)), key=np.count_nonzero)
    if len(maps) < 2 or len({lines.shape for lines in maps}) > 1:
        shapes = ", ".join(str(drawing.shape) for drawing in drawings)
        raise ValueError(
            f"agreement needs lines of two people at least, on one photo; there are {len(maps)} of {shapes}"
        )
    pairs = list(combinations(maps, 2))  # the sparser one first
    return Agreement(
        f=np.mean([boundary_f(one, other, radii) for one, other in pairs], 0),
        of_sparser=np.mean([share_within(one, other, radii) for one, other in pairs], 0),
        of_denser=np.mean([share_within(other, one, radii) for one, other in pairs], 0),
        by_chance=np.mean([boundary_f(one, other[:, ::-1], radii) for one, other in pairs], 0),
    )


def beyond_chance(agreement: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    """Of what chance leaves to be agreed on, the share that is: 0 for chance, 1 for full agreement, ``nan`` for none.

    Source: Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement, 1960.

    >>> float(beyond_chance(np.array(0.75), np.array(0.5)))
    0.5
    """
    left = 1 - np.asarray(by_chance, float)
    return np.divide(agreement - by_chance, left, out=np.full(left.shape, np.nan), where=left > 0)


def one_against_others(drawings: Sequence[np.ndarray], radius: float) -> np.ndarray:
    """Each person in turn against all others, as the benchmark judges a machine: counts ``(2, 2)`` of pixels.

    First row: near anybody else's lines, of all drawn; their ratio is precision. Second row: of everybody else's lines,
    near the one's, of all; their ratio is recall. Counts of photos add up.
    """
    counts = np.zeros((2, 2), int)
    maps = [boundary_map(drawing) for drawing in drawings]
    for i, one in enumerate(maps):
        others = maps[:i] + maps[i + 1 :]
        near = distance_to(one) <= radius
        counts[0] += (distance_to(np.any(others, 0))[one] <= radius).sum(), one.sum()
        counts[1] += sum(near[other].sum() for other in others), sum(other.sum() for other in others)
    return counts
