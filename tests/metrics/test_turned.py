"""What became of pixels from one answer to the next, against counts made another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seglib.labels import IGNORE
from seglib.metrics import confusion_matrix, pixel_accuracy
from seglib.metrics.turned import PUT_RIGHT, PUT_WRONG, turned

MAPS = arrays(np.uint8, (5, 7), elements=st.integers(0, 2))
TRUTHS = arrays(np.uint8, (5, 7), elements=st.sampled_from([0, 1, 2, IGNORE]))


@given(MAPS, MAPS, TRUTHS)
def test_right_minus_wrong_is_the_gain_in_pixel_accuracy(
    before: np.ndarray, after: np.ndarray, truth: np.ndarray
) -> None:
    what, labelled = turned(before, after, truth), (truth != IGNORE).sum()
    gain = int((what == PUT_RIGHT).sum()) - int((what == PUT_WRONG).sum())
    if labelled:
        old, new = (pixel_accuracy(confusion_matrix(truth, answer, 3)) for answer in (before, after))
        assert gain / labelled == pytest.approx(new - old)
    assert ((what == IGNORE) == ((before == after) | (truth == IGNORE))).all()


def test_maps_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="three of one shape"):
        turned(np.zeros((2, 2)), np.zeros((2, 3)), np.zeros((2, 2)))
