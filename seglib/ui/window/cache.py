"""What was found out about a pixel's window, kept for all visitors; computed aside, with progress and a stop button.

Keys are small and exact (a photo's digest, a pixel, a net), results are shared and changed by nobody. While something
is computed by threads of their own, the page only looks on: whatever the visitor does next ends it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
# A generator of results, each better than the one before, with the share of the work that is done.
Work = Callable[[], Iterator[tuple[T, float]]]
LOOK = 0.05  # seconds between two looks at the progress
_workers = ThreadPoolExecutor(2, thread_name_prefix="window")  # convolutions run on one thread each


class Kept:
    """The latest results, least recently used first to go."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> object | None:
        """A result, or None."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, result: object) -> None:
        """Keep a result."""
        with self._lock:
            self._found[key] = result
            self._found.move_to_end(key)
            while len(self._found) > self.most:
                self._found.popitem(last=False)

    def __iter__(self) -> Iterator[Hashable]:
        """Keys of what is kept, latest used last."""
        with self._lock:
            return iter(list(self._found))


kept = Kept(96)  # a map of energies is the largest, a megabyte for the largest photo


def compute_all(work: Mapping[str, tuple[Hashable, Work]], words: str) -> dict[str, object] | None:
    """The last result of each piece of work, by name: from memory, or computed side by side with progress.

    None if the visitor stopped it. A piece that follows from another's result can come in a second call.
    """
    found = {name: kept.get(key) for name, (key, _) in work.items()}
    missing = [name for name, result in found.items() if result is None]
    if not missing:
        return found
    stop = f"stop {' '.join(missing)}"
    if st.session_state.get(stop):
        st.info("Stopped. Click a pixel, change a control, or go on with this one.")
        st.button("Go on", key="window_go_on")
        return None
    done = dict.fromkeys(missing, 0.0)
    halt = threading.Event()

    def run(name: str) -> None:
        key, steps = work[name]
        result = None
        for result, share in steps():  # noqa: B007 - the last one is wanted
            done[name] = share
            if halt.is_set():
                return
        kept.put(key, result)
        found[name] = result

    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=words)
        st.button("Stop", key=stop, icon=":material/stop:")
    futures = [_workers.submit(run, name) for name in missing]
    try:
        while wait(futures, LOOK).not_done:
            bar.progress(min(sum(done.values()) / len(done), 1.0), text=words)  # here a click ends this run
    finally:
        halt.set()
    place.empty()
    for future in futures:
        future.result()  # what went wrong in a thread is said on the page
    return found
