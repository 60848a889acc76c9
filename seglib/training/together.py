"""Several processes that train one net: they share each batch, and what a batch's sums are taken over.

PyTorch's DistributedDataParallel averages gradients, which is the whole story only where every photo counts by itself.
Here two things look at the batch as a whole: batch normalisation, by its mean and variance, and the loss, by how many
labelled pixels there are and how far each class overlaps. So both take their sums over all processes, and N processes
with a share of the batch each do what one does with all of it, up to the order in which numbers are added.

Why the gradients are right: every process computes the same loss L from the shared sums. Going backwards through a sum,
each collects the gradients of all N copies of L, so N dL/dw in all, of which DistributedDataParallel takes one N-th.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.nn.functional import all_reduce


def over_all(sums: torch.Tensor) -> torch.Tensor:
    """The sum of every process's ``sums``, with a gradient; alone, ``sums`` itself."""
    if dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        return all_reduce(sums)
    return sums


class SharedNorm(nn.BatchNorm2d):
    """Batch normalisation whose statistics, in training, are those of all processes' share of the batch.

    As PyTorch's SyncBatchNorm, which knows GPUs only.
    """

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """``(N, C, H, W)`` in and out; statistics are taken in float32."""
        if not self.training:
            return super().forward(features)
        wide, axes = features.float(), (0, 2, 3)
        count = wide.new_tensor([wide.numel() / wide.shape[1]])
        sums = over_all(torch.cat([wide.sum(axes), count]))
        mean, count = sums[:-1] / sums[-1], sums[-1].detach()
        centred = wide - mean[:, None, None]
        variance = over_all(centred.square().sum(axes)) / count
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(features.dtype)


def share_norms(module: nn.Module) -> None:
    """Put a `SharedNorm` in every batch normalisation's place, with its values; names of tensors stay."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            shared = SharedNorm(child.num_features, child.eps, child.momentum).to(child.weight.device)
            shared.load_state_dict(child.state_dict())
            setattr(module, name, shared)
        else:
            share_norms(child)
