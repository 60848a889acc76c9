"""``seglib.training.train`` without its bfloat16, for tests that compare runs to the last digits."""

from __future__ import annotations

import contextlib

import torch

from seglib.training import train

if __name__ == "__main__":
    torch.autocast = lambda *_: contextlib.nullcontext()
    train.main()
