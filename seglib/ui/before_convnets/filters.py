"""What a filter bank sees: its answers, textons and a window's histogram on the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from seglib.before_convnets import textons, texture_pictures
from seglib.before_convnets.classifier import radius_of
from seglib.before_convnets.scribbles import CELL, SIDE, PhotoWords
from seglib.labels import LabelSet
from seglib.ui import page, panels, seen, state
from seglib.ui.before_convnets import observations, texture_cache, texture_charts
from seglib.ui.components.photo_view import Panel, photo_view

WINDOWS = tuple(CELL * (2 * r + 1) for r in (0, 1, 2, 3, 5, 7, 10, 15))  # pixels: whole cells around a middle one


def _family_name(family: tuple[str, float]) -> str:
    return f"{family[0]}, {family[1]:g} px"


FAMILIES = {_family_name(family): family for family in textons.FAMILIES}


@dataclass(frozen=True, eq=False)
class Look:
    """The photo through a bank of filters, and the window around the pinned pixel."""

    photo: state.Photo
    name: str  # of the family of filters that is looked at
    window: int  # pixels a side
    words: PhotoWords

    @property
    def radius(self) -> int:
        """The window's, in cells around its middle one."""
        return radius_of(self.window, CELL)

    @property
    def scale(self) -> float:
        """Of the picture that was filtered to the photo."""
        return min(1, SIDE / max(self.photo.size))

    @property
    def cell(self) -> tuple[int, int]:
        """Where the pinned pixel is, (row, col) among the cells."""
        grid = self.words.cells["texture"].shape[:2]
        pin = state.pin(self.photo)
        return tuple(min(int(p * self.scale) // CELL, n - 1) for p, n in zip(pin, grid, strict=True))

    @property
    def pinned(self) -> texture_cache.Window:
        """The window around the pinned pixel."""
        return texture_cache.window(self.photo, self.cell, self.radius)


def filters(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The bank, one family's answers, textons, and everything that looks like the pinned window."""
    left, right = st.columns(2)
    with left:
        name = st.selectbox("Filters", list(FAMILIES), index=3, key="family", bind="query-params")
    with right:
        window = st.select_slider("Window, pixels", WINDOWS, value=WINDOWS[4], key="window", bind="query-params")
    with st.spinner("Filtering the photo, learning its textons …", show_time=True):
        look = Look(photo, name, window, texture_cache.photo_words(photo))
    panels.show(_pictures(look), photo, None, key="filters", columns=2)
    bank, bars = st.columns([1, 2], gap="medium")
    with bank:
        _show_bank(FAMILIES[name])
    with bars:
        _show_histogram(look)
    seen.what_you_should_see(
        observations.same_stuff(look.pinned.similar, look.cell, look.radius, truth, label_set),
        seen.always(
            "A histogram keeps how often each texton occurs in the window and forgets where: the texture is kept, the "
            "shape is lost."
        ),
    )
    page.show_source(textons.responses, textons.count_in_windows, textons.chi_square, example="textons")


def _pictures(look: Look) -> list[Panel]:
    """Photo and window, answers, textons, and windows like the pinned one."""
    photo, family = look.photo, FAMILIES[look.name]
    picture, limit = texture_cache.response_picture(photo, family)
    middle = tuple((c + 0.5) * CELL / look.scale for c in look.cell)
    return [
        Panel(
            title="Photo, and the pinned window",
            role="input",
            alt=f"{photo.alt} A yellow square marks the window around the pinned pixel.",
            caption="click anywhere to move the window",
            picture=texture_pictures.mark_window(photo.image, middle, look.window / look.scale),
        ),
        Panel(
            title=f"Answers: {look.name}",
            role="output",
            alt=f"Answers of the filters {look.name} on: {photo.alt}",
            caption=_sign(family[0], limit),
            picture=picture,
        ),
        Panel(
            title=f"{len(look.words.textons)} textons",
            role="output",
            alt="Which texton each pixel has: dark blue where the pattern is faint, yellow where it is strong",
            caption="the typical sets of answers in this photo, faint ones dark, strong ones bright",
            picture=texture_cache.word_picture(photo),
        ),
        Panel(
            title="Windows like the pinned one",
            role="output",
            alt="The photo, lit where a window's histogram of textons is most like that of the pinned one",
            caption="lit where the histogram of textons is most like the pinned one's (chi-square)",
            picture=texture_pictures.similarity_picture(photo.image, look.pinned.similar),
        ),
    ]


def _show_bank(family: tuple[str, float]) -> None:
    """All filters, those of the family marked."""
    st.header("The bank")
    sheet = texture_cache.filter_sheet(family)
    panel = Panel(
        title="43 filters",
        alt="Edges and bars of three widths in six directions, three Gaussians, four Laplacians",
        caption="edges, bars, Gaussians, Laplacians; purple −, white 0, orange +",
        picture=sheet,
        pixelated=True,
    )
    photo_view([panel], key="bank", size=sheet.shape[:2], label_set=None, mode="none", group="bank", columns=1)


def _show_histogram(look: Look) -> None:
    """How often each texton occurs in the pinned window."""
    st.header("The pinned window, as a histogram")
    texture_charts.word_bars(look.pinned.histogram, np.linalg.norm(look.words.textons, axis=1))
    row, col = state.pin(look.photo)
    shrunk = f" of the photo shrunk to {SIDE} a side" if look.scale < 1 else ""
    st.caption(
        f"{look.window} x {look.window} pixels{shrunk} around row {row}, column {col}: this is all that a texture "
        "classifier knows of it. Where the patterns are in the window, or which shape they make, is lost."
    )


def _sign(kind: str, limit: float) -> str:
    if kind == "edge":
        return f"orange: strong edge of any direction, up to {limit:.2f}"
    return f"purple: dark {kind}, orange: bright {kind}, up to ±{limit:.2f}"
