"""``seglib.training.train`` in double precision, for tests that compare runs: what differs then is not rounding.

AdamW's first steps are as large for a gradient of nothing but rounding as for any other.
"""

from __future__ import annotations

import contextlib

import torch

from seglib.training import losses, run, train

if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.autocast = lambda *_: contextlib.nullcontext()
    torch.Tensor.float = torch.Tensor.double
    run.class_weights = lambda *arguments: losses.class_weights(*arguments).double()
    train.main()
