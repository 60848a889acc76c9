"""Sentences of the page Before convnets: each in both faces, from data made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import IGNORE, LabelSet
from seglib.metrics import confusion_matrix
from seglib.ui.before_convnets import observations
from seglib.ui.before_convnets import things_observations as things

LABELS = LabelSet("tests", "Tests", ("grass", "sky", "cat"), ((0, 0, 0), (9, 9, 9), (5, 5, 5)), frozenset({"cat"}))
NAN = float("nan")


def similar_to_the_left(width: int = 10) -> np.ndarray:
    """Windows like the pinned one, in column 0, are those on the left: the farther, the less."""
    return np.tile(np.linspace(1, 0, width), (width, 1))


def test_the_same_stuff_lights_up_or_something_else_as_busy() -> None:
    truth = np.zeros((20, 20), np.uint8)
    truth[:, 10:] = 1
    same = observations.same_stuff(similar_to_the_left(), (0, 0), 0, truth, LABELS)
    assert same.holds
    assert "100.0 % are grass as well" in same.words
    truth[2:, :10] = 2
    other = observations.same_stuff(similar_to_the_left(), (0, 0), 0, truth, LABELS)
    assert not other.holds
    assert "So its texture does not tell it" in other.words


def test_windows_over_the_pinned_one_are_not_counted_and_void_is_not_spoken_of() -> None:
    truth = np.zeros((10, 10), np.uint8)
    truth[:, 3:] = 1
    sentence = observations.same_stuff(similar_to_the_left(), (0, 0), 1, truth, LABELS)
    assert "of all windows 23.1 % are" in sentence.words  # 9 of 30 overlap it: 21 of 91 are left
    assert observations.same_stuff(similar_to_the_left(), (0, 0), 0, None, LABELS) is None
    truth[0, 0] = IGNORE
    assert observations.same_stuff(similar_to_the_left(), (0, 0), 0, truth, LABELS) is None
    assert observations.same_stuff(similar_to_the_left(), (5, 5), 9, truth, LABELS) is None  # no window lies apart


def test_greys_say_nothing_or_more_than_guessing_and_why_less() -> None:
    means = {"brick": (112.0, 147.0), "grass": (124.0, 131.0)}
    nothing = observations.greys_say_nothing({"mean grey": 0.17, "grey levels": 0.3}, means)
    assert nothing.holds
    assert "By mean grey 17.0 %" in nothing.words
    assert "brick: 112 of 255 in the half that is learnt from, 147 in the mosaic" in nothing.words
    chance = observations.greys_say_nothing({"mean grey": 0.33, "grey levels": 0.35}, means)
    assert "Less than guessing" not in chance.words
    something = observations.greys_say_nothing({"mean grey": 0.33, "grey levels": 0.5}, means)
    assert not something.holds
    assert "more than the 33.3 % of guessing" in something.words


@pytest.mark.parametrize(
    ("textons", "holds", "words"), [(0.9, True, "know the pattern: 90.0 %"), (0.4, False, "40.0 %")]
)
def test_textons_tell_or_do_not(textons: float, holds: bool, words: str) -> None:
    sentence = observations.textons_tell({"mean grey": 0.2, "grey levels": 0.35, "textons": textons})
    assert sentence.holds is holds
    assert words in sentence.words


def test_the_best_window_is_a_middling_one_or_at_an_end() -> None:
    middle = observations.best_window("a", {4: 0.5, 44: 0.9, 124: 0.8}, "By textons")
    assert middle.holds
    assert middle.words.startswith("By textons, a window of 44 px is best, 90.0 %. 4 px give 50.0 %, 124 px 80.0 %")
    end = observations.best_window("a", {4: 0.5, 44: 0.7, 124: 0.8}, "By textons")
    assert not end.holds
    assert "the largest window is best here" in end.words
    assert "the smallest window is best here" in observations.best_window("a", {4: 0.9, 44: 0.7}, "So").words


def test_stuff_is_found_nearly_as_well_as_by_a_net_or_worse() -> None:
    truth = np.array([[0, 0, 0, 0, 1, 1, 2, 2]])
    net = confusion_matrix(truth, truth, 3)
    near = observations.stuff_beside_a_net(net, net, "fcn8s", LABELS)
    assert near.holds
    assert "grass 100.0 % against 100.0 %, sky 100.0 % against 100.0 %" in near.words
    assert "cat" not in near.words  # no stuff
    ours = confusion_matrix(truth, np.array([[0, 0, 1, 1, 1, 1, 2, 2]]), 3)
    worse = observations.stuff_beside_a_net(ours, net, "fcn8s", LABELS)
    assert not worse.holds
    assert "grass 50.0 % against 100.0 %" in worse.words
    neither = observations.stuff_beside_a_net(
        *[confusion_matrix(truth, 2 * np.ones_like(truth), 3)] * 2, "fcn8s", LABELS
    )
    assert not neither.holds
    assert "is found by neither. IoU: grass 0.0 % against 0.0 %" in neither.words
    cats = confusion_matrix(np.array([[2, 2]]), np.array([[2, 2]]), 3)
    assert observations.stuff_beside_a_net(cats, cats, "fcn8s", LABELS) is None


def kinds(stuff: float, things: float) -> dict[str, dict[str, float]]:
    return {"stuff": {"Mean IoU": stuff}, "things": {"Mean IoU": things}}


def test_texture_does_for_stuff_what_it_cannot_do_for_things_or_not() -> None:
    holds = observations.stuff_over_things(kinds(0.6, 0.1), kinds(0.7, 0.5), "fcn8s", "Usually so.")
    assert holds.holds
    assert "60.0 % over stuff (fcn8s 70.0 %) and 10.0 % over things (fcn8s 50.0 %)" in holds.words
    for ours, net in ((kinds(0.4, 0.5), kinds(0.7, 0.9)), (kinds(0.6, 0.5), kinds(0.9, 0.5))):
        sentence = observations.stuff_over_things(ours, net, "fcn8s", "Usually so.")
        assert not sentence.holds
        assert sentence.words.endswith("over the validation photos, texture against fcn8s: Usually so.")
    assert observations.stuff_over_things(kinds(0.6, NAN), kinds(0.7, NAN), "fcn8s", "") is None


def test_strokes_teach_stuff_or_things_better() -> None:
    stuff = observations.strokes_for_stuff(kinds(0.8, 0.3), 0.012)
    assert stuff.holds
    assert "From strokes on 1.2 % of the photo, mean IoU is 80.0 % over stuff and 30.0 % over things" in stuff.words
    assert not observations.strokes_for_stuff(kinds(0.3, 0.8), 0.012).holds
    assert observations.strokes_for_stuff(kinds(0.3, NAN), 0.012) is None


def test_strokes_beat_a_net_or_do_not() -> None:
    truth = np.array([[0, 1, 1, 2]])
    good, bad = (confusion_matrix(truth, np.array([labels]), 3) for labels in ([0, 1, 1, 2], [0, 1, 0, 0]))
    assert observations.strokes_beside_a_net(good, bad, "fcn8s").holds
    sentence = observations.strokes_beside_a_net(bad, good, "fcn8s")
    assert not sentence.holds
    assert "50.0 % of the unpainted pixels are right, by fcn8s 100.0 %" in sentence.words


# ---------------------------------------------------------------- things


def test_a_box_beats_a_net_or_says_what_it_cuts_off() -> None:
    better = things.box_beats_a_net(0.95, 0.93, "fcn8s", "person", 0.4)
    assert better.holds
    assert "95.0 % IoU of person, fcn8s 93.0 %" in better.words
    worse = things.box_beats_a_net(0.5, 0.9, "fcn8s", "cat", 0.46)
    assert not worse.holds
    assert "46.0 % of the strip just outside the box is cat as well, and counts as background" in worse.words
    assert "strip" not in things.box_beats_a_net(0.5, 0.9, "fcn8s", "cat", 0.02).words
    assert "strip" not in things.box_beats_a_net(0.5, 0.9, "fcn8s", "cat", NAN).words
    assert things.box_beats_a_net(NAN, 0.9, "fcn8s", "cat", 0.0) is None


def test_the_first_iteration_does_most_or_not() -> None:
    assert things.first_iteration([0.5, 0.9, 0.92]).holds
    later = things.first_iteration([0.5, 0.45, 0.7])
    assert not later.holds
    assert "takes the box from 50.0 % to 45.0 %, and all that follow to 70.0 %" in later.words
    assert things.first_iteration([0.5, 0.9]) is None
    assert things.first_iteration([NAN, NAN, NAN]) is None


def test_what_is_cut_out_is_better_than_the_box_or_worse() -> None:
    assert things.better_than_the_box([0.5, 0.9], "person", 0.0).holds
    worse = things.better_than_the_box([0.6, 0.4], "cat", 0.5)
    assert not worse.holds
    assert "40.0 % against 60.0 % IoU" in worse.words
    assert "Strokes in the box can bring it back" in worse.words
    assert things.better_than_the_box([0.6], "cat", 0.5) is None


def test_why_a_box_cannot_be_cut() -> None:
    assert "Stuff has no extent" in things.why("sky", False, 1, 1.0, "human labels")
    assert "Stuff" not in things.why("cat", True, 1, 0.9, "human labels")
    assert "although only 20.0 % of the strip" in things.why("cat", True, 2, 0.2, "fcn8s")
    assert things.why("cat", True, 2, NAN, "fcn8s") == "Nothing is left after iteration 2."
    assert things.why("cat", True, None, 0.9, "fcn8s") == ""
    assert "so is 30.0 % of the strip just outside it" in things.why("sky", False, None, 0.3, "fcn8s")
    assert "strip" not in things.why("sky", False, None, NAN, "fcn8s")


def test_how_much_of_a_box_was_kept() -> None:
    assert things.kept(0.0, "sky", 1.0) == (
        "0.0 % of the box is left. 100.0 % of the strip just outside, where background is learnt, is sky as well."
    )
    assert things.kept(0.5, "sky", NAN) == "50.0 % of the box is left."
