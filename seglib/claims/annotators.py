"""What people who drew the same photos agree on: the Berkeley data set, whose photos were taken apart by several each.

``DATA/bsds/val/segments/<photo>_<k>.png`` holds the regions that the k-th of a photo's people drew, a number for each
region: Arbelaez, Maire, Fowlkes & Malik, "Contour detection and hierarchical image segmentation", TPAMI 2011.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from seglib.annotation.label_text import MAX_FILE
from seglib.claims.counts import spread
from seglib.claims.ledger import Figure, Finding
from seglib.label_png import png_size, read_label_png
from seglib.labelled_folder import files_by_name, named, read_bytes
from seglib.metrics.boundary import TOLERANCE
from seglib.metrics.boundary_agreement import Agreement, agree, beyond_chance, one_against_others

FOLDER = Path("bsds", "val", "segments")
BSDS = "BSDS500"
RADII = (1, 2, 3, 5)  # pixels
ANY_NUMBER = np.ones(2**16, bool)  # may stand for a region


def drawings(folder: Path) -> Iterator[list[np.ndarray]]:
    """The regions ``(H, W)`` of each of a photo's people, photo by photo; `BadImage` names a file that is damaged."""
    files: dict[str, list[Path]] = {}
    for name, path in files_by_name(folder, (".png",)).items():
        files.setdefault(name.rpartition("_")[0], []).append(path)
    for paths in tqdm(files.values(), unit="photo", desc=BSDS, disable=None):
        yield [named(path, lambda path=path: _regions(read_bytes(path, MAX_FILE))) for path in paths]


def _regions(data: bytes) -> np.ndarray:
    regions, _ = read_label_png(data, [png_size(data)], ANY_NUMBER, ())
    return regions


def between_people(data: Path) -> Finding:
    """How far people agree on where borders run, and how much of that is a matter of some pixels.

    Photos count alike, however many people drew them, and however much. Without the photos there are no figures, and
    the context says so.
    """
    if not (data / FOLDER).is_dir():
        return Finding((), {BSDS: f"not measured: the data folder holds no {FOLDER.as_posix()}"})
    photos, people, against = [], [], np.zeros((2, 2), int)
    for drawn in drawings(data / FOLDER):
        photos.append(agree(drawn, RADII))
        people.append(len(drawn))
        against += one_against_others(drawn, TOLERANCE * float(np.hypot(*drawn[0].shape)))
    if not photos:
        raise ValueError(f"{data / FOLDER} holds no drawing: wanted <photo>_<k>.png, the regions of its k-th person")
    return _finding(photos, people, against)


def _finding(photos: list[Agreement], people: list[int], against: np.ndarray) -> Finding:
    """Figures and the curve, from every photo's agreement."""
    number = len(photos)
    f, sparser, chance = (
        100 * np.stack([getattr(photo, part) for photo in photos]) for part in ("f", "of_sparser", "by_chance")
    )

    def rise(total_f: np.ndarray, total_chance: np.ndarray) -> float:
        shares = beyond_chance(total_f / number / 100, total_chance / number / 100)
        return 100 * (shares[-1] - shares[0])

    def moved_over_missing(total: np.ndarray) -> float:
        nearest, farthest = total[0] / number, total[-1] / number
        return (farthest - nearest) - (100 - farthest)

    near, far = RADII[0], RADII[-1]
    figures = (
        spread(f"{BSDS}: agreement beyond chance within {far} px over that within {near} px", rise, f, chance),
        spread(
            f"{BSDS}, lines of who drew less: the other's is {near} to {far} px off, over farther off than {far} px",
            moved_over_missing,
            sparser,
        ),
    )
    points = [spread("", lambda total, i=i: total[i] / number, f) for i in range(len(RADII))]
    curve = {
        "px": list(RADII),
        "boundary F, %": [point.value for point in points],
        "low": [point.low for point in points],
        "high": [point.high for point in points],
        "by chance, %": [round(float(share), 2) for share in chance.mean(0)],
    }
    return Finding(figures, _context(photos, people, against, points), _why(f.mean(0)), curve)


def _context(photos: list[Agreement], people: list[int], against: np.ndarray, points: list[Figure]) -> dict[str, str]:
    """What the figures are made of, in words."""

    def means(part: str) -> str:
        shares = 100 * np.mean([getattr(photo, part) for photo in photos], 0)
        return ", ".join(f"{r} px {share:.1f}" for r, share in zip(RADII, shares, strict=True))

    precision, recall = (100 * row[0] / row[1] for row in against)
    both = 2 * precision * recall / (precision + recall) if precision + recall else 0
    with_spread = (
        f"{r} px {point.value:.1f} ({point.low:.1f} to {point.high:.1f})"
        for r, point in zip(RADII, points, strict=True)
    )
    return {
        f"{BSDS}: boundary F of two people, {len(photos)} photos of {min(people)} to {max(people)} people each": (
            ", ".join(with_spread)
        ),
        f"{BSDS}: of the lines of who drew less, drawn by the other, too": means("of_sparser"),
        f"{BSDS}: of the lines of who drew more": means("of_denser"),
        f"{BSDS}: boundary F by chance, with the other's mirror image": means("by_chance"),
        f"{BSDS}: one against all others, {100 * TOLERANCE:g} % of the diagonal, as its benchmark counts": (
            f"precision {precision:.1f}, recall {recall:.1f}, F {both:.1f}"
        ),
    }


def _why(f: np.ndarray) -> str:
    """How much of what two people do not share at the nearest radius they share at the farthest."""
    if f[0] == 100:
        return ""
    gone = 100 * (f[-1] - f[0]) / (100 - f[0])
    return (
        f"Of what two people of {BSDS} do not share within {RADII[0]} px, {gone:.0f} % they share within {RADII[-1]} "
        "px: both drew it, a little apart. The rest is farther off, or one of them left it out."
    )
