"""Where the files lie that come with the code: weights, annotations, texts, statistics.

In a checkout they are the folder ``assets/`` beside `seglib`, where people look for them. A wheel has no such place of
its own beside the package, so there they lie in this folder (see ``pyproject.toml``).
"""

from __future__ import annotations

import json
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ASSETS = _HERE if (_HERE / "weights").is_dir() else _HERE.parent.parent / "assets"


class DamagedFile(ValueError):  # noqa: N818 - a file is damaged, not in error
    """A file that came with the code and is missing, cut short or changed. Its message is one sentence to show."""


def read_json(path: Path) -> dict | list:
    """What a JSON file of ours holds; `DamagedFile` if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not JSON, or not UTF-8
        raise DamagedFile(f"{path.name} is damaged, it is not JSON: install the app again.") from error


_left_out: dict[str, str] = {}


def leave_out(name: str, error: DamagedFile) -> None:
    """Do without a file in this process, for it proved damaged: it costs its net or its photo, not those beside it."""
    _left_out[name] = str(error)


def left_out() -> dict[str, str]:
    """Names of the files that are done without, and the sentence that says why."""
    return dict(_left_out)
