"""The photo that all pages look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from seglib.annotation.polygons import Annotation


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo of the box or of the visitor's own, with what is said of it.

    ``key`` names its pixels for the caches, which all visitors share: photos of one key are the same to the pixel.
    """

    key: str  # name in the box, or digest of an upload
    title: str
    alt: str
    image: np.ndarray = field(repr=False)  # (H, W, 3) uint8
    credit: str = ""
    notice: str | None = None  # what decoding had to do to it
    original_size: tuple[int, int] | None = None  # (height, width) in its file, upright; None where that is ``size``
    file_name: str = ""  # what a label file of it must name
    label_notice: str | None = None  # what was left out of an uploaded label file
    annotation: Annotation | None = field(default=None, repr=False)  # uploaded polygons
    label_maps: dict[str, np.ndarray] = field(default_factory=dict, repr=False)  # uploaded, by name of the label set

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.image.shape[:2]

    def cut(self, view: tuple[slice, slice]) -> Photo:
        """A window of the photo: other pixels, so another key; labels stay behind."""
        rows, cols = view
        return replace(
            self,
            key=f"{self.key} [{rows.start}:{rows.stop}, {cols.start}:{cols.stop}]",
            image=np.ascontiguousarray(self.image[view]),
            annotation=None,
            label_maps={},
        )
