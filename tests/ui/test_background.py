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


def test_of_jobs_that_share_a_semaphore_only_so_many_run_at_a_time() -> None:
    among, lock = threading.Semaphore(2), threading.Lock()
    at_once, most = 0, 0

    def steps(_halt: threading.Event) -> Iterator[int]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        yield 1
        with lock:
            at_once -= 1

    taken: list[int] = []
    jobs = [Job(steps, taken.append, "test", among) for _ in range(6)]
    for job in jobs:
        job.start()
    for job in jobs:
        wait_for_end(job)
    assert (len(taken), most) == (6, 2)
    assert among.acquire(blocking=False)
    assert among.acquire(blocking=False)


def test_one_that_waits_for_its_turn_can_be_ended() -> None:
    among, taken = threading.Semaphore(1), []
    first, second = Job(endless, taken.append, "test", among), Job(lambda _halt: iter("b"), taken.append, "test", among)
    first.start()
    while not taken:
        time.sleep(0.01)
    second.start()
    second.stop()
    assert not second.running
    first.stop()
    assert "b" not in taken


def test_the_error_itself_is_kept_too() -> None:
    def steps(_halt: threading.Event) -> Iterator[int]:
        raise KeyError("no such photo")
        yield 1

    job = Job(steps, print, "test", threading.Semaphore(1))
    job.start()
    wait_for_end(job)
    assert isinstance(job.error, KeyError)
    assert "no such photo" in job.failure
