"""What is downloaded, and the ring around the place to paint next."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.annotation.contours import count_regions, outlines
from seglib.teach.lesson import own_classes
from seglib.ui.teach.pictures import RING, ringed


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_regions_are_counted_as_outlines_counts_them(seed: int) -> None:
    labels = np.random.default_rng(seed).integers(3, size=(12, 15)).astype(np.uint8)
    assert count_regions(labels) == len(outlines(labels, own_classes(["a", "b", "c"])))


def test_a_ring_leaves_its_middle_and_the_image_alone() -> None:
    image = np.full((320, 320, 3), 90, np.uint8)
    picture = ringed(image, (100, 200))
    assert (image == 90).all()
    assert (picture[100, 200] == 90).all()
    assert (picture == RING).all(-1).any()
    rows, cols = np.nonzero((picture != 90).any(-1))
    assert abs(rows.mean() - 100) < 1
    assert abs(cols.mean() - 200) < 1
