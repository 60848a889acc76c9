"""Right answers are computed: on hand-made scenes whose answer is known, and on every shipped question."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib import metrics
from seglib.crf.pairwise import CRFParams
from seglib.labels import EVERYDAY, IGNORE
from seglib.lecture.answers import ANSWERS, NoAnswer, Scene, in_range, right_option
from seglib.lecture.routes import shipped
from seglib.photos import load_photo, photo_truth

SIZE = (40, 60)
TRUTH = np.zeros(SIZE, np.uint8)
TRUTH[:, 30:] = 3
TRUTH[:2, :2] = 6  # rare
QUESTIONS = [s for s in shipped()["whole"].steps if s.question and s.question.answer != "best_words"]  # takes seconds
SHIFTED = np.roll(TRUTH, 2, axis=1)
COARSE = np.zeros(SIZE, np.uint8)


def scene(photo: str = "mine", truth: np.ndarray | None = TRUTH, **view: object) -> Scene:
    """A scene with nets that say what we want: fcn8s is nearly right, all others see one class."""

    def labels_of(net: str) -> np.ndarray:
        return SHIFTED if net == "fcn8s" else COARSE

    def streams_of(_net: str) -> dict[int, np.ndarray]:
        count = len(EVERYDAY)
        streams = {
            stride: np.zeros((count, 40 // stride + 1, 60 // stride + 1), np.float32) for stride in (32, 16, 8, 4)
        }
        streams[16][0] = -5.0
        return streams

    def refined(_net: str, params: CRFParams, iterations: int) -> np.ndarray:
        return TRUTH if iterations == 5 and params == CRFParams(smoothness_weight=2) else SHIFTED

    image = np.repeat((TRUTH[..., None] * 60).astype(np.uint8), 3, axis=2)
    return Scene(photo, image, EVERYDAY, truth, (20, 20), labels_of, streams_of, refined, view)


@pytest.mark.parametrize(
    ("name", "options", "right"),
    [
        ("best_net", ("fcn32s", "fcn8s"), "fcn8s"),
        ("best_at_border", ("fcn32s", "fcn8s"), "fcn8s"),  # moved by 2 pixels: 2 of 6 columns near the border are wrong
        ("hardest_hit_metric", ("Pixel accuracy", "Mean IoU"), "Mean IoU"),
        ("scores_on_grid", ("below 5", "5 to 9"), "below 5"),  # 2 x 2
        ("strongest_stream", ("stream 32", "stream 16"), "stream 16"),
        ("pyramid_price", ("below 1.3 times", "1.3 to 1.4 times"), "1.3 to 1.4 times"),
        ("dilation_parameters", ("fewer", "as many", "more"), "as many"),
        ("ceiling", ("over 99 %", "50 to 99 %", "below 50 %"), "50 to 99 %"),
    ],
)
def test_an_answer_on_a_scene_made_for_it(name: str, options: tuple[str, ...], right: str) -> None:
    answer = right_option(name, scene(), options)
    assert options[answer.right] == right
    assert any(letter.isdigit() for letter in answer.because), "figures say why"


def test_the_ceiling_is_that_of_the_factor_in_the_view() -> None:
    assert "100.0 %" in right_option("ceiling", scene(factor=1), ("over 99 %", "below 99 %")).because


def test_the_crfs_gain_is_that_of_the_kernels_in_the_view() -> None:
    options = ("below 0 points", "0 to 1 points", "over 1 points")
    assert right_option("crf_gain", scene(), options).because.endswith("+0.0 points")
    changed = right_option("crf_gain", scene(smoothness_weight=2.0), options)
    assert "100.0 % after" in changed.because
    assert options[changed.right] == "over 1 points"


def test_the_window_is_that_of_the_rates_in_the_view() -> None:
    options = ("7 pixels", "15 pixels")
    assert right_option("dilated_window", scene(), options).right == 1  # 1 + 2 (1 + 2 + 4)
    assert right_option("dilated_window", scene(rates="1, 1, 1"), options).right == 0
    with pytest.raises(NoAnswer, match="31 pixels"):
        right_option("dilated_window", scene(rates="1, 2, 4, 8"), options)


@pytest.mark.parametrize(
    "name", ["best_net", "best_at_border", "hardest_hit_metric", "things_or_stuff", "ceiling", "crf_gain"]
)
def test_without_a_truth_there_is_no_answer(name: str) -> None:
    with pytest.raises(NoAnswer, match=r"labelled.*\.$"):
        right_option(name, scene(truth=None), ("things", "fcn8s"))


def test_a_photo_that_was_labelled_once_says_nothing_of_agreement() -> None:
    with pytest.raises(NoAnswer, match="labelled twice"):
        right_option("agreement_at_borders", scene("china"), ("below 50 %", "over 50 %"))


def test_a_photo_without_a_rare_class_has_nothing_to_leave_out() -> None:
    with pytest.raises(NoAnswer, match="rare"):
        right_option("hardest_hit_metric", scene(truth=(TRUTH == 3).astype(np.uint8)), ("Mean IoU", "Dice"))


def test_an_answer_that_nobody_computes_lists_those_there_are() -> None:
    with pytest.raises(NoAnswer, match="best_net"):
        right_option("__import__", scene(), ("a", "b"))


def test_options_that_cannot_be_measured_are_no_answers() -> None:
    with pytest.raises(NoAnswer, match="None of the options"):
        right_option("things_or_stuff", scene(), ("cats", "dogs"))


@settings(deadline=None)
@given(st.lists(st.integers(1, 999), min_size=2, max_size=5, unique=True), st.floats(0, 1200))
def test_ranges_leave_no_gap_and_do_not_overlap(cuts: list[int], value: float) -> None:
    cuts = sorted(cuts)
    between = [f"{low} to {high} %" for low, high in pairwise(cuts)]
    options = [f"below {cuts[0]} %", *between, f"over {cuts[-1]} %"]
    assert in_range(value, options) == sum(value >= cut for cut in cuts)


@pytest.mark.parametrize("options", [("below 5", "5 to 7"), ("none", "such"), ("over", "below")])
def test_a_value_outside_all_ranges_has_no_option(options: tuple[str, str]) -> None:
    with pytest.raises(NoAnswer):
        in_range(9, options)


@pytest.mark.parametrize("step", QUESTIONS, ids=lambda step: step.name)
def test_every_shipped_question_can_be_answered_whatever_the_nets_say(step) -> None:
    """With the step's own photo and truth, and nets that are nearly right: an option comes out, and figures."""
    photo, options = step.view.get("photo", "china"), step.question.options
    truth = photo_truth(photo, EVERYDAY)
    nearly = np.where(np.roll(truth, 3, axis=1) == IGNORE, 0, np.roll(truth, 3, axis=1)).astype(np.uint8)
    height, width = truth.shape
    shapes = {stride: (len(EVERYDAY), height // stride + 1, width // stride + 1) for stride in (32, 16, 8, 4)}
    streams = {stride: np.full(shape, stride, np.float32) for stride, shape in shapes.items()}
    made = Scene(
        photo, load_photo(photo), EVERYDAY, truth, (height // 2, width // 2),
        lambda _net: nearly, lambda _net: streams, lambda *_: nearly, step.view,
    )  # fmt: skip
    answer = right_option(step.question.answer, made, options)
    assert 0 <= answer.right < len(options)
    assert answer.because


def test_the_answers_figures_are_those_of_the_library() -> None:
    cm = metrics.confusion_matrix(TRUTH, SHIFTED, len(EVERYDAY))
    because = right_option("best_net", scene(), ("fcn32s", "fcn8s")).because
    assert f"fcn8s: {100 * metrics.mean_iou(cm):.1f} %" in because


def test_windows_of_the_mosaic_are_told_apart_by_words_not_by_how_bright_they_are() -> None:
    answer = right_option("best_words", scene(), ("mean grey", "grey levels"))
    assert "% of the mosaic right" in answer.because


def test_names_of_answers_are_words_for_a_file() -> None:
    assert all(name.isidentifier() and ANSWERS[name].__doc__ for name in ANSWERS)
