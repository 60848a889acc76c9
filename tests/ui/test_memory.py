"""The app's memory: bounded in bytes, computed once for all who ask at once, and exact about what it was asked."""

from __future__ import annotations

import ctypes
import enum
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seglib.ui import memory
from seglib.ui.memory import BUDGET, MEGABYTES, Memory, budget, bytes_of, name_of


def block(size: int) -> np.ndarray:
    return np.zeros(size, np.uint8)


class Gone(BaseException):
    """As Streamlit ends the run of a visitor who moved on."""


def test_the_least_recently_used_goes_when_the_budget_is_full() -> None:
    kept, computed = Memory(100), []

    def ask(key: str) -> None:
        kept.recall("f", key, lambda: computed.append(key) or block(40))

    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    # c is the third of 40 bytes: b, used longest ago, makes room for it, and c for b later; a was used all the time.
    assert computed == ["a", "b", "c", "b"]
    assert kept.size == 80


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=40))
def test_the_budget_holds_whatever_is_asked(asked: list[tuple[int, int]]) -> None:
    kept = Memory(100)
    for key, size in asked:
        assert kept.recall("f", (key, size), lambda size=size: block(size)).nbytes == size
        assert kept.size <= 100


def test_one_that_is_larger_than_the_budget_is_kept_alone() -> None:
    kept = Memory(100)
    kept.recall("f", 1, lambda: block(50))
    large = kept.recall("f", 2, lambda: block(500))
    assert kept.recall("f", 2, lambda: pytest.fail("it was just computed")) is large
    assert len(kept) == 1


def test_models_stay_and_do_not_count() -> None:
    kept = Memory(100)
    model = kept.recall("model", 1, lambda: block(1000), lasting=True)
    for key in range(5):
        kept.recall("f", key, lambda: block(60))
    assert kept.recall("model", 1, block) is model
    assert kept.size == 60


def test_a_function_may_keep_fewer_than_would_fit() -> None:
    kept = Memory(1000)
    for key in range(5):
        kept.recall("f", key, lambda: block(1), keep=2)
    kept.recall("g", 0, lambda: block(1))
    assert len(kept) == 3


def test_what_is_computed_for_one_is_not_computed_for_another_at_once() -> None:
    kept, calls, entered, gate = Memory(1000), [], threading.Event(), threading.Event()

    def slow() -> np.ndarray:
        calls.append(1)
        entered.set()
        assert gate.wait(20)
        return block(10)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(kept.recall, "f", 1, slow)
        assert entered.wait(20)
        others = [pool.submit(kept.recall, "f", 1, slow) for _ in range(7)]
        assert kept.recall("f", 2, lambda: block(3)).nbytes == 3  # other results do not wait
        gate.set()
        assert all(other.result() is first.result() for other in others)
    assert len(calls) == 1


def test_an_error_reaches_all_who_wait_and_is_not_remembered() -> None:
    kept = Memory(100)
    with pytest.raises(ValueError, match="bad photo"):
        kept.recall("f", 1, lambda: (_ for _ in ()).throw(ValueError("bad photo")))
    assert kept.recall("f", 1, lambda: "better") == "better"


def test_a_visitor_who_goes_away_does_not_take_those_along_who_wait() -> None:
    kept, entered, gate = Memory(100), threading.Event(), threading.Event()

    def interrupted() -> None:
        entered.set()
        assert gate.wait(20)
        raise Gone

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.recall, "f", 1, interrupted)
        assert entered.wait(20)
        second = pool.submit(kept.recall, "f", 1, lambda: "computed after all")
        gate.set()
        assert second.result() == "computed after all"
        with pytest.raises(Gone):
            first.result()


def test_pages_are_returned_after_much_was_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    returned = []
    monkeypatch.setattr(memory, "return_pages", lambda: returned.append(1))
    kept = Memory(memory.ENOUGH_TO_RETURN)
    for key in range(4):
        kept.recall("f", key, lambda: block(memory.ENOUGH_TO_RETURN))
    assert len(returned) == 3  # the first found room
    memory.return_pages()


