"""What is said of the pictures' colours holds for those that are shown."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.ui.components.photo_view import Panel
from seglib.ui.panels import colors_in_words

LABELS, SURE = np.zeros((2, 3), np.uint8), np.ones((2, 3), np.float32)
PHOTO = Panel("Photo", "a photo")
PEOPLE = Panel("Human labels", "labels", labels=LABELS)
NET = Panel("fcn8s", "classes", labels=LABELS, confidence=SURE)


@pytest.mark.parametrize(
    ("panels", "words"),
    [
        ([PHOTO, NET], "The darker, the less sure."),
        (
            [PHOTO, PEOPLE, NET],
            "The darker, the less sure. Human labels have no confidence, and keep the colours of their classes.",
        ),
        (
            [Panel("Your labels", "labels", labels=LABELS, compare=NET)],
            "The darker, the less sure. Your labels have no confidence, and keep the colours of their classes.",
        ),
        ([Panel("fcn4s", "classes", labels=LABELS, confidence=SURE, compare=NET)], "The darker, the less sure."),
    ],
    ids=["none", "beside", "under a divider", "two nets"],
)
def test_labels_of_people_are_spoken_of_where_they_are_shown(panels: list[Panel], words: str) -> None:
    assert colors_in_words(panels, "confidence") == words


def test_classes_and_hatches_need_no_words_but_mistakes_do() -> None:
    assert [colors_in_words([PEOPLE, NET], mode) for mode in ("classes", "unsure")] == ["", ""]
    assert colors_in_words([PEOPLE, NET], "errors").startswith("In colour: mistakes")
