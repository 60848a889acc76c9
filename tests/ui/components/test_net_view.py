"""What comes back from the drawn net is trusted only if it is one of its arrows."""

from __future__ import annotations

import pytest

from seglib.ui.components import net_view as component


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("scores 8", ["scores 8"]), ("scores 99", []), (7, []), (None, []), (["scores 8"], []), ({"a": 1}, [])],
    ids=str,
)
def test_only_known_arrows_are_handed_on(sent, taken, monkeypatch) -> None:
    mounted = {}
    monkeypatch.setattr(component, "_mount", lambda **arguments: mounted.update(arguments))
    monkeypatch.setattr(component.st, "session_state", {"net": {"cut": sent}})
    clicked: list[str] = []
    component.net_view("<svg/>", ["scores 8", "8 to 4"], key="net", on_cut=clicked.append)
    mounted["on_cut_change"]()
    assert clicked == taken
