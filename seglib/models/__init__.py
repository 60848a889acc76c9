"""The nets: a family in which each differs from its neighbour in one thing only, and what was learnt of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seglib.models.family import MODELS, create_model, layer_table_of

__all__ = ["MODELS", "create_model", "layer_table_of"]


def __getattr__(name: str) -> object:
    """Loaded on first use: who reads `seglib.models.cards` alone need not wait for torch."""
    if name not in __all__:
        raise AttributeError(f"module 'seglib.models' has no attribute {name!r}")
    from seglib.models import family  # noqa: PLC0415

    return getattr(family, name)
