"""One picture, seen several ways at once: linked panels that share zoom, hover and pin.

Python decides *what* is shown (pictures, label maps, confidences, the pinned pixel); the browser decides
*how*: colouring, opacity, zooming and reading out pixels happen there, without a word to the server. Only a
pin travels back. Every array is sent once, however many panels show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import record
from seglib.ui.components.encoding import Parcel
from seglib.ui.components.ring import Ring
from seglib.ui.on_demand import Picture
from seglib.ui.record import Shown

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "photo_view",
    # Several files for the reader, one module for the browser.
    js="\n".join(
        (_HERE / name).read_text(encoding="utf-8")
        for name in ("picture.js", "ring.js", "photo_view.js", "photo_view_drawing.js")
    ),
    css=(_HERE / "photo_view.css").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of a `photo_view`, with what is known about its pixels."""

    title: str  # above the picture, for example "fcn8s"
    alt: str  # what a screen reader says
    role: str = ""  # small tag beside the title: "input", "output" or "truth"
    caption: str = ""  # one line below, for example "mean IoU 62.1 %"
    picture: Picture | None = None  # (h, w, 3) uint8 RGB, drawn scaled to the view's size
    labels: np.ndarray | None = None  # (h, w) label map; may be coarser than the view, drawn nearest neighbour
    confidence: np.ndarray | None = None  # (h, w) float, 0 to 1
    pixelated: bool = False  # draw the picture's pixels as squares, as for true-resolution score maps
    compare: Panel | None = None  # shown right of a divider that can be dragged


def read_pin(value: object, size: tuple[int, int]) -> tuple[int, int] | None:
    """The pixel a browser says was pinned, or None: whoever can reach the app can send anything.

    >>> read_pin({"row": 3, "col": 4}, (10, 10))
    (3, 4)
    >>> read_pin({"row": 3, "col": 10}, (10, 10))
    """
    if not isinstance(value, Mapping):
        return None
    point = value.get("row"), value.get("col")
    # `type(...) is int` and not `isinstance`: True is an int too.
    if all(type(at) is int and 0 <= at < side for at, side in zip(point, size, strict=True)):
        return point
    return None


def photo_view(
    panels: Sequence[Panel],
    *,
    key: str,
    size: tuple[int, int],
    label_set: LabelSet | None,
    truth: np.ndarray | None = None,
    mode: Literal["labels", "errors", "confidence", "unsure", "none"] = "labels",
    unsure: float = 0.5,
    opacity: float = 0.6,
    pin: tuple[int, int] | None = None,
    group: str = "photo",
    columns: int = 2,
    outline: bool = False,
    ring: Ring | None = None,
) -> tuple[int, int] | None:
    """Draw linked panels; return the pixel ``(row, col)`` the user pinned just now, else None.

    All panels share one frame of reference, ``size`` = (H, W) pixels. Views of one ``group`` and size zoom,
    hover and pin together, so give them the same ``pin``. It is the page that remembers the pin:

        pinned = photo_view(panels, key="view", size=photo.shape[:2], label_set=EVERYDAY, pin=state.pin)
        if pinned:
            state.pin = pinned
            st.rerun()  # so that what stands above this line knows the pin, too

    ``mode`` colours every panel that has labels: by class; "errors" keeps the colour only where the panel
    contradicts ``truth`` and dims what is right; "confidence" darkens what the net is unsure of; "unsure"
    hatches every pixel whose confidence is below ``unsure``; "none" shows the bare pictures. ``outline`` draws a
    line around each panel's regions. ``opacity`` is where the reader's slider starts. A ``ring`` is for the painter
    that it names, if that is on the page.
    """
    if mode == "errors" and truth is None:
        raise ValueError("mode 'errors' compares with the truth: give truth")
    parcel = Parcel(None if label_set is None else len(label_set))
    # A pin made in this very run is already known here: sending it back at once spares the marker a jump.
    pinned = read_pin(_pin_sent(key), size)
    shown = pinned or pin
    data = {
        "panels": [_describe(panel, parcel) for panel in panels],
        "truth": parcel.add_labels(truth),
        "size": [int(side) for side in size],
        "classes": _classes(label_set),
        "mode": mode,
        "unsure": float(unsure),
        "opacity": opacity,
        "outline": outline,
        "pin": None if shown is None else [int(at) for at in shown],
        "ring": ring and ring.described(),
        "group": group,
        "columns": min(columns, len(panels)),
        "pictures": parcel.pictures,
        "maps": parcel.maps,
    }
    _mount(key=key, data=data, on_pin_change=lambda: None)
    for number, panel in enumerate(panels):
        _record(panel, label_set, f"{key} {number}")
    return pinned


def _record(panel: Panel, label_set: LabelSet | None, place: str) -> None:
    """Let the page's record know of a panel that can be taken home as a picture."""
    for side, where in ((panel, place), (panel.compare, f"{place} compared")):
        if side is not None and side.picture is not None:
            shown = Shown(side.title, side.alt, side.caption, side.picture, side.labels, label_set, where)
            record.picture(shown)


def _pin_sent(key: str) -> object:
    """What the browser sent with this run, not to be trusted yet."""
    result = st.session_state.get(key)
    return result.get("pin") if isinstance(result, Mapping) else None


def _describe(panel: Panel | None, parcel: Parcel) -> dict | None:
    if panel is None:
        return None
    return {
        "title": panel.title,
        "alt": panel.alt,
        "role": panel.role,
        "caption": panel.caption,
        "picture": parcel.add_picture(panel.picture, panel.pixelated),
        "labels": parcel.add_labels(panel.labels),
        "confidence": parcel.add_confidence(panel.confidence),
        "pixelated": panel.pixelated,
        "compare": _describe(panel.compare, parcel),
    }


def _classes(label_set: LabelSet | None) -> list[dict]:
    if label_set is None:
        return []
    pairs = zip(label_set.classes, label_set.colors, strict=True)
    return [{"name": name, "color": list(color)} for name, color in pairs]
