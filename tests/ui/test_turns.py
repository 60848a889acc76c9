"""Heavy work in turns, and none for somebody who has moved on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seglib.ui import cache, turns
from seglib.ui.turns import Turns


class Overtaken(BaseException):
    """As Streamlit's own, no `Exception`."""


class Run:
    """Stands for the run of one visitor's page: each thread has its own, and it may be overtaken."""

    runs = threading.local()

    def __init__(self) -> None:
        self.overtaken, self.looked = threading.Event(), threading.Event()

    def check(self) -> None:
        self.looked.set()
        if self.overtaken.is_set():
            raise Overtaken

    def doing(self, work):
        self.runs.check = self.check
        return work()


@pytest.fixture(autouse=True)
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "get_run_yield_check", lambda: getattr(Run.runs, "check", None))


def four_nets(name: str, run: Run | None = None) -> list[str]:
    """A page that computes four answers; after the second its visitor moves on, if there is one who does."""
    computed = []

    @cache.shared(8)
    def answer(net: str) -> str:
        computed.append(net)
        if run is not None and net == f"{name} 2":
            run.overtaken.set()
        return net

    def page() -> None:
        for number in range(1, 5):
            answer(f"{name} {number}")

    if run is None:
        page()
    else:
        with pytest.raises(Overtaken), ThreadPoolExecutor(1) as pool:
            pool.submit(run.doing, page).result()
    return computed


def test_of_four_nets_only_the_one_at_hand_is_finished() -> None:
    assert four_nets("moved on", Run()) == ["moved on 1", "moved on 2"]
    assert len(four_nets("stays")) == 4


def test_who_moves_on_leaves_the_queue_and_the_next_gets_the_turn() -> None:
    queue, gone, patient, order = Turns(1), Run(), Run(), []

    def work(name: str) -> None:
        with queue:
            order.append(name)

    with ThreadPoolExecutor(2) as pool:
        with queue:
            first, second = (
                pool.submit(gone.doing, lambda: work("gone")),
                pool.submit(patient.doing, lambda: work("in")),
            )
            assert gone.looked.wait(20)
            gone.overtaken.set()
            with pytest.raises(Overtaken):
                first.result(20)  # while the queue is still taken
            assert not second.done()
        second.result(20)
    assert order == ["in"]


def test_whose_page_began_first_is_first_with_its_last_net_too() -> None:
    queue, order = Turns(1), []
    early, late, early_began = Run(), Run(), threading.Event()
    late_waits = threading.Event()

    def early_page() -> None:
        turns.begin_run()
        early_began.set()
        assert late_waits.wait(20)
        with queue:
            order.append("early")

    def late_page() -> None:
        turns.begin_run()
        with queue:
            order.append("late")

    def until_waiting(run: Run, count: int) -> None:
        while len(queue._waiting) < count:
            run.looked.clear()
            assert run.looked.wait(20)

    with ThreadPoolExecutor(2) as pool:
        with queue:
            pages = [pool.submit(early.doing, early_page)]
            assert early_began.wait(20)
            pages.append(pool.submit(late.doing, late_page))
            until_waiting(late, 1)  # the late one asks first
            late_waits.set()
            until_waiting(early, 2)
        for each in pages:
            each.result(20)
    assert order == ["early", "late"]


def test_as_many_as_may_are_in_at_once() -> None:
    queue, both = Turns(2), threading.Barrier(2)

    def work() -> None:
        with queue:
            both.wait(20)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(work) for _ in range(2)]:
            each.result(20)


def test_who_waits_for_anothers_computation_may_leave_and_the_other_goes_on() -> None:
    entered, gate, gone = threading.Event(), threading.Event(), Run()

    @cache.shared(2)
    def slow(name: str) -> str:
        entered.set()
        assert gate.wait(20)
        return name

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow, "photo")
        assert entered.wait(20)
        second = pool.submit(gone.doing, lambda: slow("photo"))
        gone.overtaken.set()
        with pytest.raises(Overtaken):
            second.result(20)
        gate.set()
        assert first.result(20) == "photo"


def test_a_long_wait_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said, told, queue = [], threading.Event(), Turns(1)
    monkeypatch.setattr(turns, "QUIETLY", turns.LOOK)
    monkeypatch.setattr(turns.st, "toast", lambda words, **_looks: (said.append(words), told.set()))

    def wait() -> None:
        with queue:
            pass

    with ThreadPoolExecutor(1) as pool:
        with queue:
            waits = pool.submit(Run().doing, wait)
            assert told.wait(20)
        waits.result(20)
    assert said == [turns.WAITS]
