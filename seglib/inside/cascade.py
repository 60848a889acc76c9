"""The sanity check as a cascade: weights lose their places from a unit's stage down to the photo.

A projection that tells of a unit hangs on what the unit and all layers below it have learnt. So the net is destroyed
from the top: first the unit's own stage is shuffled, then that and the stage below, and so on, the stem last. At each
depth the projection is held against the intact net's. What falls to a correlation near 0 at once told of the unit;
what stays the same showed the photo, whatever the net had learnt.

Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018, "cascading randomization". Departures: whole
stages and not single layers; weights are shuffled, which keeps their scale, where the paper draws new ones, and norms
stay as they are; Pearson's correlation of strength beside the paper's rank correlation and structural similarity.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from seglib.inside.backward import shallower
from seglib.inside.projections import RULES, Rule, correlation, project, shuffle

INTACT, STEM = "nothing", "stem"


@dataclass(frozen=True, eq=False)
class Cascade:
    """How much of each projection is left at each depth of the destruction."""

    depths: tuple[str, ...]  # the last part that was shuffled: `INTACT`, strides from the top down, `STEM`
    correlations: dict[Rule, np.ndarray]  # (seeds, depths), with the intact projection; nan for a flat one

    def mean(self, rule: Rule) -> np.ndarray:
        """Mean over those seeds whose projection was not flat, ``(depths,)``; nan where all were."""
        values = self.correlations[rule]
        known = np.isfinite(values)
        total, count = np.where(known, values, 0).sum(0), known.sum(0)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def parts_from_the_top(trunk: nn.Module, stride: int) -> dict[str, list[nn.Module]]:
    """What is shuffled at each depth, from the stage at ``stride`` down.

    The stem is one part with the stages below stride 4, which hand out no features.
    """
    stages = {int(name): stage for name, stage in trunk.stages.items() if int(name) <= stride}
    parts = {str(s): [stages[s]] for s in sorted(stages, reverse=True) if s >= 4}
    return parts | {STEM: [*(stage for s, stage in stages.items() if s < 4), trunk.stem]}


def cascade(
    trunk: nn.Module, x: torch.Tensor, stride: int, unit: int, place: tuple[int, int], seeds: Sequence[int]
) -> Iterator[tuple[Cascade, float]]:
    """One unit's projections while the net is shuffled from the top down, once for each of ``seeds``.

    ``x`` is ``(1, 3, H, W)``, ``place`` on the unit's grid. Yields what is known so far, seed by seed, and the share
    of the work that is done; in the last one all is known. ``trunk`` is not changed.
    """
    if not seeds:
        raise ValueError("no seeds: wanted one at least")
    small = shallower(trunk, stride)
    intact = {rule: project(small, x, stride, unit, place, rule) for rule in RULES}
    depths = (INTACT, *parts_from_the_top(small, stride))
    rows: dict[Rule, list[list[float]]] = {rule: [] for rule in RULES}
    steps, done = len(seeds) * (len(depths) - 1), 0
    for seed in seeds:
        broken, generator = copy.deepcopy(small), torch.Generator().manual_seed(seed)
        for rule in RULES:
            rows[rule].append([correlation(intact[rule], intact[rule])])
        for parts in parts_from_the_top(broken, stride).values():
            for part in parts:
                shuffle(part, generator)
            for rule in RULES:
                rows[rule][-1].append(correlation(intact[rule], project(broken, x, stride, unit, place, rule)))
            done += 1
            yield Cascade(depths, {rule: _table(rows[rule], len(depths)) for rule in RULES}), done / steps


def _table(rows: Sequence[Sequence[float]], columns: int) -> np.ndarray:
    """Rows of numbers ``(seeds, depths)``; nan for what is not known yet."""
    return np.array([[*row, *[np.nan] * (columns - len(row))] for row in rows])
