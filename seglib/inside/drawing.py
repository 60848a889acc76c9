"""The net as a drawing: trunk downwards, streams to the right, their sum; values in blue, gradients in red.

Scalable vector graphics as text, without a library: a dozen boxes and arrows. Arrows are as wide as what passes along
them. Letters take the colour of the text around the drawing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape

from seglib.inside.paths import PHOTO, skip, trunk

# Told apart under the common colour blindnesses, and seen on light and on dark.
FORWARD, BACKWARD, CUT = "#2F8AC9", "#D55E00", "#8a8f98"
WIDTH, ROW, BOX, TOP = 430, 96, 38, 34  # of the drawing, of a row, of a box's height; where the first row begins
TRUNK, SCORES, SUM = (4, 118), (236, 318), (392, 426)  # left and right edges of the three columns
WIDEST, THINNEST = 13.0, 1.2  # of an arrow
BESIDE = 9  # between the middles of the two arrows of a pair


def net_drawing(
    channels: Mapping[int, int],
    streams: Sequence[int],
    forward: Mapping[str, float],
    backward: Mapping[str, float],
    cuts: Collection[str] = (),
    title: str = "",
) -> str:
    """The drawing of a net whose stages have so many ``channels``, by stride, and whose ``streams`` are summed.

    ``forward`` and ``backward`` are sizes by arrow, see `seglib.inside.paths`. A pair's red arrow runs the other way.
    """
    nodes = [PHOTO, *sorted(channels)]
    y = {node: TOP + ROW * place for place, node in enumerate(nodes)}
    names = {PHOTO: ("photo", "RGB")} | {s: (f"stride {s}", f"{channels[s]} channels") for s in channels}
    parts = [_box(TRUNK, y[node], *names[node]) for node in nodes]
    within = {name: value for name, value in forward.items() if not name.startswith("scores")}
    at_sum = {name: value for name, value in forward.items() if name.startswith("scores")}
    most = max(backward.values(), default=0.0)
    for below, above in itertools.pairwise(nodes):
        name = trunk(above, below)
        ends = y[below] + BOX, y[above]
        parts += _pair(_vertical, TRUNK, ends, name, (within, max(within.values())), (backward, most), cuts)
    bottom = y[nodes[-1]] + BOX
    parts.append(_box(SUM, y[min(streams)], "Σ", "", height=bottom - y[min(streams)]))
    for stream in streams:
        name, middle = skip(stream), y[stream] + BOX / 2
        parts.append(_box(SCORES, y[stream], "scores", f"stride {stream}"))
        sizes = (at_sum, max(at_sum.values())), (backward, most)
        parts += _pair(_horizontal, middle, (TRUNK[1], SCORES[0]), name, *sizes, cuts)
        parts += _pair(_horizontal, middle, (SCORES[1], SUM[0]), name, *sizes, (), numbers=False)
    height = bottom + 26  # the last number stands below its arrow
    legend = (
        f'<text x="{SUM[1]}" y="14" text-anchor="end" fill="{FORWARD}">values, forward</text>'
        f'<text x="{SUM[1]}" y="30" text-anchor="end" fill="{BACKWARD}">gradient, backward</text>'
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" '
        f'style="max-width:{WIDTH + 70}px" font-size="13" '
        f'font-family="inherit" fill="currentColor">{legend}{"".join(parts)}</svg>'
    )


def _box(edges: tuple[int, int], y: float, name: str, below: str, height: float = BOX) -> str:
    left, right = edges
    middle, line = (left + right) / 2, y + height / 2
    small = f'<text x="{middle}" y="{line + 13}" text-anchor="middle" font-size="11">{escape(below)}</text>'
    size = "" if below else ' font-size="22"'
    return (
        f'<rect x="{left}" y="{y}" width="{right - left}" height="{height}" rx="5" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.6"/><text x="{middle}" y="{line - 1 if below else line + 5}" '
        f'text-anchor="middle" font-weight="600"{size}>{escape(name)}</text>{small if below else ""}'
    )


def _pair(
    draw: Callable[..., str],
    across: tuple[int, int] | float,
    ends: tuple[float, float],
    name: str,
    forward: tuple[Mapping[str, float], float],
    backward: tuple[Mapping[str, float], float],
    cuts: Collection[str],
    numbers: bool = True,
) -> list[str]:
    """What goes forward along an arrow and what comes back, side by side."""
    (values, most_forward), (gradients, most) = forward, backward
    there = draw(across, ends, -BESIDE, _width(values[name], most_forward), FORWARD, "")
    number = f"{gradients[name]:.2g}" if numbers else ""
    if name in cuts:
        back = draw(across, ends[::-1], BESIDE, THINNEST, CUT, "cut" if numbers else "", dashed=True)
    else:
        back = draw(across, ends[::-1], BESIDE, _width(gradients[name], most), BACKWARD, number)
    return [there, f'<g data-arrow="{name}">{back}</g>' if numbers else back]


def _width(size: float, most: float) -> float:
    return max(THINNEST, WIDEST * size / most) if most > 0 else THINNEST


def _vertical(
    edges: tuple[int, int],
    ends: tuple[float, float],
    shift: float,
    width: float,
    color: str,
    number: str,
    dashed: bool = False,
) -> str:
    x = sum(edges) / 2 + shift
    label = f'<text x="{x + 14}" y="{sum(ends) / 2 + 4}" fill="{color}" font-size="12">{number}</text>'
    return _arrow((x, ends[0]), (x, ends[1]), width, color, dashed) + (label if number else "")


def _horizontal(
    y: float, ends: tuple[float, float], shift: float, width: float, color: str, number: str, dashed: bool = False
) -> str:
    middle, line = sum(ends) / 2, y + shift
    label = f'<text x="{middle}" y="{line + 20}" text-anchor="middle" fill="{color}" font-size="12">{number}</text>'
    return _arrow((ends[0], line), (ends[1], line), width, color, dashed) + (label if number else "")


def _arrow(start: tuple[float, float], end: tuple[float, float], width: float, color: str, dashed: bool) -> str:
    """A line along one axis and its head, which ends two units short of the box."""
    length = 6 + width / 2
    dx, dy = ((end[i] > start[i]) - (end[i] < start[i]) for i in (0, 1))
    tip = end[0] - 2 * dx, end[1] - 2 * dy
    neck = tip[0] - length * dx, tip[1] - length * dy
    half = 3.5 + width / 2
    head = f"{tip[0]},{tip[1]} {neck[0] - half * dy},{neck[1] - half * dx} {neck[0] + half * dy},{neck[1] + half * dx}"
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return (
        f'<line x1="{start[0] + 2 * dx}" y1="{start[1] + 2 * dy}" x2="{neck[0]}" y2="{neck[1]}" stroke="{color}" '
        f'stroke-width="{width:.2f}"{dash}/><polygon points="{head}" fill="{color}"/>'
    )
