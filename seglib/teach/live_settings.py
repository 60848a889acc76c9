"""What can be set of a net that is trained live, and how much of it there is; without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Start = Literal["ImageNet", "scratch"]
Balance = Literal["natural", "log", "inverse"]
STARTS: tuple[Start, ...] = get_args(Start)
BALANCES: tuple[Balance, ...] = get_args(Balance)
LEARNING_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
BATCHES = (1, 2, 4, 8)
SIDE = 256  # pixels: the longer side of a photo
CROP = 129  # pixels a side, 32 m + 1
STEPS = 10  # of an epoch
EPOCHS = 100


@dataclass(frozen=True)
class Settings:
    """One run. Two runs of the same settings are the same run."""

    start: Start = "ImageNet"  # features that ImageNet taught, or everything from scratch
    skips: bool = True
    overlap: bool = False  # an overlap loss beside cross-entropy
    balance: Balance = "natural"  # of classes in the loss
    learning_rate: float = 0.003
    batch: int = 4
    seed: int = 0
