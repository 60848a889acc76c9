"""What training minimises: balanced cross-entropy that accepts partial labels, and overlap, class by class."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from seglib.labels import IGNORE
from seglib.training.together import over_all


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
    total, weight = over_all(torch.stack([total, weight]))
    return total / weight.clamp_min(torch.finfo(weight.dtype).tiny)  # all void: 0, with a gradient of 0


def overlap_loss(logits: torch.Tensor, targets: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
    """One minus the Dice coefficient of probabilities and truth, averaged over the classes in the batch.

    Cross-entropy counts pixels, mean IoU counts classes: a pole of a hundred pixels weighs as much here as
    the road. ``logits``, ``targets`` and ``members`` as for `partial_label_loss`. A pixel counts for a class where its
    label says whether it is of that class: a partial label, that allows several, for all others. Returns a scalar in
    [0, 1]; 0 where no pixel counts.

    Source: Milletari, Navab & Ahmadi, "V-Net", 3DV 2016, section 3, with sums instead of squares.
    """
    num_classes = logits.shape[1]
    labelled = (targets != IGNORE).unsqueeze(-1)
    allowed = members.to(logits)[targets.where(targets != IGNORE, 0)] * labelled  # (N, H, W, K)
    truth = allowed * (targets < num_classes).unsqueeze(-1)
    known = (truth + labelled - allowed).permute(0, 3, 1, 2)
    truth = truth.permute(0, 3, 1, 2)
    p = logits.softmax(1) * known
    overlap, predicted, true = over_all(torch.stack([x.sum((0, 2, 3)) for x in (p * truth, p, truth)]))
    present = true > 0
    dice = 2 * overlap / (predicted + true).clamp_min(1)
    return ((1 - dice) * present).sum() / present.sum().clamp_min(1)
