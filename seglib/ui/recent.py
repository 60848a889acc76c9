"""What was used lately: a store of bounded size, from which the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key, together no larger than ``most``, as ``size`` counts them: one each, if nothing else is said.

    Safe to share: sessions run in threads of one process.

    >>> recent = Recent(2)
    >>> for key in "aba":
    ...     recent.put(key, key.upper())
    >>> recent.put("c", "C")  # b was used longest ago
    >>> list(recent), recent.get("b"), recent.get("a")
    (['a', 'c'], None, 'A')
    """

    def __init__(self, most: int, size: Callable[[Value], int] = lambda _value: 1) -> None:
        self.most = most
        self.total = 0  # size of all that is kept
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """A value, which has been used now; or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, in place of one of the same key."""
        with self._lock:
            if key in self._values:
                self.total -= self._size(self._values.pop(key))
            self._values[key] = value
            self.total += self._size(value)
            while self.total > self.most:
                self.total -= self._size(self._values.popitem(last=False)[1])

    def __iter__(self) -> Iterator[Hashable]:
        """Keys of what is kept, latest used last."""
        with self._lock:
            return iter(list(self._values))
