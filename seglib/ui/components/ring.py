"""A place on a painting that an answer asks about: its view tells the browser, the painter there draws a ring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ring:
    """Where, and of which state of which painting: on any other the painter draws no ring."""

    name: str  # of the painting
    edition: int
    rev: int
    place: tuple[int, int]  # pixel (row, col)
    radius: int  # pixels of the photo

    def described(self) -> dict:
        """As ring.js reads it."""
        return {
            "name": self.name,
            "edition": self.edition,
            "rev": self.rev,
            "place": [int(at) for at in self.place],
            "radius": int(self.radius),
        }
