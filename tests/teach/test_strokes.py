"""Strokes of any kind teach, or say in one sentence why they cannot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.labels import IGNORE
from seglib.teach.answer import segment
from seglib.teach.doubt import most_uncertain
from seglib.teach.features import LAYERS, Features
from seglib.teach.nets import photo_features
from seglib.teach.strokes import (
    MOST_EXAMPLES,
    MOST_PIXELS,
    SMALLEST,
    STROKES,
    BadStrokes,
    sample,
    simulated_strokes,
    teach,
)


def test_two_strokes_label_two_fields(known_net, three_fields, two_strokes) -> None:
    image, truth = three_fields
    features = photo_features(image, known_net)
    head = teach([(features, two_strokes)])
    answer = segment(features, head)
    # Coarse layers see the other field from as far as their stride: near the border they may be wrong.
    assert (answer.labels[:, :32][truth[:, :32] == 0] == 0).all()
    assert (answer.labels[:, 97:] == 1).all()
    assert head.layers == LAYERS
    finest = segment(features, teach([(features, two_strokes)], [4])).labels
    assert (finest[truth == 0] == 0).mean() > 0.97
    assert (finest[truth == 1] == 1).mean() > 0.97
    np.testing.assert_allclose(answer.probabilities.sum(0), 1, atol=1e-5)
    assert answer.confidence.shape == image.shape[:2]


def test_an_answer_under_a_pixel_is_the_sum_of_what_layers_add(known_net, three_fields, two_strokes) -> None:
    """The whole grid, upsampled, against features of the one pixel: that a linear head commutes with interpolation."""
    image = np.random.default_rng(0).integers(256, size=(*two_strokes.shape, 3), dtype=np.uint8)
    features = photo_features(image, known_net)
    head = teach([(features, two_strokes)])
    probabilities = segment(features, head).probabilities
    for point in [(0, 0), (50, 61), (96, 128)]:
        under = features.at(np.array([point]))
        shares = head.shares({stride: x[0] for stride, x in under.items()})
        logits = sum(shares.values()) + head.bias
        wanted = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        np.testing.assert_allclose(probabilities[:, point[0], point[1]], wanted, atol=1e-4)


def test_a_second_photo_adds_to_the_first(known_net, three_fields, two_strokes) -> None:
    image, truth = three_fields
    features = photo_features(image, known_net)
    third = np.full(truth.shape, IGNORE, np.uint8)
    third[40:44, 55:75] = 2
    assert teach([(features, two_strokes), (features, third)]).classes.tolist() == [0, 1, 2]
    labels = segment(features, teach([(features, two_strokes), (features, third)])).labels
    assert (labels[36:60, 52:77] == 2).all()
    assert (labels == truth).mean() > 0.9


def test_a_head_taught_on_a_large_photo_answers_at_its_own_size(known_net) -> None:
    image = np.zeros((700, 900, 3), np.uint8)
    image[:, 450:] = 220
    strokes = np.full((700, 900), IGNORE, np.uint8)
    strokes[100:110, 100:200], strokes[600:610, 700:800] = 0, 1
    features = photo_features(image, known_net)
    labels = segment(features, teach([(features, strokes)])).labels
    assert labels.shape == (700, 900)
    assert (labels[:, :440] == 0).all()
    assert (labels[:, 460:] == 1).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["dots", "overlap", "all", "half"]))
@settings(max_examples=20, deadline=None)
def test_any_strokes_of_two_classes(seed: int, kind: str) -> None:
    """One pixel each, one over the other, all of the photo: always a head, and for the same strokes the same bits."""
    rng = np.random.default_rng(seed)
    strokes = np.full((40, 50), IGNORE, np.uint8)
    if kind == "dots":
        strokes[tuple(rng.integers(20, size=2))], strokes[tuple(rng.integers(20, 40, size=2))] = 0, 3
    elif kind == "overlap":
        strokes[5:30, 5:30] = 0
        strokes[10:20, 8:40] = 3
    elif kind == "all":
        strokes[:], strokes[:, 25:] = 0, 3
    else:
        strokes[:, :25], strokes[0, 49] = 0, 3
    grid = rng.normal(size=(4, 20, 25)).astype(np.float32)
    features = Features((40, 50), (40, 50), {2: grid})
    one, other = teach([(features, strokes)], [2]), teach([(features, strokes.copy())], [2])
    assert one.classes.tolist() == [0, 3]
    assert np.array_equal(one.weight[2], other.weight[2])
    assert np.isfinite(one.weight[2]).all()


@pytest.mark.parametrize(
    ("painted", "words"), [((), "Nothing is painted yet"), ((2,), "Only one class is painted")], ids=["none", "one"]
)
def test_too_few_classes_are_one_sentence(known_net, three_fields, painted, words) -> None:
    image, truth = three_fields
    strokes = np.full(truth.shape, IGNORE, np.uint8)
    for k in painted:
        strokes[k, :10] = k
    features = photo_features(image, known_net)
    with pytest.raises(BadStrokes, match=words):
        teach([(features, strokes)])
    with pytest.raises(BadStrokes, match="Nothing is painted yet"):
        teach([])


def test_no_layer_is_one_sentence(known_net, three_fields, two_strokes) -> None:
    with pytest.raises(BadStrokes, match="switch one on"):
        teach([(photo_features(three_fields[0], known_net), two_strokes)], [])


def test_strokes_of_another_size(known_net, three_fields, two_strokes) -> None:
    features = photo_features(three_fields[0], known_net)
    with pytest.raises(ValueError, match="must match"):
        teach([(features, two_strokes[:-1])])


def test_examples_are_bounded() -> None:
    features = Features((100, 100), (100, 100), {2: np.zeros((1, 65, 65), np.float32)})
    strokes = np.zeros((100, 100), np.uint8)
    strokes[50:] = 1
    assert np.bincount(sample([(features, strokes)], [2])[1]).tolist() == [MOST_PIXELS] * 2
    assert np.bincount(sample([(features, strokes)] * 10, [2])[1]).tolist() == [MOST_EXAMPLES] * 2


def test_simulated_strokes_stay_inside_and_are_short(three_fields) -> None:
    _, truth = three_fields
    strokes = simulated_strokes(truth, seed=1)
    painted = strokes != IGNORE
    assert np.array_equal(strokes[painted], truth[painted])
    assert np.unique(strokes[painted]).tolist() == [0, 1, 2]
    # 40 pixels long and 6 wide with round ends
    assert all((strokes == k).sum() <= STROKES * (40 * 7 + 50) for k in range(3))
    assert np.array_equal(strokes, simulated_strokes(truth, seed=1))
    assert not np.array_equal(strokes, simulated_strokes(truth, seed=2))


def test_small_classes_get_no_stroke(three_fields) -> None:
    truth = np.zeros((97, 129), np.uint8)
    side = int(SMALLEST**0.5) - 1
    truth[:side, :side] = 1
    assert np.unique(simulated_strokes(truth)).tolist() == [0, IGNORE]


def test_a_thin_class_gets_what_fits() -> None:
    truth = np.zeros((97, 129), np.uint8)
    truth[50:54] = 1
    strokes = simulated_strokes(truth)
    assert (strokes == 1).any()
    assert (truth[strokes == 1] == 1).all()


def test_the_most_uncertain_place_is_where_two_classes_are_level() -> None:
    probabilities = np.zeros((2, 120, 160), np.float32)
    probabilities[0], probabilities[1] = 0.9, 0.1
    probabilities[:, 60:100, 100:140] = 0.5
    strokes = np.full((120, 160), IGNORE, np.uint8)
    row, col = most_uncertain(probabilities, strokes)
    assert 60 <= row < 100
    assert 100 <= col < 140
    strokes[55:105, 95:145] = 0  # asked there already
    row, col = most_uncertain(probabilities, strokes)
    assert not (45 <= row < 115 and 85 <= col < 155)
    assert most_uncertain(probabilities, np.zeros_like(strokes)) is None
