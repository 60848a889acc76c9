"""Texture without a net: filter responses, textons, and histograms of textons in a window.

Grass is not one colour but a pattern of small blades. A bank of filters answers at every pixel how much it looks
like an edge, a bar or a blob of each size. Pixels with similar answers share a *texton*: k-means finds the typical
ones. A patch is then told by how often each texton occurs in a window, whatever the order: a bag of words.

Source: Varma & Zisserman, "A Statistical Approach to Texture Classification from Single Images", IJCV 2005: oriented
filters of which only the strongest orientation counts (section 2, their MR8), Weber's law for contrast, textons. Blobs
are in the small sizes of Leung & Malik (IJCV 2001) instead of one of 10 pixels, for photos are no close-ups.
Integral histograms: Porikli, CVPR 2005.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from seglib.images import check_image

ORIENTATIONS = 6
SIGMAS = (1.0, 2.0, 4.0)  # pixels across an edge or a bar; it is three times as long
GAUSSIANS = (1.0, 2.0, 4.0)
LAPLACIANS = (1.0, 2.0, 4.0, 8.0)
WEBER = 0.03  # contrast below which a response counts as noise, from the paper
MOST_WORDS = 255  # a map of words is a map of bytes


@dataclass(frozen=True, eq=False)
class Filter:
    """One filter of the bank: sums to 0 (a Gaussian to 1), absolute values to 1."""

    kind: str  # "edge", "bar", "Gaussian" or "Laplacian"
    sigma: float  # pixels
    degrees: float | None  # in which direction an edge or a bar runs; 0 = horizontal, counter-clockwise
    kernel: np.ndarray = field(repr=False)  # (n, n) float32, n odd


def filter_bank() -> tuple[Filter, ...]:
    """Edges and bars of three widths in six directions each, three Gaussians, four Laplacians of Gaussians.

    >>> len(filter_bank())
    43
    """
    filters = [
        Filter(kind, sigma, 180 * k / ORIENTATIONS, _oriented(kind, sigma, np.pi * k / ORIENTATIONS))
        for kind in ("edge", "bar")
        for sigma in SIGMAS
        for k in range(ORIENTATIONS)
    ]
    filters += [Filter("Gaussian", sigma, None, _gaussian(sigma)) for sigma in GAUSSIANS]
    filters += [Filter("Laplacian", sigma, None, _laplacian(sigma)) for sigma in LAPLACIANS]
    return tuple(filters)


def _grid(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """How far each pixel of a kernel lies above its centre and to the right of it."""
    n = int(np.ceil(radius))
    up, right = np.mgrid[n : -n - 1 : -1, -n : n + 1].astype(float)
    return up, right


def _oriented(kind: str, sigma: float, angle: float) -> np.ndarray:
    up, right = _grid(3 * 3 * sigma)
    across = up * np.cos(angle) - right * np.sin(angle)
    along = up * np.sin(angle) + right * np.cos(angle)
    profile = np.exp(-(across**2) / (2 * sigma**2)) * np.exp(-(along**2) / (2 * (3 * sigma) ** 2))
    # First derivative of a Gaussian across an edge, minus the second across a bar, so that bright bars count positive.
    profile *= across if kind == "edge" else sigma**2 - across**2
    return _balanced(profile)


def _gaussian(sigma: float) -> np.ndarray:
    up, right = _grid(3 * sigma)
    blob = np.exp(-(up**2 + right**2) / (2 * sigma**2))
    return (blob / blob.sum()).astype(np.float32)


def _laplacian(sigma: float) -> np.ndarray:
    up, right = _grid(3 * sigma)
    square = (up**2 + right**2) / (2 * sigma**2)
    return _balanced((1 - square) * np.exp(-square))


def _balanced(kernel: np.ndarray) -> np.ndarray:
    """Sum 0, so that a plain wall gives no answer; absolute sum 1, so that all filters answer on one scale."""
    kernel = kernel - kernel.mean()
    return (kernel / np.abs(kernel).sum()).astype(np.float32)


_BANK = filter_bank()
# The strongest of each family: {(kind, sigma): its place in `strongest`}.
_KINDS_AND_SIGMAS = dict.fromkeys((member.kind, member.sigma) for member in _BANK)
FAMILIES = {family: place for place, family in enumerate(_KINDS_AND_SIGMAS)}
# Gaussians say how bright it is, not which pattern: textons go without them (benchmarks/texture.py measures why).
_PATTERN = [place for (kind, _), place in FAMILIES.items() if kind != "Gaussian"]
NUM_RESPONSES = len(_PATTERN)


def lightness(image: np.ndarray) -> np.ndarray:
    """L* of a photo ``(H, W, 3)`` uint8, brought to mean 0 and standard deviation 1, ``(H, W)`` float32.

    So the filters neither see how bright a photo is nor how strong its contrast; one of a single grey is 0 everywhere.
    """
    value = cv2.cvtColor(check_image(image).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    deviation = value.std()
    return (value - value.mean()) / (deviation if deviation > 1e-3 else np.float32(1))


def strongest(grey: np.ndarray) -> np.ndarray:
    """What each family of filters says of `lightness`, ``(H, W, D)`` float32, before contrast is evened out.

    Of the six directions only the strongest counts, so that a texture may be turned: D is 3 edges, 3 bars, 3
    Gaussians and 4 Laplacians, as in `FAMILIES`. Bars and blobs are positive where bright, edges have no sign.
    """
    planes: list[np.ndarray] = []
    for number, member in enumerate(_BANK):
        answer = cv2.filter2D(grey, cv2.CV_32F, member.kernel, borderType=cv2.BORDER_REFLECT_101)
        if member.kind == "edge":
            answer = np.abs(answer)
        if member.degrees is not None and number % ORIENTATIONS:
            planes[-1] = np.where(np.abs(answer) > np.abs(planes[-1]), answer, planes[-1])
        else:
            planes.append(answer)
    return np.stack(planes, axis=-1)


def responses(image: np.ndarray) -> np.ndarray:
    """What textons are made of at every pixel of a photo, ``(H, W, 10)`` float32: `strongest` without the Gaussians.

    Contrast is evened out by Weber's law, F log(1 + |F| / 0.03) / |F| (Varma & Zisserman, section 2.2): a shadow
    on the grass should not make another texture of it.
    """
    return even_contrast(strongest(lightness(image))[..., _PATTERN])


def even_contrast(answers: np.ndarray) -> np.ndarray:
    """Weber's law for answers ``(H, W, D)``: long vectors are shortened to the logarithm of their length."""
    norm = np.linalg.norm(answers, axis=-1, keepdims=True)
    return answers * (np.log1p(norm / WEBER) / np.maximum(norm, 1e-6))


