"""Model cards: what a trained net is, without loading it (and so without importing torch).

A card is the JSON file beside a weights file: data, recipe, seed, figures, sha256.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from seglib.assets import ASSETS, DamagedFile, leave_out, left_out, read_json

KINDS = ("fcn", "shallow", "plain", "dilated", "deeplab", "pyramid")  # how the names of related nets begin
WEIGHTS = ASSETS / "weights"


class WeightsError(DamagedFile):
    """A weights file that is missing, damaged, or made for another net."""


def weights_path(name: str, label_set_name: str) -> Path:
    """Where the shipped weights of net ``name`` for a label set lie."""
    return WEIGHTS / f"{label_set_name}-{name}.safetensors"


def read_card(path: Path) -> dict:
    """The card beside a weights file; `WeightsError` if there is none, or if it is no JSON object."""
    file = path.with_suffix(".json")
    if not file.is_file():
        raise WeightsError(f"{path.name} has no card: wanted {file.name} beside it")
    return dict(_read(file, file.stat().st_mtime_ns))


@functools.lru_cache(maxsize=256)
def _read(file: Path, _written: int) -> dict:
    """A card, read again only when it was written again."""
    try:
        card = read_json(file)
    except DamagedFile as error:
        raise WeightsError(
            f"the card of {file.stem} is not JSON: install the app again, or write the net anew"
        ) from error
    if not isinstance(card, dict):
        raise WeightsError(f"the card of {file.stem} is {type(card).__name__}: wanted an object")
    return card


def read_with_card(path: Path, most_bytes: int) -> tuple[bytes, dict]:
    """The bytes of a weights file, unread if they are too many, and its card; `WeightsError` if the sums differ."""
    if not path.is_file():
        raise WeightsError(f"no weights at {path.name}: train them, see README")
    if path.stat().st_size > most_bytes:
        raise WeightsError(f"{path.name} has {path.stat().st_size} bytes: wanted at most {most_bytes}")
    data, card = path.read_bytes(), read_card(path)
    checksum = hashlib.sha256(data).hexdigest()
    if checksum != card.get("sha256"):
        raise WeightsError(f"{path.name} is damaged: its sha256 is {checksum}, its card says {card.get('sha256')}")
    return data, card


def write_with_card(path: Path, data: bytes, card: dict) -> None:
    """Write a weights file, and beside it its card with the file's sum and size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    card = card | {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def base_of(name: str) -> str:
    """The net whose layers a net has: a variant, trained by another recipe, lies under a longer name.

    >>> base_of("fcn8s_scratch"), base_of("fcn8s")
    ('fcn8s', 'fcn8s')
    """
    return name.partition("_")[0]


def some_shipped(*names: str) -> bool:
    """Whether there is a label set for which all these nets are in the box."""
    label_set_names = {path.stem.partition("-")[0] for path in WEIGHTS.glob("*.json")}
    return any(all(weights_path(name, trained_on).is_file() for name in names) for trained_on in label_set_names)


def all_nets(label_set_name: str) -> list[str]:
    """Names of all nets in the box for a label set, related ones side by side."""
    return [net for kind in KINDS for net in shipped_nets(label_set_name, kind)]


def variants(label_set_name: str) -> list[str]:
    """Names of the nets in the box for a label set that were trained by another recipe, see `base_of`."""
    names = (path.stem.partition("-")[2] for path in sorted(WEIGHTS.glob(f"{label_set_name}-*_*.safetensors")))
    return [name for name in names if f"{label_set_name}-{name}" not in left_out()]


def shipped_nets(label_set_name: str, family: str = "fcn") -> dict[str, dict]:
    """Cards of the nets in the box for a label set whose names begin so, by name: those with more streams last.

    Variants (`base_of`) are no members of the family, and have a list of their own. A net whose files are damaged is
    left out, see `seglib.assets.left_out`.
    """
    cards = {}
    for path in sorted(WEIGHTS.glob(f"{label_set_name}-{family}*.json")):
        if path.stem not in left_out():
            try:
                card = _check(path)
            except DamagedFile as error:
                leave_out(path.stem, error)
            else:
                if path.stem == f"{label_set_name}-{card['name']}":
                    cards[card["name"]] = card
    return dict(sorted(cards.items(), key=lambda item: (len(item[1]["streams"]), item[0])))


def _check(path: Path) -> dict:
    """A card that says what lists of nets need, and whose weights are as long as it says."""
    card, weights = read_card(path), path.with_suffix(".safetensors")
    if not isinstance(card.get("name"), str) or not isinstance(card.get("streams"), list):
        raise WeightsError(f"{path.name} is damaged, it lacks name or streams: install the app again.")
    if weights.is_file() and weights.stat().st_size != card.get("bytes", weights.stat().st_size):
        raise WeightsError(f"{weights.name} is cut short: install the app again.")
    return card


def views_in_all(card: dict) -> int:
    """How many views a net and those that it began as were trained on, from its card.

    Cards without that line are of nets whose epochs all had as many views as the last.

    >>> views_in_all({"epochs_in_all": 3, "recipe": {"views": 100}})
    300
    """
    return card["views_in_all"] if "views_in_all" in card else card["epochs_in_all"] * card["recipe"].get("views", 0)
