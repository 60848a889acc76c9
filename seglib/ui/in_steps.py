"""Long work for one visitor: computed aside, with progress and a stop button, and kept for all.

Results are shared and changed by nobody. While something is computed by threads of their own, the page only looks on:
whatever the visitor does next ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, wraps

import streamlit as st

from seglib.ui.background import Job
from seglib.ui.recent import Recent

LOOK = 0.05  # seconds between two looks at the progress
kept = Recent(96)  # a map of energies is the largest, a megabyte for the largest photo
_among = threading.Semaphore(2)  # convolutions run on one thread each


@dataclass(frozen=True)
class Work:
    """Something to be computed in steps."""

    key: Hashable  # names the result
    steps: Callable[[], Iterator[tuple[object, float]]]  # results, each better, and the share of the work that is done


def in_steps(steps: Callable[..., Iterator[tuple[object, float]]]) -> Callable[..., Work]:
    """Decorator of a generator: a call makes `Work`, whose result goes by the arguments; objects by their ``key``."""

    @wraps(steps)
    def work(*arguments: Hashable) -> Work:
        names = (getattr(argument, "key", argument) for argument in arguments)
        return Work((*names, steps.__name__), partial(steps, *arguments))

    return work


def compute_all(work: Mapping[str, Work], words: str) -> dict[str, object] | None:
    """The last result of each piece of work, by name: from memory, or computed side by side with progress.

    None if the visitor stopped it. A piece that follows from another's result can come in a second call.
    """
    results = {name: kept.get(piece.key) for name, piece in work.items()}
    missing = [name for name, result in results.items() if result is None]
    if not missing:
        return results
    stop = f"stop {' '.join(missing)}"
    if st.session_state.get(stop):
        st.info("Stopped. Click a pixel, change a control, or go on with this one.")
        st.button("Go on", key="go_on")
        return None
    done = dict.fromkeys(missing, 0.0)

    def take(name: str, step: tuple[object, float]) -> None:
        results[name], done[name] = step

    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=words)
        st.button("Stop", key=stop, icon=":material/stop:")
    jobs = [Job(partial(_and_keep, work[name]), partial(take, name), f"long work, {name}", _among) for name in missing]
    for job in jobs:
        job.start()
    try:
        while running := [job for job in jobs if job.running]:
            for job in running:
                job.look(LOOK / len(running))
            bar.progress(min(sum(done.values()) / len(done), 1.0), text=words)  # here a click ends this run
    finally:
        for job in jobs:
            job.halt()
    place.empty()
    for job in jobs:
        if job.error is not None:  # what went wrong in a thread is said on the page
            raise job.error
    return results


def _and_keep(work: Work, _halt: threading.Event) -> Iterator[tuple[object, float]]:
    """The steps of the work; once all have been taken, the last result is kept."""
    result = None
    for result, share in work.steps():
        yield result, share
    kept.put(work.key, result)
