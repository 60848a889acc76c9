"""The store of what was used lately, against a slow one that does the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seglib.ui.recent import Recent

MOST = 10


@given(st.lists(st.tuples(st.sampled_from(["get", "put"]), st.integers(0, 5), st.integers(0, 7)), max_size=60))
def test_the_least_recently_used_goes_first(calls: list[tuple[str, int, int]]) -> None:
    recent: Recent[int] = Recent(MOST, size=lambda value: value)
    slow: list[tuple[int, int]] = []  # key and value, latest used last
    for call, key, value in calls:
        known = dict(slow)
        if call == "get":
            assert recent.get(key) == known.get(key)
            if key not in known:
                continue
            value = known[key]  # noqa: PLW2901
        else:
            recent.put(key, value)
        slow = [*((k, v) for k, v in slow if k != key), (key, value)]
        while sum(v for _, v in slow) > MOST:
            slow.pop(0)
        assert list(recent) == [k for k, _ in slow]
        assert recent.total == sum(v for _, v in slow)


def test_what_is_larger_than_all_there_is_room_for_is_not_kept() -> None:
    recent: Recent[str] = Recent(3, size=len)
    recent.put("small", "ab")
    recent.put("large", "abcd")
    assert list(recent) == []
    assert recent.total == 0
