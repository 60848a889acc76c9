"""Views: numbered, repeatable, drawn in the mixture's shares."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.datasets import read_as
from seglib.labels import EVERYDAY, LABEL_SETS
from seglib.training.augment import Augmentation
from seglib.training.held_out import VALIDATION
from seglib.training.views import MIXTURE, Views


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_the_mixture_is_whole_and_every_set_in_it_can_be_read(labels):
    assert sum(MIXTURE[labels].values()) == pytest.approx(1)
    for name in {*MIXTURE[labels], *VALIDATION[labels]}:
        assert read_as(name, LABEL_SETS[labels])


def test_view_number_i_is_always_the_same_view(data):
    how = Augmentation(crop=33)
    views, again = (Views("everyday", data, how, seed=1) for _ in range(2))
    other = Views("everyday", data, how, seed=2)
    for index in (0, 7):
        np.testing.assert_array_equal(views[index][0], again[index][0])
        np.testing.assert_array_equal(views[index][1], again[index][1])
        assert not np.array_equal(views[index][0], other[index][0])
    assert not np.array_equal(views[0][0], views[1][0])


def test_views_know_how_often_each_target_occurs(data):
    views = Views("everyday", data, Augmentation(crop=33), seed=0)
    reading = read_as("people", EVERYDAY)
    assert views.frequency.sum() == pytest.approx(1)
    not_person = reading.lookup[0]
    # Only the people set says "not person", and about every second block of it.
    assert views.frequency[not_person] == pytest.approx(MIXTURE["everyday"]["people"] / 2, rel=0.5)
