"""Model cards: what a trained net is, without loading it (and so without importing torch).

A card is the JSON file beside a weights file: data, recipe, seed, figures, sha256.
"""

from __future__ import annotations

import json
from pathlib import Path

from seglib.assets import ASSETS

KINDS = ("fcn", "shallow", "plain", "dilated", "deeplab", "pyramid")  # how the names of related nets begin
WEIGHTS = ASSETS / "weights"


class WeightsError(ValueError):
    """A weights file that is missing, damaged, or made for another net."""


def weights_path(name: str, label_set_name: str) -> Path:
    """Where the shipped weights of net ``name`` for a label set lie."""
    return WEIGHTS / f"{label_set_name}-{name}.safetensors"


def read_card(path: Path) -> dict:
    """The card beside a weights file; `WeightsError` if there is none."""
    card = path.with_suffix(".json")
    if not card.is_file():
        raise WeightsError(f"{path.name} has no card: wanted {card.name} beside it")
    return json.loads(card.read_text())


def some_shipped(*names: str) -> bool:
    """Whether there is a label set for which all these nets are in the box."""
    label_set_names = {path.stem.partition("-")[0] for path in WEIGHTS.glob("*.json")}
    return any(all(weights_path(name, trained_on).is_file() for name in names) for trained_on in label_set_names)


def all_nets(label_set_name: str) -> list[str]:
    """Names of all nets in the box for a label set, related ones side by side."""
    return [net for kind in KINDS for net in shipped_nets(label_set_name, kind)]


def shipped_nets(label_set_name: str, family: str = "fcn") -> dict[str, dict]:
    """Cards of the nets in the box for a label set whose names begin so, by name: those with more streams last.

    A variant of a net, trained by another recipe, lies under a longer name than its net's (``fcn8s_balanced``): it
    is no member of the family, and is read by `weights_path` and `read_card`.
    """
    cards_by_stem = {
        path.stem: json.loads(path.read_text()) for path in sorted(WEIGHTS.glob(f"{label_set_name}-{family}*.json"))
    }
    cards = [card for stem, card in cards_by_stem.items() if stem == f"{label_set_name}-{card['name']}"]
    return {card["name"]: card for card in sorted(cards, key=lambda card: (len(card["streams"]), card["name"]))}
