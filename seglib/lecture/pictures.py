"""Panels as pictures to take home: alone, or with title, legend and caption written beside them."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from seglib.labels import IGNORE, LabelSet
from seglib.rendering import colorize

OPACITY = 0.6
Classes = list[tuple[str, tuple[int, int, int]]]  # names and colours
MARGIN, LINE, SWATCH = 16, 26, 18  # pixels
INK, GROUND = (22, 32, 43), (255, 255, 255)
LONGEST_LINE = 400  # characters of a caption


def flatten(picture: np.ndarray, labels: np.ndarray | None, label_set: LabelSet | None) -> np.ndarray:
    """A panel as one picture ``(H, W, 3)``: its label map, which may be coarser, tinted over the picture."""
    if labels is None or label_set is None:
        return picture
    height, width = picture.shape[:2]
    if labels.shape != (height, width):
        labels = cv2.resize(labels.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    tinted = picture + OPACITY * (colorize(labels, label_set).astype(np.float32) - picture)
    return np.where((labels == IGNORE)[..., None], picture, tinted.round().astype(np.uint8))


def with_words(picture: np.ndarray, title: str, caption: str, classes: Classes) -> np.ndarray:
    """A picture ``(H, W, 3)`` with its title above, its caption and the legend of its classes below."""
    height, width = picture.shape[:2]
    font, bold = ImageFont.load_default(16), ImageFont.load_default(20)
    rows = _rows(classes, width, font)
    lines = _wrapped(caption[:LONGEST_LINE], width, font)
    total = 3 * MARGIN + LINE + height + LINE * (len(lines) + len(rows)) + MARGIN
    page = Image.new("RGB", (width + 2 * MARGIN, total), GROUND)
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, MARGIN), title[:LONGEST_LINE], INK, bold)
    top = 2 * MARGIN + LINE
    page.paste(Image.fromarray(picture), (MARGIN, top))
    top += height + MARGIN
    for line in lines:
        draw.text((MARGIN, top), line, INK, font)
        top += LINE
    for row in rows:
        for left, name, color in row:
            at = MARGIN + left
            draw.rectangle((at, top, at + SWATCH, top + SWATCH), fill=tuple(color), outline=INK)
            draw.text((at + SWATCH + 6, top), name, INK, font)
        top += LINE
    return np.asarray(page)


def _wrapped(text: str, width: int, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _rows(classes: Classes, width: int, font: ImageFont.FreeTypeFont) -> list[list]:
    """The legend in rows: where each entry begins, its name, its colour."""
    rows: list[list] = []
    left = width
    for name, color in classes:
        needs = SWATCH + 6 + int(font.getlength(name)) + MARGIN
        if left + needs > width:
            rows.append([])
            left = 0
        rows[-1].append((left, name, color))
        left += needs
    return rows


def present(labels: np.ndarray | None, label_set: LabelSet | None) -> Classes:
    """Names and colours of the classes that occur in a label map."""
    if labels is None or label_set is None:
        return []
    return [(label_set.classes[k], label_set.colors[k]) for k in np.unique(labels) if k != IGNORE]


def png(picture: np.ndarray) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def small_jpeg(
    picture: np.ndarray, labels: np.ndarray | None = None, label_set: LabelSet | None = None, side: int = 360
) -> bytes:
    """A panel as `flatten` makes it, no larger than ``side``, as a JPEG file for a report; made small first."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    Image.fromarray(flatten(np.asarray(image), labels, label_set)).save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
