"""All bundled photos with our ground truth drawn on them, on one sheet, to be looked at.

    python -m tests.contact_sheet OUT.png [PHOTO ...]

Every polygon's outline in black, the everyday classes as a tint, void left as it is.
"""

from __future__ import annotations

import sys

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from seglib.annotation.polygons import load_annotation
from seglib.labels import EVERYDAY, IGNORE
from seglib.photos import PHOTOS, load_photo, photo_truth

TINT = 0.55  # share of the class colour


def contact_sheet(names: list[str]) -> Figure:
    """Photo on the left, the same with tint and outlines on the right, two photos a row."""
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(11 * columns, 4.6 * rows), layout="constrained")
    axes = figure.subplots(rows, 2 * columns, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for (plain, drawn), name in zip(axes.reshape(-1, 2), names, strict=False):
        image, truth = load_photo(name), photo_truth(name, EVERYDAY)
        colors = np.zeros((IGNORE + 1, 3))
        colors[: len(EVERYDAY)] = EVERYDAY.colors
        tint = np.where(truth == IGNORE, 0, TINT)[..., None]
        plain.imshow(image)
        plain.set_title(f"{PHOTOS[name].title} ({name})", fontsize=9)
        # The pixel grid of the annotations: (0, 0) is the corner of the first pixel, not its centre.
        drawn.imshow(
            (image * (1 - tint) + colors[truth] * tint).astype(np.uint8), extent=(0, truth.shape[1], truth.shape[0], 0)
        )
        for shape in load_annotation(name).shapes:
            drawn.plot(*np.vstack([shape.points, shape.points[:1]]).T, color="black", linewidth=0.4)
        drawn.set(xlim=(0, truth.shape[1]), ylim=(truth.shape[0], 0))
        drawn.set_title(f"void {np.mean(truth == IGNORE):.1%}", fontsize=9)
    swatches = [
        Patch(color=np.divide(color, 255), label=label)
        for label, color in zip(EVERYDAY.classes, EVERYDAY.colors, strict=True)
    ]
    figure.legend(handles=swatches, loc="outside lower center", ncols=len(swatches), fontsize=9)
    return figure


if __name__ == "__main__":
    contact_sheet(sys.argv[2:] or list(PHOTOS)).savefig(sys.argv[1], dpi=110)
