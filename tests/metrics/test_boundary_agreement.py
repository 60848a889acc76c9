"""Agreement on borders: lines worked by hand, scikit-image and SciPy as oracles, and symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from skimage.segmentation import find_boundaries

from seglib.metrics.boundary_agreement import (
    agree,
    beyond_chance,
    boundary_f,
    boundary_map,
    one_against_others,
    share_within,
)

RADII = (0, 1, 2, 3)
REGIONS = arrays(np.uint16, (7, 9), elements=st.sampled_from([1, 2, 300]))
LINES = arrays(bool, (6, 7), elements=st.sampled_from([False, False, True]))


def halves(column: int, width: int = 12, height: int = 4) -> np.ndarray:
    """A photo cut into two regions left of a column; the line lies on the pixel before it."""
    return np.repeat((np.arange(width) >= column)[None].astype(np.uint16), height, 0)


def test_lines_are_one_pixel_wide_and_lie_where_regions_end() -> None:
    corner = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 2]])
    assert boundary_map(corner).astype(int).tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 0]]
    assert not boundary_map(np.ones((3, 3), int)).any()


@settings(deadline=None, max_examples=50)
@given(REGIONS)
def test_lines_lie_within_those_of_scikit_image(regions: np.ndarray) -> None:
    """Its thick boundaries are both sides of every border, and its neighbours all eight."""
    thick = find_boundaries(regions, connectivity=2, mode="thick")
    lines = boundary_map(regions)
    assert not (lines & ~thick).any()
    # Turned by half a turn the other sides are marked: both together are all that scikit-image marks, but for
    # neighbours across the other diagonal.
    both = lines | boundary_map(regions[::-1, ::-1])[::-1, ::-1]
    assert not (find_boundaries(regions, connectivity=1, mode="thick") & ~both).any()


def test_a_line_that_was_moved_is_found_as_far_as_it_was_moved() -> None:
    one, other = boundary_map(halves(4)), boundary_map(halves(6))
    assert boundary_f(one, other, RADII).tolist() == [0, 0, 1, 1]
    agreement = agree([halves(4), halves(6)], RADII)
    assert agreement.f.tolist() == agreement.of_sparser.tolist() == agreement.of_denser.tolist() == [0, 0, 1, 1]
    # The mirror image of a line on column 5 is one on column 6, three off the line on column 3.
    assert agreement.by_chance.tolist() == [0, 0, 0, 1]


def test_a_line_that_only_one_person_drew_costs_him_at_any_distance() -> None:
    """The one drew two lines, the other one of them: precision 1/2, recall 1, F 2/3."""
    two = halves(4) + halves(11)
    assert boundary_f(boundary_map(two), boundary_map(halves(4)), RADII) == pytest.approx(2 / 3)
    agreement = agree([two, halves(4)], RADII)
    assert agreement.of_sparser.tolist() == [1, 1, 1, 1]
    assert agreement.of_denser.tolist() == [0.5, 0.5, 0.5, 0.5]


def test_who_drew_nothing() -> None:
    nothing, line = np.zeros((4, 12), bool), boundary_map(halves(4))
    assert boundary_f(line, nothing, RADII).tolist() == boundary_f(nothing, line, RADII).tolist() == [0, 0, 0, 0]
    assert np.isnan(boundary_f(nothing, nothing, RADII)).all()
    blank = np.ones((4, 12), np.uint16)
    assert agree([halves(4), blank, halves(5)], RADII).f.tolist() == agree([halves(4), halves(5)], RADII).f.tolist()
    with pytest.raises(ValueError, match="lines of two people at least, on one photo; there are 1"):
        agree([halves(4), blank], RADII)
    with pytest.raises(ValueError, match=r"there are 2 of \(4, 12\), \(4, 10\)"):
        agree([halves(4), halves(4, width=10)], RADII)


def one_to_one(one: np.ndarray, other: np.ndarray, radius: float) -> int:
    """The most pixels of the one that can have partners of their own within a radius, as an assignment problem."""
    near = cdist(np.argwhere(one), np.argwhere(other)) <= radius
    return int(near[linear_sum_assignment(near, maximize=True)].sum())


@settings(deadline=None, max_examples=40)
@given(LINES, LINES)
def test_near_is_no_less_than_a_partner_of_ones_own(one: np.ndarray, other: np.ndarray) -> None:
    """The benchmark's matching of one to one is never ahead."""
    assume(one.any() and other.any())
    for radius, ours in zip(RADII, boundary_f(one, other, RADII), strict=True):
        matched = one_to_one(one, other, radius)
        assert ours >= 2 * matched / (one.sum() + other.sum()) - 1e-12


def test_single_lines_score_as_if_matched_one_to_one() -> None:
    for moved in (1, 2):
        line, beside = boundary_map(halves(3, 7)), boundary_map(halves(3 + moved, 7))
        for radius, ours in zip(RADII, boundary_f(line, beside, RADII), strict=True):
            assert ours == 2 * one_to_one(line, beside, radius) / (line.sum() + beside.sum())


@settings(deadline=None, max_examples=50)
@given(REGIONS, REGIONS)
def test_shares_are_those_of_scipys_distances(one: np.ndarray, other: np.ndarray) -> None:
    lines, others = boundary_map(one), boundary_map(other)
    assume(lines.any() and others.any())
    distances = distance_transform_edt(~others)[lines]
    assert share_within(lines, others, RADII) == pytest.approx([(distances <= radius).mean() for radius in RADII])


@settings(deadline=None, max_examples=50)
@given(REGIONS, REGIONS)
def test_agreement_is_mutual_and_grows_with_tolerance(one: np.ndarray, other: np.ndarray) -> None:
    lines, others = boundary_map(one), boundary_map(other)
    assume(lines.any() and others.any())
    there = boundary_f(lines, others, RADII)
    assert there == pytest.approx(boundary_f(others, lines, RADII))
    assert (np.diff(there) >= -1e-12).all()
    assert ((there >= 0) & (there <= 1)).all()
    assert boundary_f(lines, lines, RADII).tolist() == [1, 1, 1, 1]


def test_beyond_chance_by_hand() -> None:
    assert beyond_chance(np.array([0.2, 0.6, 1.0]), np.array([0.2, 0.2, 0.2])).tolist() == pytest.approx([0, 0.5, 1])
    assert np.isnan(beyond_chance(np.array([1.0]), np.array([1.0]))).all()  # chance agrees on everything


def test_one_against_all_others_by_hand() -> None:
    """Three people: lines on columns 3, 4 and 9, of four pixels each; within 1 px the first two find each other."""
    people = [halves(4), halves(5), halves(10)]
    assert one_against_others(people, 1).tolist() == [[8, 12], [8, 24]]
    assert one_against_others(people, 0).tolist() == [[0, 12], [0, 24]]
    assert one_against_others(people, 20).tolist() == [[12, 12], [24, 24]]
