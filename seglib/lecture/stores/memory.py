"""Rooms in this process, behind one lock: the default, for one process and no service."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

from seglib.lecture.stores import Entry, Limits, Outcome


@dataclass
class _Room:
    entry: Entry
    changed: float
    ballots: dict[int, dict[str, bytes]] = field(default_factory=dict)  # {round: {phone: ballot}}


class MemoryStore:
    """See `seglib.lecture.stores.Store`."""

    blocks = False

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._rooms: dict[str, _Room] = {}
        self._lock = threading.Lock()

    def add(self, code: str, entry: Entry, now: float) -> Literal["added", "taken", "full"]:
        with self._lock:
            for old in [name for name, room in self._rooms.items() if self._is_over(room, now)]:
                del self._rooms[old]
            if code in self._rooms:
                return "taken"
            if len(self._rooms) >= self.limits.rooms:
                return "full"
            self._rooms[code] = _Room(entry, now)
            return "added"

    def _is_over(self, room: _Room, now: float) -> bool:
        return now - room.changed >= self.limits.seconds

    def _room(self, code: str, now: float) -> _Room | None:
        room = self._rooms.get(code)
        return None if room is None or self._is_over(room, now) else room

    def read(self, code: str, now: float) -> Entry | None:
        with self._lock:
            room = self._room(code, now)
            return room and room.entry

    def replace(self, code: str, entry: Entry, oldest: int, now: float) -> bool:
        with self._lock:
            room = self._room(code, now)
            if room is None or room.entry.version != entry.version - 1:
                return False
            room.entry, room.changed = entry, now
            room.ballots = {number: ballots for number, ballots in room.ballots.items() if number >= oldest}
            return True

    def vote(self, code: str, number: int, phone: str, ballot: bytes, now: float) -> Outcome:
        with self._lock:
            room = self._room(code, now)
            if room is None or not room.entry.is_open or room.entry.round != number:
                return "closed"
            ballots = room.ballots.setdefault(number, {})
            if phone not in ballots and len(ballots) >= self.limits.phones:
                return "full"
            ballots[phone] = ballot
            return "counted"

    def ballots(self, code: str, number: int) -> dict[str, bytes]:
        with self._lock:
            room = self._rooms.get(code)
            return dict(room.ballots.get(number, {})) if room else {}

    def count(self, code: str, number: int) -> int:
        with self._lock:
            room = self._rooms.get(code)
            return len(room.ballots.get(number, ())) if room else 0

    def remove(self, code: str) -> None:
        with self._lock:
            self._rooms.pop(code, None)
