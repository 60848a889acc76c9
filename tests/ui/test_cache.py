"""Caches know what they were given by its content: one pixel more, and the answer is a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.labels import EVERYDAY, STREET
from seglib.models.segmentation import Segmentation
from seglib.ui import cache
from seglib.ui.photo import Photo

SIDE = 1000  # a megapixel: Streamlit's own hash would look at a tenth of it
calls: list[str] = []


@cache.shared(4)
def seen(thing: object) -> int:
    calls.append("seen")
    return len(calls)


@cache.copied(4)
def seen_among(things: dict[str, object]) -> int:
    calls.append("seen among")
    return len(calls)


def edited(labels: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    copy = labels.copy()
    copy[place] += 1
    return copy


@settings(deadline=None)  # a megapixel is digested four times, on a machine that may be busy
@given(place=st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)))
def test_one_pixel_of_a_megapixel_makes_another_result(place: tuple[int, int]) -> None:
    labels = np.zeros((SIDE, SIDE), np.uint8)
    assert seen(labels) == seen(labels.copy())
    assert seen(labels) != seen(edited(labels, place))


@pytest.mark.parametrize("place", [(0, 0), (500, 501), (999, 999)])
def test_arrays_and_answers_inside_a_mapping_count_to_the_pixel(place: tuple[int, int]) -> None:
    labels, sure = np.zeros((SIDE, SIDE), np.uint8), np.ones((SIDE, SIDE), np.float16)
    for wrap in (lambda array: array, lambda array: Segmentation(array, sure, {})):
        assert seen_among({"net": wrap(labels)}) == seen_among({"net": wrap(labels.copy())})
        assert seen_among({"net": wrap(labels)}) != seen_among({"net": wrap(edited(labels, place))})


def test_a_photo_goes_by_its_key_and_a_window_of_it_by_another() -> None:
    photo = Photo("upload-1", "mine.png", "Mine", np.zeros((40, 60, 3), np.uint8))
    assert seen(photo) == seen(replace(photo, title="renamed.png"))
    window = photo.cut(np.s_[3:20, 5:30])
    assert window.size == (17, 25)
    assert len({seen(photo), seen(window), seen(photo.cut(np.s_[3:20, 5:31]))}) == 3


def test_a_table_goes_by_all_its_cells_and_names() -> None:
    table = pd.DataFrame({"net": ["fcn8s", "fcn4s"], "IoU": [0.5, np.nan]}, index=["a", "b"])
    others = [table.rename(columns={"IoU": "mean IoU"}), table.rename({"b": "c"}), table.fillna(0.0), table[:1]]
    assert seen(table) == seen(table.copy())
    assert len({seen(other) for other in (table, *others)}) == 1 + len(others)


def test_label_sets_of_one_name_differ_by_their_classes() -> None:
    mine = replace(EVERYDAY, classes=(*EVERYDAY.classes[:-1], "my own"), things=frozenset())
    assert len({seen(EVERYDAY), seen(STREET), seen(mine)}) == 3
    assert seen(EVERYDAY) == seen(replace(EVERYDAY))


def test_further_types_bring_their_own_key() -> None:
    @dataclass(frozen=True)
    class Task:
        key: str
        large: object  # nothing tells two of these apart

    @cache.shared(4, keyed=(Task,))
    def name(task: Task) -> str:
        return task.key

    assert [name(Task(key, iter(()))) for key in ("a", "b", "a")] == ["a", "b", "a"]


def test_the_score_of_an_answer_follows_the_truth_and_the_answer() -> None:
    truth, sure = np.zeros((SIDE, SIDE), np.uint8), np.ones((SIDE, SIDE), np.float16)
    answer = Segmentation(truth, sure, {})
    assert np.trace(cache.confusion(truth, answer, 2)) == SIDE**2
    assert np.trace(cache.confusion(edited(truth, (123, 7)), answer, 2)) == SIDE**2 - 1
    assert np.trace(cache.confusion(truth, Segmentation(edited(truth, (123, 7)), sure, {}), 2)) == SIDE**2 - 1
