"""A few damaged files of each kind; ``python -m tests.damaged_files`` tries 1,500 and reports the memory."""

from __future__ import annotations

import pytest

from tests.damaged_files import KINDS, run


@pytest.mark.parametrize("kind", KINDS)
def test_every_seed_is_read(kind: str) -> None:
    seeds, read, _ = KINDS[kind]
    for data in seeds():
        read(data)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_gets_an_answer_or_a_sentence(kind: str) -> None:
    outcomes = run(kind, count=60)
    assert sum(outcomes.values()) == 60
    assert outcomes["refused in a sentence"] > 10
