"""Human labels in one's own words."""

import numpy as np
import pytest

from seglib.annotation.polygons import Annotation, Shape, load_annotation
from seglib.labels import EVERYDAY, IGNORE
from seglib.teach.lesson import own_classes
from seglib.teach.truth import (
    EXAMPLES,
    SMALLEST,
    example_names,
    own_indices,
    truth_from_labels,
    truth_from_polygons,
)


def test_the_longest_name_wins() -> None:
    indices = own_indices(own_classes(["cup", "cup rim", "Tree", "vehicle"]))
    assert indices["cup interior"] == 0
    assert indices["cup rim"] == 1
    assert indices["pine tree"] == indices["conifer"] == indices["tree"] == 2
    assert indices["rocket"] == indices["brake disc"] == 3
    assert indices["sky"] == indices["void"] == IGNORE


def test_polygons_follow_the_photo_that_was_shrunk() -> None:
    square = Shape("cup handle", np.array([(2.0, 0.0), (6.0, 0.0), (6.0, 4.0), (2.0, 4.0)]))
    truth = truth_from_polygons(Annotation((square,), (4, 8)), (2, 4), own_classes(["cup"]))
    assert truth.tolist() == [[IGNORE, 0, 0, IGNORE]] * 2


def test_label_maps_by_name() -> None:
    labels = np.array([[EVERYDAY.index("sky"), EVERYDAY.index("tree"), IGNORE]], np.uint8)
    assert truth_from_labels(labels, EVERYDAY, own_classes(["cup", "sky"])).tolist() == [[1, IGNORE, IGNORE]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_on_their_photo(name: str) -> None:
    """Each class of an example covers enough of its photo for a stroke."""
    annotation = load_annotation(name)
    own = own_classes(list(EXAMPLES[name]))
    truth = truth_from_polygons(annotation, annotation.size, own)
    share = np.bincount(truth[truth != IGNORE], minlength=len(own)) / truth.size
    assert (share > SMALLEST / 2).all()


def test_examples_of_a_label_map() -> None:
    labels = np.full((10, 10), IGNORE, np.uint8)
    labels[:6], labels[6:8], labels[9, 9] = EVERYDAY.index("sky"), EVERYDAY.index("road"), EVERYDAY.index("tree")
    assert example_names(labels, EVERYDAY) == ["sky", "road"]
