"""One memory for everything that the app computes for all visitors, with a bound in bytes.

Thirty caches with bounds by number add up to gigabytes that nobody meant. Here all results lie in one list, the least
recently used first to go, and together they stay under `BUDGET`. What is being computed for one visitor is not computed
for another at the same time: whoever comes second waits for the first. Freed memory goes back to the system, which C's
`malloc` would keep for later.

Results are shared and changed by nobody. No message from a browser can empty this memory, as it could Streamlit's.
"""

from __future__ import annotations

import ctypes
import dataclasses
import os
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, wait
from dataclasses import dataclass

import numpy as np

MEGABYTES = "SEGLIB_CACHE_MB"  # the variable that sets the budget
BUDGET = 150  # megabytes
LOOK = 0.1  # seconds between two looks whether whoever waits for another's computation still wants it
ENOUGH_TO_RETURN = 16 * 2**20  # bytes that were let go before the system is given the free pages
M_ARENA_MAX = -8  # of glibc's malloc.h
LONG = 0.3  # seconds after which a computation is taken to have needed much for itself, and a hundredth more is no loss


class Constants:
    """Arrays that nobody changes any more, and what was found out about them: a digest a rerun adds up.

    An array of the memory's is one by contract; others are named by whoever made them. They are known for as long as
    they live.
    """

    def __init__(self) -> None:
        self._about: dict[int, tuple[weakref.ref, dict]] = {}

    def add(self, array: np.ndarray) -> np.ndarray:
        """Take an array for constant, and return it."""
        place = id(array)
        if place not in self._about:
            # When the array goes its number may be another's: what is known of it goes first.
            self._about[place] = weakref.ref(array, lambda _: self._about.pop(place, None)), {}
        return array

    def about(self, array: np.ndarray, what: Hashable, find_out: Callable[[np.ndarray], object]) -> object:
        """What ``find_out`` says of an array: once for a constant one, anew for any other."""
        reference, known = self._about.get(id(array), (None, None))
        if reference is None or reference() is not array:
            return find_out(array)
        if what not in known:
            known[what] = find_out(array)
        return known[what]


CONSTANTS = Constants()


@dataclass
class _Kept:
    result: object
    size: int  # bytes
    lasting: bool


class Memory:
    """Results by key: the latest used, within a budget in bytes."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: OrderedDict[tuple, _Kept] = OrderedDict()  # least recently used first
        self._running: dict[tuple, Future] = {}
        self._lock = threading.Lock()
        self._freed = 0

    @property
    def size(self) -> int:
        """Bytes of all results that are not lasting."""
        with self._lock:
            return self._size()

    def __len__(self) -> int:
        return len(self._kept)

    def recall(
        self,
        name: str,
        key: Hashable,
        compute: Callable[[], object],
        keep: int | None = None,
        lasting: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> object:
        """The result of this name and key, computed if it is not here, at most ``keep`` of one name.

        What is ``lasting`` stays: models, of which there are as many as lie in the box. Whatever ``compute`` raises is
        raised, also to those who wait, and not remembered. ``meanwhile`` is called now and then by whoever waits for
        another's computation; what it raises ends the waiting.
        """
        place = (name, key)
        while True:
            with self._lock:
                if place in self._kept:
                    self._kept.move_to_end(place)
                    return self._kept[place].result
                future = self._running.get(place)
                if future is None:
                    mine = self._running[place] = Future()
            if future is None:
                return self._compute(place, compute, mine, keep, lasting)
            while not wait([future], timeout=LOOK).done:
                meanwhile()
            try:
                return future.result()
            except Exception:
                raise
            except BaseException:  # noqa: BLE001 - the other visitor went away, not this one: compute it after all
                continue

    def _compute(
        self, place: tuple, compute: Callable[[], object], mine: Future, keep: int | None, lasting: bool
    ) -> object:
        began = time.monotonic()
        try:
            result = compute()
        except BaseException as error:
            with self._lock:
                del self._running[place]
            mine.set_exception(error)
            raise
        size = bytes_of(result)
        for part in parts_of(result):
            if isinstance(part, np.ndarray):
                CONSTANTS.add(part)
        with self._lock:
            self._kept[place] = _Kept(result, size, lasting)
            self._bound(place, keep)
            del self._running[place]
        mine.set_result(result)
        self._return_pages(hurry=time.monotonic() - began < LONG)
        return result

    def _size(self) -> int:
        return sum(kept.size for kept in self._kept.values() if not kept.lasting)

    def _bound(self, newest: tuple, keep: int | None) -> None:
        """Let the least recently used go, but never the newest: who asked for it will ask again."""
        same = [place for place in self._kept if place[0] == newest[0]]
        for place in same[: len(same) - keep] if keep else ():
            self._let_go(place)
        size = self._size()
        for place in [place for place, kept in self._kept.items() if not kept.lasting and place != newest]:
            if size <= self.budget:
                return
            size -= self._kept[place].size
            self._let_go(place)

    def _let_go(self, place: tuple) -> None:
        self._freed += self._kept.pop(place).size

    def _return_pages(self, hurry: bool) -> None:
        with self._lock:
            if hurry and self._freed < ENOUGH_TO_RETURN:
                return
            self._freed = 0
        return_pages()

    def forget(self, name: str | None = None) -> None:
        """Let all results of a name go, or all there are; for tests."""
        with self._lock:
            for place in [place for place in self._kept if name in (None, place[0])]:
                self._let_go(place)


def share_heaps() -> None:
    """Let all threads share two heaps, where C's library has one for each (glibc), unless its variable says otherwise.

    In a heap of its own what one visitor's thread has freed is of no use to the next, and the server grows by it.
    """
    if (
        sys.platform == "linux"
        and "MALLOC_ARENA_MAX" not in os.environ
        and hasattr(library := ctypes.CDLL(None), "mallopt")
    ):
        library.mallopt(M_ARENA_MAX, 2)


def return_pages() -> None:
    """Give free pages back to the system, where C's library knows how (glibc); some milliseconds."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)


