"""Everything that decides how a net of the family is trained, in one record."""

from __future__ import annotations

from dataclasses import dataclass

from seglib.training.augment import Augmentation


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides data, net and seed."""

    epochs: int = 100
    views: int = 368  # an epoch is so many views; 368 = CamVid's training photos once
    batch: int = 8
    crop: int = 257  # side of a view in pixels, 32 m + 1
    smallest: float = 0.5  # scale of a view against its photo, at least
    largest: float = 1.6  # and at most
    learning_rate: float = 1e-3  # AdamW's peak, in one cycle
    trunk_rate: float = 0.5  # the trunk's, as a share of it: what ImageNet taught should not be forgotten; 0: frozen
    weight_decay: float = 0.03
    warm_up: float = 0.1  # share of the steps before the peak
    average: float = 0.998  # decay of the moving average of the weights, which is what is kept
    forget: int = 9  # steps it takes the average to leave a random start behind; 0 for a net already trained
    balance: str = "log"  # class weights, see `seglib.training.losses`
    overlap: float = 1.0  # weight of `seglib.training.losses.overlap_loss` beside cross-entropy
    norm_views: int = 0  # plain views for `measure_norms`, on the net that is kept; 0: as training left them
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.epochs > 0 and 0 < self.batch <= self.views and self.epochs * self.steps > 1):
            raise ValueError(
                f"{self.epochs} epochs of {self.views} views in batches of {self.batch}: wanted two steps at least"
            )
        if self.norm_views and self.norm_views < self.batch:
            raise ValueError(f"{self.norm_views} views for the norms: wanted a batch of {self.batch} at least, or 0")

    @property
    def steps(self) -> int:
        """Steps of the optimiser in one epoch."""
        return self.views // self.batch

    @property
    def augmentation(self) -> Augmentation:
        """How far a view may differ from its photo."""
        return Augmentation(crop=self.crop, scale=(self.smallest, self.largest))