def learn_words(samples: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """The typical answers among ``samples (N, D)`` by k-means, ``(K, D)`` float32: textons, if they are `responses`.

    K is ``count``, or the number of different samples where there are fewer.
    """
    from sklearn.cluster import MiniBatchKMeans  # noqa: PLC0415 - takes a second to load, and few need it

    if samples.ndim != 2 or not len(samples) or not 1 <= count <= MOST_WORDS:
        raise ValueError(f"{count} words from samples {samples.shape}: wanted 1 to {MOST_WORDS} words, and (N, D)")
    distinct = len(np.unique(samples, axis=0)) if len(samples) < 50_000 else len(samples)
    means = MiniBatchKMeans(min(count, distinct), batch_size=4096, n_init=1, random_state=seed)
    return means.fit(samples).cluster_centers_.astype(np.float32)


def nearest_word(answers: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Index of the word that is nearest to each pixel's answers ``(H, W, D)``, ``(H, W)`` uint8."""
    half = 0.5 * (words**2).sum(1)
    nearest = np.empty(answers.shape[:2], np.uint8)
    for row, line in enumerate(answers):  # a row at a time: all distances at once would take gigabytes
        nearest[row] = (half - line @ words.T).argmin(1)
    return nearest


def count_in_cells(words: np.ndarray, num_words: int, cell: int) -> np.ndarray:
    """How often each word occurs in each ``cell x cell`` pixels of a map of words, ``(h, w, K)`` int32.

    ``h = ceil(H / cell)``: cells at the lower and right border may be cut.
    """
    height, width = words.shape
    rows, cols = -(-height // cell), -(-width // cell)
    at = (np.arange(height) // cell * cols)[:, None] + np.arange(width) // cell
    counts = np.bincount((at * num_words + words).ravel(), minlength=rows * cols * num_words)
    return counts.reshape(rows, cols, num_words).astype(np.int32)


def count_in_windows(cells: np.ndarray, radius: int) -> np.ndarray:
    """Word counts in the window of ``2 radius + 1`` cells a side around every cell, ``(h, w, K)`` int32.

    By an integral histogram: with all counts above and to the left of each corner known, a window of any size costs
    four look-ups a word. Windows are cut at the photo's border.
    """
    if radius < 0:
        raise ValueError(f"a window of radius {radius} cells: wanted 0 or more")
    height, width, words = cells.shape
    integral = np.zeros((height + 1, width + 1, words), np.int32)
    np.cumsum(cells, axis=0, out=integral[1:, 1:])
    np.cumsum(integral[1:, 1:], axis=1, out=integral[1:, 1:])
    top, bottom = _reach(height, radius)
    left, right = _reach(width, radius)
    strip = integral[bottom] - integral[top]
    return strip[:, right] - strip[:, left]


def _reach(count: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """First cell of each cell's window, and the one behind its last."""
    at = np.arange(count)
    return np.maximum(at - radius, 0), np.minimum(at + radius + 1, count)


def histograms(cells: np.ndarray, radius: int) -> np.ndarray:
    """Share of each word in the window around every cell, ``(h, w, K)`` float32: see `count_in_windows`."""
    counts = count_in_windows(cells, radius).astype(np.float32)
    return counts / counts.sum(-1, keepdims=True)


def chi_square(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Distance of each histogram of ``one (N, K)`` from each of ``other (M, K)``, ``(N, M)``.

    Half the sum of (a - b)^2 / (a + b), 0 to 1 for shares: a difference counts less where both are large.

    >>> chi_square(np.array([[0.5, 0.5, 0.0]]), np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]))
    array([[0., 1.]])
    """
    distance = np.empty((len(one), len(other)), np.result_type(one, other))
    for column, histogram in enumerate(other):
        total = one + histogram
        distance[:, column] = 0.5 * ((one - histogram) ** 2 / np.where(total > 0, total, 1)).sum(1)
    return distance
