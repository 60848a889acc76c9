"""Sentences of the page Inside: each in both faces, from data made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from seglib.labels import IGNORE, LabelSet
from seglib.ui.inside import observations

LABELS = LabelSet("tests", "Tests", ("sky", "cat"), ((0, 0, 0), (9, 9, 9)))


def test_coarser_streams_reach_farther_or_not() -> None:
    grows = observations.reach_grows({32: 300, 16: 120, 8: 60})
    assert grows.holds
    assert "60 px by stride 8, 120 px by stride 16, 300 px by stride 32" in grows.words
    assert not observations.reach_grows({32: 100, 16: 120}).holds
    assert observations.reach_grows({32: 100}) is None


def test_paths_are_nearly_orthogonal_or_not() -> None:
    apart = observations.paths_add_up(np.array([[1, 0.1, -0.2], [0.1, 1, 0.05], [-0.2, 0.05, 1]]), 1.7)
    assert apart.holds
    assert "0.05 to 0.20 in size: nearly orthogonal" in apart.words
    assert "1.70 times the whole's" in apart.words
    along = observations.paths_add_up(np.array([[1, -0.8], [-0.8, 1]]), 1.1)
    assert not along.holds
    assert "0.80 in size: some of them point much the same way, or against each other" in along.words


def test_a_step_is_felt_far_away_or_near_by_or_nowhere() -> None:
    changed = np.zeros((10, 300), bool)
    changed[0, :3] = changed[5, 200:208] = True
    far = observations.felt_far_away(changed, (0, 0))
    assert far.holds
    assert "Of the 11 pixels that change, 72.7 % lie more than 60 px away" in far.words
    near = observations.felt_far_away(changed, (5, 204))
    assert not near.holds
    assert "only 27.3 %" in near.words
    nowhere = observations.felt_far_away(np.zeros((3, 3), bool), (0, 0))
    assert "Not one pixel" in nowhere.words
    assert nowhere.name == ""


def test_the_pixel_learns_or_the_step_was_too_large() -> None:
    learns = observations.the_pixel_learns(0.1, 0.6, "tree")
    assert learns.holds
    assert "P(tree) there goes from 10.0 % to 60.0 %" in learns.words
    assert not observations.the_pixel_learns(0.1, 0.02, "tree").holds


def test_a_step_breaks_more_than_it_mends_or_less() -> None:
    breaks = observations.breaks_more(12, 3456)
    assert breaks.holds
    assert "mends 12 labelled pixels and breaks 3,456" in breaks.words
    assert not observations.breaks_more(50, 3).holds
    assert observations.breaks_more(0, 0) is None


def test_the_plain_trunk_owes_more_to_skips_or_not() -> None:
    more = observations.plain_owes_more({"short cuts and norms": 5.0, "plain": 40.0})
    assert more.holds
    assert "plain 40 %, short cuts and norms 5 %" in more.words
    assert not observations.plain_owes_more({"short cuts and norms": 50.0, "plain": 40.0}).holds
    assert observations.plain_owes_more({"norms": 5.0, "plain": 40.0}).name == ""


def test_our_own_trunk_owes_less_to_skips_or_not() -> None:
    less = observations.ours_owes_less(8.0, 40.0)
    assert less.holds
    assert "it is 8 %, on the plain one 40 %: ours has short cuts" in less.words
    no_less = observations.ours_owes_less(50.0, 40.0)
    assert not no_less.holds
    assert "no less" in no_less.words
    assert observations.ours_owes_less(None, 40.0) is None
    assert observations.ours_owes_less(8.0, None) is None


def test_a_map_knows_where_or_does_not_tell_things_apart() -> None:
    truth = np.zeros((10, 10), np.uint8)
    truth[:, 8:] = 1
    scores = np.tile(np.arange(10.0), (10, 1))
    knows = observations.knows_where(scores, truth, "tabby", LABELS)
    assert knows.holds
    assert "the score for tabby is highest, 100.0 % is cat to people, of the whole photo 20.0 %" in knows.words
    does_not = observations.knows_where(-scores, np.zeros((10, 10), np.uint8), "tabby", LABELS)
    assert not does_not.holds  # all of it is sky: no merit
    truth[::2, 9] = 0
    assert not observations.knows_where(scores, truth, "tabby", LABELS).holds  # half and half
    assert observations.knows_where(scores, None, "tabby", LABELS) is None
    assert observations.knows_where(scores, np.full((10, 10), IGNORE, np.uint8), "tabby", LABELS) is None


@pytest.mark.parametrize(("chance", "holds"), [(0.8, True), (0.07, False)])
def test_a_map_knows_which_or_says_little(chance: float, holds: bool) -> None:
    sentence = observations.knows_which(chance, "tabby")
    assert sentence.holds is holds
    assert f"{100 * chance:.1f} %" in sentence.words


def test_a_unit_fires_in_few_places_or_all_over() -> None:
    few = np.zeros((10, 10))
    few[0, 0], few[5, 5] = 4.0, 1.9
    assert observations.fires_in_few_places(few).holds
    assert "in 1.0 % of its places" in observations.fires_in_few_places(few).words
    assert not observations.fires_in_few_places(np.ones((10, 10))).holds
    assert observations.fires_in_few_places(-few - 1) is None


def test_windows_grow_and_are_held_against_the_photo() -> None:
    words = observations.windows_grow({4: 31, 8: 87, 16: 400}, (300, 320)).words
    assert "31 px at stride 4, 87 px at stride 8, 400 px at stride 16; from stride 16 on that is more" in words
    assert "from stride" not in observations.windows_grow({4: 31}, (300, 320)).words


def test_answers_stay_without_a_unit_or_hang_on_it() -> None:
    assert observations.most_answers_stay(0.01).holds
    assert not observations.most_answers_stay(0.2).holds
    assert observations.best_answer_stays("tabby", "tabby").holds
    other = observations.best_answer_stays("tabby", "lynx")
    assert not other.holds
    assert "the best answer is lynx, no longer tabby" in other.words


def test_projections_show_the_photo_or_the_unit() -> None:
    photo = observations.shows_the_photo({"gradient": 0.2, "guided": 0.8}, {"gradient": 0.1, "guided": 0.6})
    assert photo.holds
    assert "gradient 0.20 and 0.10, guided 0.80 and 0.60" in photo.words
    assert "the one by guided is much the same without it" in photo.words
    unit = observations.shows_the_photo({"gradient": 0.2}, {"gradient": 0.1})
    assert not unit.holds
    assert observations.shows_the_photo({"gradient": float("nan")}, {"gradient": 0.1}) is None


def test_a_picture_survives_the_shuffled_stage_of_its_unit_or_none_does() -> None:
    left = {"gradient": [0.2, 0.4], "guided": [0.9, 0.7], "deconvnet": [0.8, 0.1]}
    survives = observations.survives_its_stage(left, "stride 32")
    assert survives.holds
    assert "its own stage (stride 32) shuffled" in survives.words
    assert "gradient 0.30 (0.20 to 0.40), guided 0.80 (0.70 to 0.90), deconvnet 0.45 (0.10 to 0.80)" in survives.words
    assert "The one by guided hardly needs the unit" in survives.words
    falls = observations.survives_its_stage({"gradient": [0.2, 0.4], "guided": [0.9, 0.4]}, "stride 16")
    assert not falls.holds  # of one shuffle alone
    assert "None stays much the same" in falls.words
    flat = observations.survives_its_stage(left | {"guided": [float("nan"), 0.7]}, "stride 32")
    assert not flat.holds
    assert "guided" not in flat.words
    assert observations.survives_its_stage({"gradient": [float("nan")]}, "stride 32") is None


def test_deeper_units_find_more_or_not() -> None:
    more = observations.deeper_finds_more({"stride 4": 0.12, "stride 32": 0.2, "head": 0.23})
    assert more.holds
    assert "has 12.0 % IoU at stride 4, 23.0 % at head" in more.words
    assert not observations.deeper_finds_more({"stride 4": 0.12, "head": 0.1}).holds
    assert observations.deeper_finds_more({"head": 0.1}) is None


def test_a_unit_was_chosen_by_luck_or_keeps_it() -> None:
    luck = observations.chosen_by_luck("cow", 90.0, 10.0)
    assert luck.holds
    assert "The one chosen for cow had 90 % and keeps 10 %" in luck.words
    assert not observations.chosen_by_luck("cow", 30.0, 40.0).holds
