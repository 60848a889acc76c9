"""Rooms in one SQLite file, for several processes of one machine; not for a network's file system.

Write-ahead logging lets readers and one writer go on at once. Each thread has a connection of its own, and every
promise of the store is one statement or one immediate transaction.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Literal

from seglib.lecture.stores import Entry, Limits, Outcome

PATIENCE = 5.0  # seconds that a writer waits for another one
TABLES = """
create table if not exists room (
  code text primary key, document blob not null, is_open integer not null, round integer not null,
  version integer not null, changed real not null
) without rowid;
create table if not exists ballot (
  code text not null, round integer not null, phone text not null, ballot blob not null,
  primary key (code, round, phone)
) without rowid;
"""


class SqliteStore:
    """See `seglib.lecture.stores.Store`; ``path`` is made if it is not there, its folder is not."""

    blocks = True

    def __init__(self, path: str, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self._thread = threading.local()
        with self._connection() as db:
            db.executescript(TABLES)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._thread, "db"):
            db = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = normal")
            self._thread.db = db
        return self._thread.db

    def close(self) -> None:
        """End this thread's connection."""
        if hasattr(self._thread, "db"):
            self._thread.db.close()
            del self._thread.db

    def add(self, code: str, entry: Entry, now: float) -> Literal["added", "taken", "full"]:
        db = self._connection()
        db.execute("begin immediate")
        try:
            db.execute("delete from room where changed <= ?", (now - self.limits.seconds,))
            db.execute("delete from ballot where code not in (select code from room)")
            rooms, taken = db.execute("select count(*), count(*) filter (where code = ?) from room", (code,)).fetchone()
            if taken or rooms >= self.limits.rooms:
                return "taken" if taken else "full"
            row = (code, entry.document, entry.is_open, entry.round, entry.version, now)
            db.execute("insert into room values (?, ?, ?, ?, ?, ?)", row)
            return "added"
        finally:
            db.execute("commit")

    def read(self, code: str, now: float) -> Entry | None:
        row = (
            self._connection()
            .execute(
                "select document, is_open, round, version from room where code = ? and changed > ?",
                (code, now - self.limits.seconds),
            )
            .fetchone()
        )
        return row and Entry(row[0], bool(row[1]), row[2], row[3])

    def replace(self, code: str, entry: Entry, oldest: int, now: float) -> bool:
        db = self._connection()
        db.execute("begin immediate")
        try:
            done = db.execute(
                "update room set document = ?, is_open = ?, round = ?, version = ?, changed = ?"
                " where code = ? and version = ? and changed > ?",
                (
                    *(entry.document, entry.is_open, entry.round, entry.version, now),
                    *(code, entry.version - 1, now - self.limits.seconds),
                ),
            ).rowcount
            if done:
                db.execute("delete from ballot where code = ? and round < ?", (code, oldest))
            return bool(done)
        finally:
            db.execute("commit")

    def vote(self, code: str, number: int, phone: str, ballot: bytes, now: float) -> Outcome:
        db = self._connection()
        open_now = "from room where code = :code and is_open and round = :number and changed > :since"
        values = {"code": code, "number": number, "phone": phone, "ballot": ballot, "most": self.limits.phones}
        values["since"] = now - self.limits.seconds
        counted = db.execute(
            f"insert into ballot select :code, :number, :phone, :ballot {open_now} and ("
            " exists (select 1 from ballot where code = :code and round = :number and phone = :phone)"
            " or (select count(*) from ballot where code = :code and round = :number) < :most)"
            " on conflict do update set ballot = excluded.ballot",
            values,
        ).rowcount
        if counted:
            return "counted"
        return "full" if db.execute(f"select 1 {open_now}", values).fetchone() else "closed"

    def ballots(self, code: str, number: int) -> dict[str, bytes]:
        query = "select phone, ballot from ballot where code = ? and round = ?"
        return dict(self._connection().execute(query, (code, number)).fetchall())

    def count(self, code: str, number: int) -> int:
        query = "select count(*) from ballot where code = ? and round = ?"
        return self._connection().execute(query, (code, number)).fetchone()[0]

    def remove(self, code: str) -> None:
        db = self._connection()
        db.execute("begin immediate")
        db.execute("delete from ballot where code = ?", (code,))
        db.execute("delete from room where code = ?", (code,))
        db.execute("commit")