@pytest.mark.parametrize(("long", "times"), [(0, 2), (1e9, 0)])
def test_pages_are_returned_after_a_long_computation_too(
    monkeypatch: pytest.MonkeyPatch, long: float, times: int
) -> None:
    returned = []
    monkeypatch.setattr(memory, "return_pages", lambda: returned.append(1))
    monkeypatch.setattr(memory, "LONG", long)
    kept = Memory(memory.ENOUGH_TO_RETURN)
    for key in (1, 2, 2):
        kept.recall("f", key, lambda: block(100))
    assert len(returned) == times


@dataclass
class Answer:
    labels: np.ndarray
    name: str


@pytest.mark.parametrize(
    ("thing", "size"),
    [
        (block(7), 7),
        (block(100)[3:5], 100),  # a view keeps all of what it looks at
        ([block(7), {"a": block(5)}], 12),
        (Answer(block(9), "abc"), 12),
        (torch.zeros(3, 4), 48),
        (torch.nn.Linear(3, 2), 4 * (6 + 2)),
        (pd.DataFrame({"a": np.zeros(10)}), 80 + pd.RangeIndex(10).memory_usage()),
    ],
)
def test_bytes_by_hand(thing: object, size: int) -> None:
    assert bytes_of(thing) == size


class Way(enum.StrEnum):
    NEAREST = "nearest"


def test_names_tell_apart_what_python_takes_for_equal() -> None:
    things = [1, 1.0, True, "1", b"1", (1,), [1], None, {"a": 1}, {"a": 2}, Way.NEAREST, "nearest", {1}, np.float32(1)]
    assert len({name_of(thing, {}) for thing in things}) == len(things)


def test_what_is_no_number_has_one_name() -> None:
    names = {name_of([1.0, float(text)], {}) for text in ("nan", "nan", "1", "inf")}
    assert len(names) == 3
    assert name_of(np.float32("nan"), {}) == name_of(np.float32("nan"), {}) != name_of(float("nan"), {})


def test_what_has_no_name_is_refused() -> None:
    with pytest.raises(TypeError, match="function has no name for a cache"):
        name_of([budget], {})


@pytest.mark.parametrize(
    ("text", "megabytes"),
    [("", BUDGET), ("80", 80), ("-1", BUDGET), ("lots", BUDGET), ("²", BUDGET), ("9" * 30, BUDGET)],
)
def test_the_budget_is_set_by_a_variable(text: str, megabytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEGABYTES, text)
    assert budget() == megabytes * 2**20


def test_what_is_known_of_a_constant_array_is_found_out_once() -> None:
    constants, asked = memory.Constants(), []
    one, other = constants.add(np.zeros(3)), np.zeros(3)
    for array in (one, one, other, other):
        assert constants.about(array, "sum", lambda array: asked.append(array) or array.sum()) == 0
    assert [array is one for array in asked] == [True, False, False]


def test_a_constant_that_is_gone_is_not_taken_for_the_next_one_at_its_place() -> None:
    constants, told = memory.Constants(), []
    for number in range(50):  # where the last was, Python often puts the next
        array = np.full(3, number)
        if number % 2:
            constants.add(array)
        told.append(constants.about(array, "first", lambda array: array[0]))
        del array
    assert told == list(range(50))


def test_arrays_of_results_are_constant() -> None:
    kept, asked = Memory(1000), []
    answer = kept.recall("f", 1, lambda: Answer(block(9), "abc"))
    for _ in range(2):
        memory.CONSTANTS.about(answer.labels, "asked", asked.append)
    assert len(asked) == 1


SHARING = """
import ctypes, threading
from seglib.ui.memory import share_heaps

{share}
meet = threading.Barrier(8)

def work():
    held = bytearray(5000)  # too large for Python's own pools
    meet.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="glibc's alone")
def test_all_threads_share_two_heaps() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "MALLOC_ARENA_MAX"}

    def heaps(share: str) -> int:
        code = SHARING.format(share=share)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        return done.stdout.count("<heap nr=")

    assert heaps("share_heaps()") <= 2 < heaps("")
