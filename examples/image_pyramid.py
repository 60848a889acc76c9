"""Image pyramids: nothing is lost, it is only sorted by size.

Blur, keep every second pixel, and again: the Gaussian pyramid. What each step takes away, the band, is what is seen at
that size and at no coarser one: the Laplacian pyramid (Burt & Adelson 1983). Added up again it is the photo. A small
window that looks at all levels sees fine texture in one and the whole scene in another (Farabet et al. 2013).
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seglib.photos import load_photo
from seglib.pyramid import gaussian_pyramid, laplacian_pyramid, reconstruct

LEVELS, WINDOW = 4, 63  # pixels
grey = load_photo("china").mean(2) / 255
gaussian, laplacian = gaussian_pyramid(grey, LEVELS), laplacian_pyramid(grey, LEVELS)
np.testing.assert_allclose(reconstruct(laplacian), grey, atol=1e-12)
numbers = sum(band.size for band in laplacian)
print(f"{LEVELS} levels hold {numbers / grey.size:.2f} times as many numbers as the photo, and give it back exactly")

figure = Figure(figsize=(13, 5), layout="constrained")
for level, (above, below) in enumerate(figure.subplots(2, LEVELS).T):
    share = (WINDOW * 2**level) ** 2 / grey.size
    print(f"level {level}: {gaussian[level].shape}, a window of {WINDOW} pixels is {share:.0%} of the photo")
    above.imshow(gaussian[level], cmap="gray", vmin=0, vmax=1)
    above.set_title(f"Gaussian {level}: {gaussian[level].shape[1]} x {gaussian[level].shape[0]}")
    limit = 1 if level == LEVELS - 1 else 0.2
    below.imshow(laplacian[level], cmap="gray", vmin=0 if limit == 1 else -limit, vmax=limit)
    below.set_title("the residual" if limit == 1 else f"Laplacian {level}: what the next level lacks")
    above.axis("off"), below.axis("off")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "image_pyramid.png")
