"""The net that is kept: a moving average of the weights, and norms measured anew for it."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from seglib.models.prediction import to_input
from seglib.training.views import Views


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the current ones; counters are copied."""
    for old, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1 - decay)
        else:
            old.copy_(new)


def measure_norms(model: nn.Module, views: Views, number: int, batch: int) -> None:
    """Measure every batch normalisation's mean and variance anew, on the first ``number`` of ``views``.

    What training leaves is the statistics of *other* weights, those before averaging, on stretched and
    recoloured views. The nets meet photos as they are.

    Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018,
    section 3.2, for the weights; Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019,
    section 3.2, for the views.
    """
    device = next(model.parameters()).device
    firsts = range(0, number - number % batch, batch)
    stacks = (np.stack([views[index][0] for index in range(first, first + batch)]) for first in firsts)
    update_bn((to_input(torch.from_numpy(stack).to(device)) for stack in stacks), model)
