"""Which page files the menu lists: those whose nets are in the box."""

from __future__ import annotations

from pathlib import Path

from seglib.models.cards import some_shipped

ROOT = Path(__file__).resolve().parent.parent
NEEDS = {"pyramid": ("pyramid", "pyramid1")}  # {page: nets}, as in seglib/ui/router.py

PAGE_FILES = [
    path for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in NEEDS or some_shipped(*NEEDS[path.stem])
]
