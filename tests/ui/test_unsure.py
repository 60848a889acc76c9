"""Words on what a net is unsure of, by hand."""

from __future__ import annotations

import numpy as np

from seglib.labels import IGNORE
from seglib.models.segmentation import Segmentation
from seglib.ui.compare.unsure import unsure_words

LABELS = np.array([[0, 0], [1, 1]], np.uint8)
CONFIDENCE = np.array([[0.9, 0.4], [0.3, 0.8]], np.float16)
ANSWER = {"fcn8s": Segmentation(LABELS, CONFIDENCE, {})}


def test_shares_and_mistakes() -> None:
    truth = np.array([[0, 1], [1, 1]], np.uint8)
    assert unsure_words(ANSWER, truth, 0.5) == (
        "**fcn8s** is less than 50 % sure of 50.0 % of the photo; wrong: 50.0 % of that, 0.0 % of the rest."
    )


def test_without_a_truth_and_with_void() -> None:
    assert unsure_words(ANSWER, None, 0.5) == "**fcn8s** is less than 50 % sure of 50.0 % of the photo."
    words = unsure_words(ANSWER, np.full((2, 2), IGNORE, np.uint8), 0.5)
    assert "wrong" not in words
