"""Runs are played, paused and stepped; they stop when nobody looks and end when told to."""

import itertools
import threading
import time

import pytest

from seglib.ui.teach import live_run
from seglib.ui.teach.live_run import LiveRun


@pytest.fixture
def run():
    """Epochs are numbers, and there is no end of them."""
    made = LiveRun("key", itertools.count)
    yield made
    made.stop()


def until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_play_and_pause(run: LiveRun) -> None:
    assert not run.alive
    run.play()
    until(lambda: len(run.epochs) >= 3)
    run.pause()
    until(lambda: not live_run.TURNS.waiting)
    threading.Event().wait(0.3)
    count = len(run.epochs)
    threading.Event().wait(0.3)
    assert len(run.epochs) == count
    assert run.epochs == list(range(count))
    run.play()
    until(lambda: len(run.epochs) > count)


def test_steps(run: LiveRun) -> None:
    run.step()
    until(lambda: len(run.epochs) == 2)  # number 0 is before learning
    threading.Event().wait(0.3)
    run.step()
    until(lambda: len(run.epochs) == 3)
    threading.Event().wait(0.3)
    assert len(run.epochs) == 3


def test_it_stops_while_nobody_looks_and_goes_on_when_somebody_does(run: LiveRun, monkeypatch) -> None:
    monkeypatch.setattr(live_run, "LEFT", 0.3)
    run.play()
    threading.Event().wait(0.8)
    count = len(run.epochs)
    threading.Event().wait(0.3)
    assert len(run.epochs) == count
    assert run.alive
    run.look()
    until(lambda: len(run.epochs) > count)


def test_it_ends_when_all_epochs_are_done_or_when_told(run: LiveRun) -> None:
    short = LiveRun("key", lambda: iter([1, 2]))
    short.play()
    until(lambda: not short.alive)
    assert (short.epochs, short.done, short.failure) == ([1, 2], True, "")
    run.play()
    run.stop()
    assert not run.alive
    assert not run.done


def test_a_mistake_is_told(run: LiveRun) -> None:
    bad = LiveRun("key", lambda: (1 // 0 for _ in range(1)))
    bad.play()
    until(lambda: not bad.alive)
    assert "ZeroDivisionError" in bad.failure
