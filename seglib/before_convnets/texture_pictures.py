"""Texture as pictures: filters, words and windows in, RGB arrays ``(H, W, 3)`` uint8 out."""

from __future__ import annotations

import cv2
import matplotlib
import numpy as np

from seglib.before_convnets import textons
from seglib.rendering import score_picture

TILE, GAP = 33, 3  # pixels of one filter on the sheet, and between two
COLUMNS = textons.ORIENTATIONS + 1
WORD_COLORS = "cividis"  # from plain to patterned; told apart by lightness alone
MARK = (255, 236, 61)  # the window's outline: a yellow that few photos have


def filter_sheet(chosen: tuple[str, float] | None = None) -> np.ndarray:
    """All filters of the bank: edges and bars a row each, one direction a column; blobs in the rows below.

    Purple is negative, white zero, orange positive, each filter on its own scale. The family ``chosen`` is framed.
    """
    rows: list[list[textons.Filter]] = []
    for member in textons.filter_bank():
        family = rows[-1][-1] if rows else None
        same = family and (member.kind, member.sigma) == (family.kind, family.sigma)
        if family and (same or (member.degrees is None and member.kind == family.kind)):
            rows[-1].append(member)
        else:
            rows.append([member])
    side = TILE + GAP
    sheet = np.full((len(rows) * side + GAP, (COLUMNS - 1) * side + GAP, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, member in enumerate(row):
            top, left = i * side + GAP, j * side + GAP
            sheet[top : top + TILE, left : left + TILE] = _tile(member)
            frame = (0, 90, 181) if (member.kind, member.sigma) == chosen else (200, 200, 200)
            width = 2 if frame[0] == 0 else 1
            cv2.rectangle(sheet, (left - 1, top - 1), (left + TILE, top + TILE), frame, width)
    return sheet


def _tile(member: textons.Filter) -> np.ndarray:
    """The middle of a filter's kernel, at its true size, on a white tile."""
    picture = score_picture(member.kernel, float(np.abs(member.kernel).max()))
    tile = score_picture(np.zeros((TILE, TILE)), 1.0)
    cut = max(0, (len(picture) - TILE) // 2)
    picture = picture[cut : len(picture) - cut, cut : len(picture) - cut]
    at = (TILE - len(picture)) // 2
    tile[at : at + len(picture), at : at + len(picture)] = picture
    return tile


def response_picture(answers: np.ndarray) -> tuple[np.ndarray, float]:
    """One family's answers ``(H, W)`` in purple and orange, and where its scale ends (99 % lie within)."""
    limit = max(float(np.percentile(np.abs(answers), 99)), 1e-6)
    return score_picture(answers, limit), limit


def word_picture(words: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """A map of textons, dark where the pattern is faint, bright where it is strong; ``centres (K, D)`` are theirs."""
    rank = np.linalg.norm(centres, axis=1).argsort().argsort() / max(1, len(centres) - 1)
    colors = matplotlib.colormaps[WORD_COLORS](rank, bytes=True)[:, :3]
    return colors[words]


def similarity_picture(image: np.ndarray, similarity: np.ndarray) -> np.ndarray:
    """The photo, dark where ``similarity`` (h, w) is lowest and lit where it is highest."""
    height, width = image.shape[:2]
    low, high = np.percentile(similarity, (5, 99))
    light = np.clip((similarity - low) / max(high - low, 1e-6), 0, 1).astype(np.float32) ** 2
    light = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    return (image * (0.12 + 0.88 * light)).astype(np.uint8)


def mark_window(image: np.ndarray, centre: tuple[int, int], side: float) -> np.ndarray:
    """The photo with the outline of a window of ``side`` pixels around ``centre`` (row, col)."""
    row, col = centre
    half = side / 2
    corners = [(round(col + sign * half), round(row + sign * half)) for sign in (-1, 1)]
    marked = image.copy()
    thick = max(2, max(image.shape[:2]) // 250)
    cv2.rectangle(marked, *corners, (0, 0, 0), thick + 2)
    cv2.rectangle(marked, *corners, MARK, thick)
    return marked
