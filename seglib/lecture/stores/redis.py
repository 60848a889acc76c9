"""Rooms in a Redis server, for several machines: each promise of the store is one script, run in one piece.

Nothing outlives its time even if all processes of the app are gone: every key expires by itself.
"""

from __future__ import annotations

from typing import Literal

import redis

from seglib.lecture.stores import Entry, Limits, Outcome

PATIENCE = 5.0  # seconds
PREFIX = "seglib:"
ROOMS = f"{PREFIX}rooms"  # sorted set: {code: second of its last change}, to count rooms by

ADD = """
redis.call('zremrangebyscore', KEYS[2], '-inf', ARGV[5] - ARGV[6])
if redis.call('exists', KEYS[1]) == 1 then return 'taken' end
if redis.call('zcard', KEYS[2]) >= tonumber(ARGV[7]) then return 'full' end
redis.call('hset', KEYS[1], 'document', ARGV[1], 'is_open', ARGV[2], 'round', ARGV[3],
  'version', ARGV[4], 'changed', ARGV[5])
redis.call('expire', KEYS[1], ARGV[6])
redis.call('zadd', KEYS[2], ARGV[5], ARGV[8])
return 'added'
"""
REPLACE = """
local now, life = ARGV[5], ARGV[6]
local known = redis.call('hmget', KEYS[1], 'version', 'round', 'changed')
if not known[1] or tonumber(known[1]) ~= ARGV[4] - 1 or tonumber(known[3]) <= now - life then return 0 end
redis.call('hset', KEYS[1], 'document', ARGV[1], 'is_open', ARGV[2], 'round', ARGV[3],
  'version', ARGV[4], 'changed', now)
redis.call('expire', KEYS[1], life)
redis.call('zadd', KEYS[2], now, ARGV[8])
for _, number in ipairs(redis.call('smembers', KEYS[3])) do
  if tonumber(number) < tonumber(ARGV[7]) then
    redis.call('del', ARGV[9] .. number)
    redis.call('srem', KEYS[3], number)
  end
end
return 1
"""
VOTE = """
local known = redis.call('hmget', KEYS[1], 'is_open', 'round', 'changed')
if known[1] ~= '1' or known[2] ~= ARGV[1] or tonumber(known[3]) <= ARGV[4] - ARGV[5] then return 'closed' end
if redis.call('hexists', KEYS[2], ARGV[2]) == 0 and redis.call('hlen', KEYS[2]) >= tonumber(ARGV[6]) then
  return 'full'
end
redis.call('hset', KEYS[2], ARGV[2], ARGV[3])
redis.call('expire', KEYS[2], ARGV[5])
redis.call('sadd', KEYS[3], ARGV[1])
redis.call('expire', KEYS[3], ARGV[5])
return 'counted'
"""


class RedisStore:
    """See `seglib.lecture.stores.Store`; ``address`` as in ``redis://host:6379/0``."""

    blocks = True

    def __init__(self, address: str, limits: Limits) -> None:
        self.limits = limits
        self._redis = redis.Redis.from_url(address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._add, self._replace, self._vote = (self._redis.register_script(text) for text in (ADD, REPLACE, VOTE))

    def close(self) -> None:
        """End all connections."""
        self._redis.close()

    def add(self, code: str, entry: Entry, now: float) -> Literal["added", "taken", "full"]:
        values = [*self._fields(entry), now, self.limits.seconds, self.limits.rooms, code]
        return self._add(keys=[_room(code), ROOMS], args=values).decode()

    @staticmethod
    def _fields(entry: Entry) -> list:
        return [entry.document, int(entry.is_open), entry.round, entry.version]

    def read(self, code: str, now: float) -> Entry | None:
        names = ("document", "is_open", "round", "version", "changed")
        document, is_open, number, version, changed = self._redis.hmget(_room(code), names)
        if document is None or now - float(changed) >= self.limits.seconds:
            return None
        return Entry(document, is_open == b"1", int(number), int(version))

    def replace(self, code: str, entry: Entry, oldest: int, now: float) -> bool:
        keys = [_room(code), ROOMS, _rounds(code)]
        values = [*self._fields(entry), now, self.limits.seconds, oldest, code, _ballots(code, "")]
        return bool(self._replace(keys=keys, args=values))

    def vote(self, code: str, number: int, phone: str, ballot: bytes, now: float) -> Outcome:
        keys = [_room(code), _ballots(code, number), _rounds(code)]
        values = [number, phone, ballot, now, self.limits.seconds, self.limits.phones]
        return self._vote(keys=keys, args=values).decode()

    def ballots(self, code: str, number: int) -> dict[str, bytes]:
        return {phone.decode(): ballot for phone, ballot in self._redis.hgetall(_ballots(code, number)).items()}

    def count(self, code: str, number: int) -> int:
        return self._redis.hlen(_ballots(code, number))

    def remove(self, code: str) -> None:
        rounds = [_ballots(code, number.decode()) for number in self._redis.smembers(_rounds(code))]
        self._redis.delete(_room(code), _rounds(code), *rounds)
        self._redis.zrem(ROOMS, code)


def _room(code: str) -> str:
    return f"{PREFIX}room:{code}"


def _rounds(code: str) -> str:
    return f"{PREFIX}rounds:{code}"


def _ballots(code: str, number: int | str) -> str:
    return f"{PREFIX}ballots:{code}:{number}"
