"""Classifying windows: histograms that anybody could tell apart, sliding, strokes, and a photo that is only texture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import SGDClassifier

from seglib.before_convnets import scribbles
from seglib.before_convnets.classifier import (
    PLACES,
    count_words,
    describe,
    enlarge,
    features,
    fit,
    label_cells,
    radius_of,
    shrink,
    word_map,
)
from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics import confusion_matrix, pixel_accuracy
from seglib.photos import load_photo, photo_truth

HISTOGRAMS = np.repeat(np.eye(3, 6), 20, axis=0) * 0.7 + 0.05
CLASSES = np.repeat([2, 5, 9], 20)


def two_textures() -> tuple[np.ndarray, np.ndarray]:
    """A photo that is fine noise on the left and coarse noise on the right, of one mean and contrast; and its truth."""
    rng = np.random.default_rng(0)
    fine = rng.normal(128, 40, (120, 80))
    coarse = np.kron(rng.normal(128, 40, (15, 10)), np.ones((8, 8)))
    grey = np.hstack([fine, coarse]).clip(0, 255).astype(np.uint8)
    truth = np.zeros(grey.shape, np.uint8)
    truth[:, 80:] = 1
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2)), truth


@pytest.mark.parametrize("kind", ["linear", "nearest"])
def test_histograms_of_other_words_are_told_apart(kind: str) -> None:
    classifier = fit(HISTOGRAMS, CLASSES, examples=4)
    np.testing.assert_array_equal(classifier.classes, [2, 5, 9])
    scores = classifier.scores(HISTOGRAMS.astype(np.float32), kind)
    assert scores.shape == (60, 3)
    np.testing.assert_array_equal(classifier.classes[scores.argmax(1)], CLASSES)


def test_the_linear_scores_are_scikit_learns_also_for_two_classes() -> None:
    for count in (2, 3):
        few, classes = HISTOGRAMS[: 20 * count], CLASSES[: 20 * count]
        classifier = fit(few, classes)
        model = SGDClassifier(loss="log_loss", alpha=1e-5, average=True, max_iter=200, tol=None, random_state=0)
        model.fit(np.sqrt(few), classes)
        other = np.random.default_rng(1).dirichlet(np.ones(6), 50).astype(np.float32)
        found = classifier.classes[classifier.scores(other, "linear").argmax(1)]
        np.testing.assert_array_equal(found, model.predict(np.sqrt(other)))


def test_nearest_scores_are_minus_distances() -> None:
    classifier = fit(np.eye(2), np.array([0, 1]))
    np.testing.assert_allclose(
        classifier.scores(np.array([[1.0, 0.0], [0.5, 0.5]]), "nearest"), [[0, -1], [-1 / 3, -1 / 3]]
    )


def test_one_class_cannot_be_learnt() -> None:
    with pytest.raises(ValueError, match="wanted two at least"):
        fit(HISTOGRAMS, np.zeros(60, int))
    with pytest.raises(ValueError, match="there are linear, nearest"):
        fit(HISTOGRAMS, CLASSES).scores(HISTOGRAMS, "forest")


def test_scores_lie_where_their_cells_are() -> None:
    # Cells of one word each, a checkerboard: every pixel gets its own cell's class but for interpolation at borders.
    board = np.indices((6, 8)).sum(0) % 2
    cells = {"texture": np.eye(2, dtype=np.int32)[board]}
    classifier = fit(np.repeat(np.eye(2), 5, 0), np.repeat([3, 4], 5))
    found = label_cells(classifier, cells, [0], 4, (23, 31), "linear")
    assert found.shape == (23, 31)
    assert found.dtype == np.uint8
    middles = found[2::4, 2::4]
    np.testing.assert_array_equal(middles, board[: middles.shape[0], : middles.shape[1]] + 3)


def test_the_nearest_neighbours_scores_lie_where_their_cells_are_too() -> None:
    # One word on the left half, another on the right: interpolated, the border is where it was to a cell.
    cells = {"texture": np.eye(2, dtype=np.int32)[np.repeat([[0] * 8 + [1] * 8], 10, 0)]}
    classifier = fit(np.repeat(np.eye(2), 5, 0), np.repeat([3, 4], 5))
    found = label_cells(classifier, cells, [0], 4, (40, 64), "nearest")
    assert (found[:, :28] == 3).all()
    assert (found[:, 36:] == 4).all()


def test_places_are_counted_like_words() -> None:
    image = np.zeros((60, 90, 3), np.uint8)
    words, count = word_map(image, "place", {})
    assert count == PLACES * PLACES
    assert words[0, 0] == 0
    assert words[-1, -1] == count - 1
    assert (np.bincount(words.ravel()) == 60 * 90 / count).all()
    cells = count_words(image, {}, ("place",), 4)
    np.testing.assert_allclose(features(cells, [0, 2]).sum(-1), 2, rtol=1e-5)


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ValueError, match="there are texture and colour"):
        describe(np.zeros((8, 8, 3), np.uint8), "sound")


@pytest.mark.parametrize(("window", "radius"), [(4, 0), (1, 0), (12, 1), (28, 3), (84, 10)])
def test_windows_are_odd_multiples_of_a_cell(window: int, radius: int) -> None:
    assert radius_of(window, 4) == radius


def test_large_photos_are_shrunk_and_their_labels_enlarged() -> None:
    image = np.zeros((100, 300, 3), np.uint8)
    small = shrink(image, 60)
    assert small.shape == (20, 60, 3)
    assert shrink(small, 60) is small
    labels = np.zeros((20, 60), np.uint8)
    labels[:, 30:] = 3
    np.testing.assert_array_equal(enlarge(labels, (100, 300))[:, [149, 150]], [[0, 3]] * 100)


# ---------------------------------------------------------------- strokes


def strokes_on(size: tuple[int, int], **lines: tuple[int, int, int]) -> np.ndarray:
    """Horizontal strokes: class name -> (row, first column, column behind the last)."""
    strokes = np.full(size, IGNORE, np.uint8)
    for name, (row, left, right) in lines.items():
        strokes[row - 2 : row + 3, left:right] = EVERYDAY.index(name)
    return strokes


def test_two_strokes_label_a_photo_that_is_only_texture() -> None:
    image, truth = two_textures()
    words = scribbles.read_photo(image)
    strokes = strokes_on(truth.shape, building=(30, 10, 60), wall=(90, 100, 150))
    classifier = scribbles.learn(words.cells, strokes, EVERYDAY, ("texture",), 3)
    found = label_cells(classifier, {"texture": words.cells["texture"]}, [3], scribbles.CELL, truth.shape, "linear")
    score = pixel_accuracy(confusion_matrix(scribbles.unseen(truth, strokes), found, len(EVERYDAY)))
    assert score > 0.9


def test_strokes_of_one_class_or_none_say_what_is_missing() -> None:
    cells = {"texture": np.ones((4, 4, 3), np.int32)}
    with pytest.raises(scribbles.BadScribbles, match="only grass is painted"):
        scribbles.learn(cells, strokes_on((16, 16), grass=(8, 0, 9)), EVERYDAY, ("texture",), 1)
    with pytest.raises(scribbles.BadScribbles, match="nothing is painted yet"):
        scribbles.learn(cells, strokes_on((16, 16)), EVERYDAY, ("texture",), 1)


def test_a_second_class_that_rules_no_cell_is_one_class() -> None:
    strokes = np.zeros((16, 16), np.uint8)
    strokes[0, 0] = 3
    with pytest.raises(scribbles.BadScribbles, match="only building"):
        scribbles.learn({"texture": np.ones((4, 4, 3), np.int32)}, strokes, EVERYDAY, ("texture",), 1)


def test_the_commonest_class_of_a_cell_counts() -> None:
    strokes = np.full((8, 8), IGNORE, np.uint8)
    strokes[:4, :4] = 1
    strokes[0, 0] = 2
    strokes[7, 7] = 3
    np.testing.assert_array_equal(scribbles.in_cells(strokes, 5), [[1, IGNORE], [IGNORE, 3]])


@settings(deadline=None, max_examples=30)
@given(arrays(np.uint8, st.tuples(st.integers(8, 60), st.integers(8, 60)), elements=st.sampled_from([0, 1, 7, IGNORE])))
def test_example_strokes_lie_inside_their_class(truth: np.ndarray) -> None:
    strokes = scribbles.example_strokes(truth, len(EVERYDAY))
    painted = strokes != IGNORE
    np.testing.assert_array_equal(strokes[painted], truth[painted])


def test_example_strokes_are_few_and_of_every_large_class() -> None:
    truth = photo_truth("china", EVERYDAY)
    strokes = scribbles.example_strokes(truth, len(EVERYDAY))
    large = [k for k in range(len(EVERYDAY)) if (truth == k).mean() > 0.05]
    assert set(large) <= set(np.unique(strokes))
    assert 0.002 < (strokes != IGNORE).mean() < 0.12
    assert strokes.shape == load_photo("china").shape[:2]


def test_what_was_told_is_not_scored() -> None:
    truth = np.array([[1, 2], [3, IGNORE]], np.uint8)
    strokes = np.array([[IGNORE, 2], [IGNORE, 1]], np.uint8)
    np.testing.assert_array_equal(scribbles.unseen(truth, strokes), [[1, IGNORE], [3, IGNORE]])


def test_a_window_is_most_like_itself() -> None:
    image, _ = two_textures()
    cells = scribbles.read_photo(image).cells["texture"]
    similar = scribbles.similar_windows(cells, 3, (10, 5))
    assert similar[10, 5] == pytest.approx(1)
    assert similar[:, :16].mean() > similar[:, 24:].mean() + 0.1


def test_a_plain_photo_can_be_read() -> None:
    words = scribbles.read_photo(np.full((40, 52, 3), 90, np.uint8))
    assert len(np.unique(words.texton_map)) == 1
    assert words.cells["texture"].sum() == 40 * 52
