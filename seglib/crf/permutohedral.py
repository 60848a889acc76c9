"""The CRF's blur on the permutohedral lattice: N points in many dimensions, in time and memory linear in N.

Summing ``exp(-|f_i - f_j|^2 / 2) v_j`` over all pairs takes N^2 steps. Instead every point hands its value to the
d + 1 corners of the simplex it lies in (*splat*), the corners blur among themselves along the d + 1 directions of the
lattice (*blur*), and every point takes the weighted mean of its corners back (*slice*). All three are sparse matrices,
and slicing is splatting transposed. Source: Adams, Baek & Davis, "Fast High-Dimensional Filtering Using the
Permutohedral Lattice", Eurographics 2010, section 3; the same lattice filters in Krähenbühl & Koltun's dense CRF.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

# Splat and slice add (d + 1)^2 / 12 each to the variance and a blur (d + 1)^2 / 2 (Adams et al., section 3.1).
POINTS_AT_ONCE = 16_384  # so that their coordinates stay in a processor's cache from one step to the next
_VARIANCE_OF_BLUR, _VARIANCE_OF_ENDS = 1 / 2, 1 / 6
_RANDOM = np.random.default_rng(2010).integers(-(2**62), 2**62, size=63, dtype=np.int64) | 1
_FACTOR = np.int64(0x2545F4914F6CDD1D)  # an odd number that spreads the bits of another


@dataclass(frozen=True, eq=False)
class Lattice:
    """Where N points lie on the lattice of M corners, and how corners are linked."""

    splat: sparse.csr_array  # (N, M) float32: d + 1 barycentric weights a row, they add up to 1
    blurs: list[sparse.csr_array]  # (M, M) float32, one a direction: 1/2 of oneself, 1/4 of either neighbour

    def filter(self, values: np.ndarray) -> np.ndarray:
        """Gaussian sums of ``values`` ``(N, C)`` float32, up to one constant factor, ``(N, C)``."""
        columns = values.shape[1]
        # Sparse products run through four columns as fast as through one, but for a vector.
        values = np.pad(values, ((0, 0), (0, -columns % 4))) if columns > 1 else values[:, 0]
        corners = self.splat.T @ values
        for blur in self.blurs:
            corners = blur @ corners
        return (self.splat @ corners).reshape(len(values), -1)[:, :columns]

    def scaled(self, scale: np.ndarray) -> Lattice:
        """The lattice whose filter is this one's between two multiplications with ``scale``, ``(N, 1)`` float32."""
        weights = self.splat.data.reshape(len(scale), -1) * scale
        rows = sparse.csr_array((weights.ravel(), self.splat.indices, self.splat.indptr), shape=self.splat.shape)
        return replace(self, splat=rows)

    @cached_property
    def size(self) -> int:
        """How many corners there are."""
        return self.splat.shape[1]


def build_lattice(features: np.ndarray) -> Lattice:
    """A lattice for points with ``features`` ``(d, N)`` in units of the kernel's standard deviation.

    Corners that are near in the last features come to lie near each other in memory: put the features last in which
    consecutive points differ least.
    """
    count, directions = features.shape[1], len(features) + 1
    lifted = _lifted(np.asarray(features, np.float32))
    form = _linear_form(lifted, directions)
    weights, rank = np.empty((count, directions), np.float32), np.empty((directions, count), np.int8)
    first, number = np.empty((2, count), np.int64)  # of each point's simplex: its first corner, and itself
    with np.errstate(over="ignore"):  # modulo 2^64
        for start in range(0, count, POINTS_AT_ONCE):
            some = slice(start, start + POINTS_AT_ONCE)
            shares, rank[:, some], base = _simplices(lifted[:, some])
            weights[some] = shares.T
            first[some] = directions * (form @ base)
            number[some] = _simplex_numbers(first[some], rank[:, some])
        simplex, of_point = _distinct(number, _grouped(number))
        numbers = _corner_numbers(first[simplex], rank[:, simplex], form)
        found, corner = _distinct(numbers.ravel(), _ascending(numbers.ravel()))
        known = numbers.ravel()[found]
        step = form.sum() - directions * form  # one step in direction i adds 1 to all coordinates, -d to the i-th
        blurs = [_blur(known, offset) for offset in step]
    corner = np.ascontiguousarray(corner.reshape(numbers.shape).T)
    splat = sparse.csr_array(
        (
            weights.ravel(),
            corner[of_point].ravel(),
            np.arange(0, directions * count + 1, directions, dtype=np.int32),
        ),
        shape=(count, len(known)),
    )
    return Lattice(splat, blurs)


