"""Turns: first come, first served, never more than there are slots."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seglib.teach.turns import Turns


def test_whoever_came_first_goes_first() -> None:
    turns, order, ready = Turns(1), [], threading.Event()

    def visitor(name: int) -> None:
        with turns.turn() as mine:
            assert mine
            order.append(name)

    threads = []
    with turns.turn():
        for name in range(6):
            thread = threading.Thread(target=visitor, args=(name,))
            thread.start()
            threads.append(thread)
            while turns.waiting <= name:  # until it stands in line
                ready.wait(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    assert turns.waiting == 0


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_never_more_than_slots(slots: int) -> None:
    turns, lock, inside, most = Turns(slots), threading.Lock(), 0, 0

    def visitor(_: int) -> None:
        nonlocal inside, most
        for _ in range(5):
            with turns.turn():
                with lock:
                    inside += 1
                    most = max(most, inside)
                threading.Event().wait(0.002)
                with lock:
                    inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visitor, range(8)))
    assert most == slots
    assert turns.seconds_to_wait == 0


def test_whoever_leaves_the_line_lets_others_pass() -> None:
    turns, halt, got = Turns(1), threading.Event(), []

    def leaver() -> None:
        with turns.turn(halt) as mine:
            got.append(mine)

    with turns.turn():
        assert turns.seconds_to_wait == 0  # nobody knows yet how long a turn takes
        thread = threading.Thread(target=leaver)
        thread.start()
        while not turns.waiting:
            threading.Event().wait(0.001)
        halt.set()
        thread.join()
        assert got == [False]
    with turns.turn() as mine:
        assert mine


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn() as mine:
        assert mine
