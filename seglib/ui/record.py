"""What is on the page right now, and a little of each view that was looked at before: for what is taken home.

The record of the present view refers to the arrays that the page shows anyway. When the visitor goes on to another view
it is reduced to a few small pictures and tables, so that a session keeps `MOST_VIEWS` of them in about a megabyte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.lecture import pictures, report
from seglib.lecture.pictures import flatten
from seglib.lecture.report import Section, Table
from seglib.ui.cache import shared
from seglib.ui.on_demand import Picture, pixels

MOST_VIEWS, MOST_PICTURES, MOST_PANELS, MOST_TABLES, MOST_ROWS, MOST_CHARTS = 24, 4, 24, 6, 40, 24
_NOW, _BEFORE = "record_now", "record_before"


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture on the page."""

    title: str
    alt: str
    caption: str
    picture: Picture = field(repr=False)  # (H, W, 3) uint8
    labels: np.ndarray | None = field(repr=False, default=None)
    label_set: LabelSet | None = None
    place: str = ""  # in the page: a picture that is drawn again there, by a fragment, is the same picture

    def flat(self) -> np.ndarray:
        """The picture with its labels."""
        return flatten(pixels(self.picture), self.labels, self.label_set)


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart on the page, as a Vega-Lite specification that is written out when it is asked for."""

    words: str  # what is drawn
    specification: Callable[[], dict] = field(repr=False)


@dataclass(eq=False)
class Record:
    """One view: what it is called, and what stands on it so far."""

    title: str
    claim: str
    link: str
    shown: list[Shown] = field(default_factory=list)
    tables: list[tuple[str, pd.DataFrame]] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    def reduced(self) -> Section:
        """The view as a section of the report."""
        pictures = [
            report.Picture(
                shown.title, small_jpeg(shown.picture, shown.labels, shown.label_set), shown.alt, shown.caption
            )
            for shown in self.shown[:MOST_PICTURES]
        ]
        tables = tuple(Table(title, _rows(frame)) for title, frame in self.tables[:MOST_TABLES])
        return Section(self.title, self.claim, self.link, (), tuple(pictures), tables)


@shared(256)
def small_jpeg(picture: Picture, labels: np.ndarray | None, label_set: LabelSet | None) -> bytes:
    """A panel, small: most visitors leave the same views behind."""
    return pictures.small_jpeg(pixels(picture), labels, label_set)


def _rows(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    head = (str(frame.index.name or ""), *map(str, frame.columns))
    body = (
        (str(name), *(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row))
        for name, row in zip(frame.index[:MOST_ROWS], frame.itertuples(index=False, name=None), strict=False)
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
    record = st.session_state[_NOW] = Record(title, claim, link)
    return record


def picture(shown: Shown) -> None:
    """A picture is on the page."""
    if (record := now()) is not None:
        _put(record.shown, shown, lambda other: bool(shown.place) and other.place == shown.place, MOST_PANELS)


def table(title: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table is on the page; the table itself, to be drawn."""
    if (record := now()) is not None:
        head = (title, list(frame.columns), frame.index.name)
        _put(
            record.tables,
            (title, frame),
            lambda other: (other[0], list(other[1].columns), other[1].index.name) == head,
            MOST_TABLES,
        )
    return frame


def chart(words: str, specification: Callable[[], dict]) -> None:
    """A chart is on the page."""
    if (record := now()) is not None:
        _put(record.charts, Chart(words, specification), lambda other: other.words == words, MOST_CHARTS)


def _put(things: list, thing: object, is_same: Callable[[Any], bool], most: int) -> None:
    """Add what is drawn, or let it take the place of what it was a moment ago."""
    for index, other in enumerate(things):
        if is_same(other):
            things[index] = thing
            return
    if len(things) < most:
        things.append(thing)


def now() -> Record | None:
    """The view that is on the page; as the page is drawn, what stands on it so far."""
    return st.session_state.get(_NOW)


def before() -> Sequence[Section]:
    """The views that were looked at before this one, oldest first."""
    return list(st.session_state.get(_BEFORE, {}).values())