def _simplices(lifted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The simplex around each point: barycentric weights, ranks and the corner of remainder 0, each ``(d + 1, N)``.

    Adams et al., section 3.1 and figure 3: round points in the plane of d + 1 coordinates that add up to 0 to the
    nearest corner whose coordinates are multiples of d + 1, and sort what is left over.
    """
    directions = len(lifted)
    base = np.rint(lifted / directions)  # in units of d + 1
    surplus = base.sum(0).astype(np.int8)
    left = lifted - base * directions
    rank = np.repeat(surplus[None], directions, axis=0)
    for i in range(directions):
        for j in range(i + 1, directions):
            smaller = left[i] < left[j]
            rank[i] += smaller
            rank[j] += ~smaller
    # Where rounding left the plane, the coordinates that lost or won most by it are rounded the other way.
    for overshot, shift in ((rank < 0, 1), (rank >= directions, -1)):
        rank += np.int8(shift * directions) * overshot
        base += np.float32(shift) * overshot
    left = lifted - base * directions
    # Sorting d + 1 numbers at a million points: compare-and-swap whole rows, so that all points go at once.
    for turn in range(directions):
        for i in range(turn % 2, directions - 1, 2):
            low = np.minimum(left[i], left[i + 1])
            np.maximum(left[i], left[i + 1], out=left[i])
            left[i + 1] = low
    weights = np.empty_like(left)
    weights[0] = 1 - (left[0] - left[-1]) / directions
    weights[1:] = ((left[:-1] - left[1:]) / directions)[::-1]
    return weights, rank, base.astype(np.int64)


def _lifted(features: np.ndarray) -> np.ndarray:
    """Features ``(d, N)`` in the plane of d + 1 coordinates that add up to 0, scaled to make the filter's deviation 1.

    Feature ``i`` goes along the direction that has ones in the coordinates up to ``i`` and ``-(i + 1)`` in the next:
    Adams et al., section 3.1, the matrix E, applied by its pattern. ``(d + 1, N)``.
    """
    d = len(features)
    scale = (d + 1) * np.sqrt(_VARIANCE_OF_BLUR + _VARIANCE_OF_ENDS)
    lifted = np.zeros((d + 1, features.shape[1]), np.float32)
    later = lifted[0]  # the sum of what later features add to all coordinates up to theirs
    for i in reversed(range(d)):
        along = np.float32(scale / np.sqrt((i + 1) * (i + 2))) * features[i]
        np.subtract(later, np.float32(i + 1) * along, out=lifted[i + 1])
        later += along
    return lifted


def _linear_form(lifted: np.ndarray, directions: int) -> np.ndarray:
    """Factors ``(d + 1,)`` that make one number of a corner's coordinates, a different one for each corner.

    They are the digits of a mixed radix; the first coordinate is not needed, for they add up to 0. Only where the
    numbers would not fit 63 bits (kernels that are tiny against the range of the features) are the factors random and
    the numbers taken modulo 2^64: that any two of a million corners then share one has a chance below 1e-6.
    """
    # A simplex's first corner is less than d + 1 off its points, its others up to d off that one, and their neighbours
    # as far again.
    ranges = (np.ptp(lifted, axis=1) + 6 * directions).astype(np.int64)
    radix = [0] + [int(np.prod(ranges[1:i].astype(object))) for i in range(1, directions)]
    if radix[-1] * int(ranges[-1]) * directions >= 2**62:
        return np.append(np.int64(0), _RANDOM[: directions - 1])
    return np.array(radix, np.int64)


def _distinct(numbers: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each distinct number first stands in an ``order`` that groups them, and the place of each among those."""
    ascending = numbers[order]
    new = np.empty(len(numbers), bool)
    new[0] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    place = np.empty(len(numbers), np.int32)
    place[order] = np.cumsum(new, dtype=np.int32) - 1
    return order[new], place


def _ascending(numbers: np.ndarray) -> np.ndarray:
    """The order that sorts; by numbers and places as one, in a third of the time, where both together fit 63 bits."""
    bits, least = len(numbers).bit_length(), int(numbers.min())
    if int(numbers.max()) - least >= 2 ** (63 - bits):
        return np.argsort(numbers)
    both = (numbers - least << bits) + np.arange(len(numbers))
    both.sort()
    return both & (2**bits - 1)


def _grouped(numbers: np.ndarray) -> np.ndarray:
    """An order that brings equal numbers together, sorted by all but their last bits.

    Should two numbers differ in those alone, one in a billion does, their groups come in pieces: some simplex is then
    dealt with twice, with the same outcome.
    """
    last = np.int64(2 ** len(numbers).bit_length() - 1)
    both = numbers & ~last | np.arange(len(numbers))
    both.sort()
    return both & last


def _simplex_numbers(first: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """One number for each point's simplex, ``(N,)``: for its first corner and the order of its coordinates."""
    total = first * _FACTOR
    for i in range(len(rank)):
        total += np.int64(len(rank) ** i) * rank[i]
    return total * _FACTOR  # so that no two differ in their last bits alone


def _corner_numbers(first: np.ndarray, rank: np.ndarray, form: np.ndarray) -> np.ndarray:
    """The numbers of each simplex's corners, ``(d + 1, S)``.

    Corner k lies k along every coordinate, less d + 1 in the k coordinates of the highest ranks.
    """
    by_rank = np.empty(rank.shape, np.int64)
    column = np.arange(rank.shape[1])
    for i in range(len(form)):
        by_rank[rank[i], column] = form[i]
    numbers = np.empty(rank.shape, np.int64)
    numbers[0] = first
    for corner in range(1, len(form)):
        numbers[corner] = numbers[corner - 1] + form.sum() - len(form) * by_rank[-corner]
    return numbers


def _blur(known: np.ndarray, step: np.int64) -> sparse.csr_array:
    """The blur along one direction: each corner's links to the next one and the one before, where they exist."""
    size = len(known)
    place = np.searchsorted(known, known + step)
    place[place == size] = 0
    here = np.flatnonzero(known[place] == known + step)
    there = place[here]
    # Three entries in every row spare sorting them into one; a link that is missing leads to oneself with weight 0.
    column = np.repeat(np.arange(size, dtype=np.int32)[:, None], 3, axis=1)
    weight = np.tile(np.array([0, 0.5, 0], np.float32), (size, 1))
    column[here, 2], weight[here, 2] = there, 0.25
    column[there, 0], weight[there, 0] = here, 0.25
    rows = np.arange(0, 3 * size + 1, 3, dtype=np.int32)
    return sparse.csr_array((weight.ravel(), column.ravel(), rows), shape=(size, size))
