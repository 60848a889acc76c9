"""Where rooms live: in this process, in an SQLite file that the processes of a machine share, or in a Redis server.

Which one is said by the environment variable ``SEGLIB_ROOMS``: nothing, a path, or an address ``redis://...``. All
keep the same promises, and the same tests hold them to it: a vote is counted once for each phone and never lost, a room
changes in one piece or not at all, and all of it is gone when its time is up.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

VARIABLE = "SEGLIB_ROOMS"
Outcome = Literal["counted", "closed", "full"]


@dataclass(frozen=True)
class Limits:
    """How much may be kept, whoever asks."""

    rooms: int = 50
    phones: int = 300  # ballots of one round
    seconds: int = 4 * 3600  # a room's life after it was last changed


@dataclass(frozen=True)
class Entry:
    """A room as a store knows it: a document that it does not read, and what decides whether a ballot counts."""

    document: bytes
    is_open: bool = False
    round: int = 0
    version: int = 0


class Store(Protocol):
    """What a room needs of the place it lives in. ``now`` is in seconds since 1970."""

    blocks: bool  # whether a call may wait, for a disk or a network

    def add(self, code: str, entry: Entry, now: float) -> Literal["added", "taken", "full"]:
        """A new room, unless there are as many as may be."""

    def read(self, code: str, now: float) -> Entry | None:
        """The room; None if there is none, or no longer."""

    def replace(self, code: str, entry: Entry, oldest: int, now: float) -> bool:
        """Put ``entry`` in the place of its version before; False if that has changed meanwhile, or is gone.

        Ballots of rounds before ``oldest`` are forgotten.
        """

    def vote(self, code: str, number: int, phone: str, ballot: bytes, now: float) -> Outcome:
        """Count this phone's ballot in round ``number``, in place of an earlier one, if that round is open."""

    def ballots(self, code: str, number: int) -> dict[str, bytes]:
        """All ballots of a round by phone."""

    def count(self, code: str, number: int) -> int:
        """How many there are."""

    def remove(self, code: str) -> None:
        """End a room at once."""


def open_store(environment: Mapping[str, str] = os.environ, limits: Limits | None = None) -> Store:
    """The store that the environment names."""
    where, limits = environment.get(VARIABLE, "").strip(), limits or Limits()
    if where.startswith(("redis://", "rediss://", "unix://")):
        from seglib.lecture.stores.redis import RedisStore  # noqa: PLC0415 - needed by few

        return RedisStore(where, limits)
    if where:
        from seglib.lecture.stores.sqlite import SqliteStore  # noqa: PLC0415 - needed by few

        return SqliteStore(where, limits)
    from seglib.lecture.stores.memory import MemoryStore  # noqa: PLC0415 - as the others

    return MemoryStore(limits)
