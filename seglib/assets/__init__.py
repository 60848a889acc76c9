"""Where the files lie that come with the code: weights, annotations, texts, statistics.

In a checkout they are the folder ``assets/`` beside `seglib`, where people look for them. A wheel has no such place of
its own beside the package, so there they lie in this folder (see ``pyproject.toml``).
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
ASSETS = _HERE if (_HERE / "weights").is_dir() else _HERE.parent.parent / "assets"
