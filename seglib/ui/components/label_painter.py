"""Paint a label map on a photo: brush, eraser, polygon, fill, with undo; the result is exact to the pixel.

Where a `BoxTool` is given, one box can be drawn, too: it is not part of the map and travels on its own.

The map lives in the browser as one byte per pixel of the photo and comes here after every stroke, deflated; it is
never read back from a canvas. Whoever can reach the app can send anything, so `read_painting` believes nothing.

Two sides may change a map. The browser counts its strokes (``rev``); Python counts how often it replaced the map
itself (``edition``). The browser takes Python's map when the edition is newer, and Python takes the browser's when the
edition is the same and ``rev`` is newer: a slow network can deliver late, but never bring back an older map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import streamlit as st

from seglib.former_labels import former_classes
from seglib.inflate import inflate
from seglib.labels import LabelSet, check_label_map
from seglib.ui.components.encoding import Parcel

_HERE = Path(__file__).parent
_SCRIPTS = (  # in this order: the last ones use what the first ones define
    "picture.js",
    "ring.js",
    "label_map.js",
    "label_history.js",
    "label_painter.js",
    "label_painter_toolbar.js",
    "label_painter_tools.js",
    "label_painter_pointers.js",
    "label_painter_keys.js",
    "label_painter_drafts.js",
    "label_painter_drawing.js",
)
_mount = st.components.v2.component(
    "label_painter",
    # Several files for the reader, one module for the browser.
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("photo_view.css", "label_painter.css")),
)
LARGEST_COUNT = 2**53  # whole numbers that JavaScript can count to
PAINT_TOOLS = ("brush", "eraser", "polygon", "fill", "move")
BOX_TOOLS = ("box", "brush", "eraser", "move")
FARTHEST = 10**6  # pixels; a box beyond is a mistake
Box = tuple[int, int, int, int]  # top, left, bottom, right in pixels, the last two just behind


@dataclass(frozen=True, eq=False)
class Painting:
    """A label map, and which of its states this is."""

    labels: np.ndarray = field(repr=False)  # (H, W) uint8, 255 where nothing is painted
    edition: int = 0
    rev: int = 0


@dataclass(frozen=True)
class BoxTool:
    """A box to be drawn on the photo: the one there is, which of its states this is, and others shown dashed."""

    box: Box | None = None
    rev: int = 0
    marks: tuple[Box, ...] = ()


def read_box(value: object, rev: int) -> tuple[Box, int] | None:
    """The box that the browser sent and its number, if that is newer than ``rev``; None for anything else.

    It may lie anywhere, and be empty: what is wrong with it is for the page to say.

    >>> read_box({"top": 1, "left": 2, "bottom": 30, "right": 40, "rev": 1}, 0)
    ((1, 2, 30, 40), 1)
    """
    if not isinstance(value, Mapping):
        return None
    box = tuple(value.get(key) for key in ("top", "left", "bottom", "right"))
    newer = value.get("rev")
    # `type(...) is int` and not `isinstance`: True is an int too.
    if not all(type(at) is int and abs(at) <= FARTHEST for at in box):
        return None
    return (box, newer) if type(newer) is int and rev < newer < LARGEST_COUNT else None


def sent_box(key: str) -> object:
    """As `sent_painting`, for the box."""
    result = st.session_state.get(key)
    return result.get("box") if isinstance(result, Mapping) else None


def read_painting(value: object, size: tuple[int, int], num_classes: int, than: Painting | None) -> Painting | None:
    """What the browser sent if it is a newer state of the map ``than`` what is known, else None.

    It is unpacked only then, and no further than to the photo's ``size``.

    >>> import base64, zlib
    >>> packed = base64.b64encode(zlib.compress(bytes([0, 1, 255]))).decode()
    >>> read_painting({"b64": packed, "h": 1, "w": 3, "edition": 0, "rev": 1}, (1, 3), 2, None).labels
    array([[  0,   1, 255]], dtype=uint8)
    """
    if not isinstance(value, Mapping):
        return None
    edition, rev, height, width = numbers = [value.get(key) for key in ("edition", "rev", "h", "w")]
    # `type(...) is int` and not `isinstance`: True is an int too.
    if not all(type(number) is int and 0 <= number < LARGEST_COUNT for number in numbers) or (height, width) != size:
        return None
    known = (than.edition, than.rev) if than else (0, 0)
    if edition != known[0] or rev <= known[1]:
        return None
    labels = inflate(value.get("b64"), height * width)
    if labels is None:
        return None
    try:
        return Painting(check_label_map(labels.reshape(size), num_classes), edition, rev)
    except ValueError:
        return None


def sent_painting(key: str) -> object:
    """What the browser sent with this run, not to be trusted yet; None if the painter was not on the page."""
    result = st.session_state.get(key)
    return result.get("painting") if isinstance(result, Mapping) else None


def label_painter(
    image: np.ndarray,
    painting: Painting | None,
    *,
    key: str,
    name: str,
    label_set: LabelSet,
    alt: str,
    session: str,
    box_tool: BoxTool | None = None,
) -> None:
    """Draw the painter. ``name`` says what is painted (photo and label set), ``session`` who paints it.

    The browser's tab keeps a copy under ``name``. After a reload, in another ``session`` of which Python knows no
    painting, it brings this back, by the names of its classes where they have other indices by now. With a
    ``box_tool`` there is a box to draw, and neither polygon nor fill.
    """
    parcel = Parcel(len(label_set))
    shown = box_tool or BoxTool()
    data = {
        "name": name,
        "session": session,
        "alt": alt,
        "size": [int(side) for side in image.shape[:2]],
        "classes": [
            {"name": title, "color": list(color)}
            for title, color in zip(label_set.classes, label_set.colors, strict=True)
        ],
        "formerClasses": list(former_classes(label_set)),
        "picture": parcel.add_picture(image, False),
        "map": parcel.add_labels(painting.labels if painting else None),
        "edition": painting.edition if painting else 0,
        "rev": painting.rev if painting else 0,
        "tools": list(BOX_TOOLS if box_tool else PAINT_TOOLS),
        "box": shown.box and list(shown.box),
        "boxRev": shown.rev,
        "marks": [list(mark) for mark in shown.marks],
        "pictures": parcel.pictures,
        "maps": parcel.maps,
    }
    _mount(key=key, data=data, on_painting_change=lambda: None, on_box_change=lambda: None)
