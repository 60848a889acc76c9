"""Superpixels: small regions of one colour, whose pixels are made to agree on a class.

A photo is cut into regions that follow its edges, without knowing any class; then each region takes the class that
most of its pixels were given. Borders snap to edges of the photo, speckles go; and what is thinner than a region, or
has no edge, is voted down. How much can be won or lost is told by the ceiling: the vote of the true labels.

Sources: Farabet et al., TPAMI 2013, section 4.1 (they average the class probabilities in a region, we count votes);
Achanta et al., "SLIC superpixels", TPAMI 2012; Felzenszwalb & Huttenlocher, "Efficient graph-based image
segmentation", IJCV 2004. Both cuts are scikit-image's.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from seglib.images import check_image
from seglib.labels import IGNORE, check_label_map

Method = Literal["SLIC", "Felzenszwalb"]
AREAS = (64, 128, 256, 512, 1024, 2048)  # pixels that a region has, about
MOST_PIXELS = 640 * 480  # larger photos are cut at a smaller size, for time: SLIC needs about a second for this one
# SLIC: how many units of CIELAB a whole cell of distance weighs, and how far the photo is blurred before, px. On grain
# and on fine texture the usual 10 tears regions to shreds, which are then merged into one; so the first of these is
# taken that keeps them of a size. Blur comes first, because it spares true edges.
COMPACTNESS = ((10.0, 0.0), (10.0, 1.0), (10.0, 2.0), (160.0, 2.0))
FEWEST, LARGEST = 2 / 3, 5.0  # of the wanted number of regions; times the wanted area
SCALE = 0.1  # Felzenszwalb: how much easier two regions merge, for each pixel of the wanted area


def superpixels(image: np.ndarray, method: Method, area: int) -> np.ndarray:
    """Regions of about ``area`` pixels of an image ``(H, W, 3)`` uint8: ``(H, W)`` int32, numbered from 0.

    SLIC's regions are much of one size, on grain and fine texture too: at least two thirds of the wanted number, none
    larger than five times ``area`` if any of `COMPACTNESS` can reach that, else the most even cut of them.
    Felzenszwalb's are at least ``area / 4`` pixels and as large as their colour goes on, twice ``area`` and more.
    `ValueError` for an unknown method, or an area outside `AREAS`' range.
    """
    image = check_image(image)
    if not AREAS[0] <= area <= AREAS[-1]:
        raise ValueError(f"regions of {area} pixels: wanted {AREAS[0]} to {AREAS[-1]}")
    shrink = min(1.0, (MOST_PIXELS / (image.shape[0] * image.shape[1])) ** 0.5)
    small = image
    if shrink < 1:
        small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    regions = _cut(small, method, max(4, round(area * shrink**2)))
    if shrink < 1:
        regions = cv2.resize(regions, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return regions


def _cut(image: np.ndarray, method: Method, area: int) -> np.ndarray:
    # Imported here: it takes half a second, and only this needs it.
    from skimage.segmentation import felzenszwalb, slic  # noqa: PLC0415

    if method == "SLIC":
        wanted = max(1, round(image.shape[0] * image.shape[1] / area))
        cuts = []
        for compactness, blur in COMPACTNESS:
            regions = slic(image, wanted, compactness, max_num_iter=5, sigma=blur, start_label=0).astype(np.int32)
            if even(regions, area):
                return regions
            cuts.append((np.bincount(regions.ravel()).max(), regions))
        return min(cuts, key=lambda cut: cut[0])[1]
    if method == "Felzenszwalb":
        return felzenszwalb(image, scale=SCALE * area, sigma=0.8, min_size=max(1, area // 4)).astype(np.int32)
    raise ValueError(f"no method {method!r}: there are SLIC, Felzenszwalb")


def even(regions: np.ndarray, area: int) -> bool:
    """Whether regions are of about ``area`` pixels, and as many as that gives; else the ceiling is their doing."""
    sizes = np.bincount(regions.ravel())
    return len(sizes) >= FEWEST * max(1, round(regions.size / area)) and bool(sizes.max() <= LARGEST * area)


def majority(labels: np.ndarray, regions: np.ndarray, num_classes: int) -> np.ndarray:
    """Each region in the class of most of its pixels, ``(H, W)`` uint8; the lower index wins a tie.

    Void pixels have no vote; a region of void alone stays void. ``labels`` may be a prediction, or the truth: the
    result is then the best that regions can do.

    >>> majority(np.array([[1, 1, 0, 2]]), np.array([[0, 0, 0, 1]]), 3)
    array([[1, 1, 1, 2]], dtype=uint8)
    """
    labels = check_label_map(labels, num_classes)
    if labels.shape != regions.shape:
        raise ValueError(f"labels are {labels.shape} but regions are {regions.shape}: they must match")
    if not regions.size:
        return labels.astype(np.uint8)
    voting = labels != IGNORE
    count = int(regions.max()) + 1
    cells = regions[voting].astype(np.int64) * num_classes + labels[voting]
    votes = np.bincount(cells, minlength=count * num_classes).reshape(count, num_classes)
    winner = np.where(votes.any(1), votes.argmax(1), IGNORE).astype(np.uint8)
    return winner[regions]


def outlines(regions: np.ndarray) -> np.ndarray:
    """Pixels whose right or lower neighbour lies in another region, ``(H, W)`` bool."""
    edge = np.zeros(regions.shape, bool)
    edge[:, :-1] |= regions[:, 1:] != regions[:, :-1]
    edge[:-1] |= regions[1:] != regions[:-1]
    return edge