def bytes_of(thing: object) -> int:
    """About how many bytes a result holds: arrays, tensors and tables by their numbers, each counted once.

    >>> plane = np.zeros((10, 10))
    >>> bytes_of({"a": plane, "b": [plane, plane[:2]]})
    800
    """
    return sum(_bytes(part) for part in parts_of(thing))


def parts_of(thing: object, seen: set[int] | None = None) -> Iterator[object]:
    """What a result is made of, down to what holds its bytes, each once; what a view looks at for the view, too."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        inner = thing.values()
    elif isinstance(thing, Sequence | Set) and not isinstance(thing, str | bytes):
        inner = thing
    elif hasattr(thing, "state_dict"):  # a net; torch may not be here yet
        inner = thing.state_dict().values()
    elif hasattr(thing, "__dict__") and not _has_bytes(thing):
        inner = vars(thing).values()
    else:
        yield thing
        inner = [thing.base] if isinstance(thing, np.ndarray) and isinstance(thing.base, np.ndarray) else []
    for part in inner:
        yield from parts_of(part, seen)


def _has_bytes(thing: object) -> bool:
    """Whether this is an array, a tensor or a table."""
    return isinstance(thing, np.ndarray) or hasattr(thing, "untyped_storage") or hasattr(thing, "memory_usage")


def _bytes(part: object) -> int:
    """Bytes of something that has no parts; a view has none of its own."""
    if isinstance(part, np.ndarray):
        return 0 if isinstance(part.base, np.ndarray) else part.nbytes
    if hasattr(part, "untyped_storage"):
        return part.untyped_storage().nbytes()
    if hasattr(part, "memory_usage"):
        return int(np.sum(part.memory_usage(deep=True)))
    return len(part) if isinstance(part, str | bytes) else sys.getsizeof(part)


def name_of(thing: object, keys: Mapping[type, Callable]) -> Hashable:
    """What stands for an argument in a key: two arguments of one name are the same.

    ``keys`` says how objects of some types name themselves; numbers, texts, enumerations, dataclasses and collections
    of such things need no help. `TypeError` for anything else.
    """
    kind = type(thing)
    if kind in keys:
        return kind.__qualname__, name_of(keys[kind](thing), keys)
    if isinstance(thing, float | np.floating) and np.isnan(thing):  # which is not equal to itself
        return kind.__qualname__, "not a number"
    if thing is None or isinstance(thing, bool | int | float | str | bytes | np.generic):
        return kind.__qualname__, thing
    if isinstance(thing, Mapping):
        return kind.__qualname__, tuple((name_of(key, keys), name_of(value, keys)) for key, value in thing.items())
    if isinstance(thing, list | tuple):
        return kind.__qualname__, tuple(name_of(part, keys) for part in thing)
    if isinstance(thing, Set):
        return kind.__qualname__, frozenset(name_of(part, keys) for part in thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = (getattr(thing, field.name) for field in dataclasses.fields(thing))
        return kind.__qualname__, tuple(name_of(value, keys) for value in fields)
    raise TypeError(f"{kind.__qualname__} has no name for a cache: give it a key, see seglib/ui/cache.py")


def budget() -> int:
    """The budget in bytes, from the variable `MEGABYTES`, or `BUDGET` where that is no number of megabytes."""
    text = os.environ.get(MEGABYTES, "")
    return (int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else BUDGET) * 2**20


MEMORY = Memory(budget())
