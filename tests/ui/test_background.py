"""Work in a thread of its own: what it found, how it ends, and that it lets others begin."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from seglib.ui import background
from seglib.ui.background import Job


def endless(halt: threading.Event) -> Iterator[int]:
    for number in itertools.count():
        halt.wait(0.01)
        yield number


def wait_for_end(job: Job) -> None:
    deadline = time.monotonic() + 20
    while job.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not job.running


def test_all_steps_are_taken_in_order() -> None:
    taken: list[int] = []
    job = Job(lambda _halt: iter(range(5)), taken.append, "test")
    assert not job.running
    assert job.start()
    wait_for_end(job)
    assert taken == [0, 1, 2, 3, 4]
    assert job.failure == ""


def test_it_stops_after_the_step_at_hand() -> None:
    taken: list[int] = []
    job = Job(endless, taken.append, "test")
    job.start()
    while not taken:
        time.sleep(0.01)
    job.stop()
    assert not job.running
    count = len(taken)
    time.sleep(0.1)
    assert len(taken) == count


def test_a_failure_is_kept_as_a_sentence_with_what_came_before() -> None:
    def steps(_halt: threading.Event) -> Iterator[int]:
        yield 1
        raise ValueError("the second photo is missing")

    taken: list[int] = []
    job = Job(steps, taken.append, "test")
    job.start()
    wait_for_end(job)
    assert taken == [1]
    assert job.failure == "ValueError: the second photo is missing"


def test_two_jobs_of_one_lock_never_run_at_once_and_the_lock_comes_back() -> None:
    alone = threading.Lock()
    first, second = (Job(endless, lambda _step: None, "test") for _ in range(2))
    assert first.start(alone)
    assert not second.start(alone)
    assert not second.running
    first.stop()
    assert second.start(alone)
    second.stop()
    assert alone.acquire(blocking=False)


def test_nobody_looking_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "ABANDONED", -1.0)
    job = Job(endless, lambda _step: None, "test")
    job.start()
    wait_for_end(job)
