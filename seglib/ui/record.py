"""What is on the page right now, and a little of each view that was looked at before: for what is taken home.

The record of the present view refers to the arrays that the page shows anyway. When the visitor goes on to another view
it is reduced to a few small pictures and tables, so that a session keeps `MOST_VIEWS` of them in about a megabyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture.pictures import flatten, small_jpeg
from seglib.lecture.report import Picture, Section, Table

MOST_VIEWS, MOST_PICTURES, MOST_PANELS, MOST_TABLES, MOST_ROWS = 24, 4, 24, 6, 40
_NOW, _BEFORE = "record_now", "record_before"


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture on the page."""

    title: str
    alt: str
    caption: str
    picture: np.ndarray = field(repr=False)  # (H, W, 3) uint8
    labels: np.ndarray | None = field(repr=False, default=None)
    label_set: LabelSet | None = None

    def flat(self) -> np.ndarray:
        """The picture with its labels."""
        return flatten(self.picture, self.labels, self.label_set)


@dataclass(eq=False)
class Record:
    """One view: what it is called, and what stands on it so far."""

    title: str
    claim: str
    link: str
    shown: list[Shown] = field(default_factory=list)
    tables: list[tuple[str, pd.DataFrame]] = field(default_factory=list)

    def reduced(self) -> Section:
        """The view as a section of the report."""
        pictures = [
            Picture(shown.title, small_jpeg(shown.picture, shown.labels, shown.label_set), shown.alt, shown.caption)
            for shown in self.shown[:MOST_PICTURES]
        ]
        tables = tuple(Table(title, _rows(frame)) for title, frame in self.tables[:MOST_TABLES])
        return Section(self.title, self.claim, self.link, (), tuple(pictures), tables)


def _rows(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    head = (str(frame.index.name or ""), *map(str, frame.columns))
    body = (
        (str(name), *(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row))
        for name, row in zip(frame.index[:MOST_ROWS], frame.itertuples(index=False), strict=False)
    )
    return (head, *body)


def begin(title: str, claim: str, link: str) -> Record:
    """A page begins to be drawn: if it is another view than before, that one is reduced and kept."""
    before: Record | None = st.session_state.get(_NOW)
    if before is not None and before.shown and before.link != link:
        kept: dict[str, Section] = st.session_state.setdefault(_BEFORE, {})
        kept.pop(before.link, None)
        kept[before.link] = before.reduced()
        while len(kept) > MOST_VIEWS:
            kept.pop(next(iter(kept)))
    now = st.session_state[_NOW] = Record(title, claim, link)
    return now


def picture(shown: Shown) -> None:
    """A picture is on the page."""
    now: Record | None = st.session_state.get(_NOW)
    if now is not None and len(now.shown) < MOST_PANELS:
        now.shown.append(shown)


def table(title: str, frame: pd.DataFrame) -> None:
    """A table is on the page."""
    now: Record | None = st.session_state.get(_NOW)
    if now is not None and len(now.tables) < MOST_TABLES:
        now.tables.append((title, frame))


def before() -> Sequence[Section]:
    """The views that were looked at before this one, oldest first."""
    return list(st.session_state.get(_BEFORE, {}).values())
