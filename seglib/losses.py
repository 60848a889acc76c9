"""What training minimises: cross-entropy that balances classes and accepts partial labels."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from seglib.labels import IGNORE


def class_weights(frequency: np.ndarray, balance: str) -> torch.Tensor:
    """Weight of each target in the loss, from its share of the labelled pixels, ``(V,)`` float32.

    ``natural``: all alike. ``log``: 1 / log(1.1 + share), mild balancing (Paszke et al., "ENet", 2016).
    ``inverse``: median share / share, full balancing (Eigen & Fergus, ICCV 2015).
    """
    share = np.where(frequency > 0, frequency, 1.0)
    weights = {
        "natural": np.ones_like(share),
        "log": 1 / np.log(1.1 + share),
        "inverse": np.median(frequency[frequency > 0]) / share,
    }
    if balance not in weights:
        raise ValueError(f"no balance {balance!r}: there are {', '.join(weights)}")
    return torch.from_numpy(weights[balance].astype(np.float32))


def partial_label_loss(
    logits: torch.Tensor, targets: torch.Tensor, members: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy where a label may allow several classes: -log of their summed probability.

    ``logits (N, K, H, W)``; ``targets (N, H, W)``, indices into ``members (V, K)``, whose first K rows are
    the classes themselves, or `IGNORE`; ``weights (V,)``. Returns the weighted mean over labelled pixels.
    """
    log_p = logits.log_softmax(1)
    partial = [log_p[:, allowed].logsumexp(1, keepdim=True) for allowed in members[logits.shape[1] :]]
    total = F.nll_loss(torch.cat([log_p, *partial], 1), targets, weights, ignore_index=IGNORE, reduction="sum")
    weight = weights[targets[targets != IGNORE]].sum()
    return total / weight.clamp_min(torch.finfo(weight.dtype).tiny)  # all void: 0, with a gradient of 0
