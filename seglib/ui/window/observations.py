"""What a lecturer would point at on the page about the window, as it is on what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seglib.costs.bill import Item
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent
from seglib.window.dilation import seen_share
from seglib.window.stack import LayerCost, Row

SMALLER = 2 / 3  # of the theoretical window's side: what is called smaller
SAME = 5e-4  # of a probability: what a page shows as the same number
ALIKE = 1.25  # times the time: about as long
DEAR = 8  # times the time: too dear


def growth(rows: Sequence[Row], costs: Sequence[LayerCost]) -> Sentence:
    """What the last of some layers adds to the window, and by what."""
    row, before = rows[-1], costs[-2] if len(costs) > 1 else None
    size, jump = (before.size, before.jump) if before else (1, 1)
    return always(
        f"Layer {len(rows)} adds {costs[-1].size - size} px to the window: ({row.kernel} − 1) x dilation "
        f"{row.dilation} x {jump} px from unit to unit below it. So all strides below a layer, and its own dilation, "
        "multiply what it adds. Strides alone move the units apart, and leave fewer of them to compute in every later "
        "layer."
    )


def short_sighted(windows: Mapping[str, int]) -> Sentence:
    """Who sees least and who most; ``windows``: px a side, by net."""
    least, most = (pick(windows, key=windows.__getitem__) for pick in (min, max))
    return always(
        f"{least} sees least, {windows[least]} px a side; {most} most, {windows[most]} px. What is larger than its "
        "window a net knows by its texture alone."
    )


def window_pays(scores: Mapping[str, float], small: str, large: str) -> Sentence | None:
    """Whether the net with the larger window scores higher here; ``scores``: mean IoU by net."""
    if small not in scores or large not in scores:
        return None
    figures = f"{large} {percent(scores[large])}, {small} {percent(scores[small])} mean IoU"
    return here(
        f"window/{large} over {small}",
        scores[large] > scores[small],
        f"The window of {large} pays: {figures}.",
        f"On this photo the window of {large} does not pay: {figures}.",
    )


def imagenet_pays(scores: Mapping[str, float], scratch: str, net: str) -> Sentence | None:
    """Whether the net that began with what ImageNet taught scores higher here than the same from random weights."""
    if scratch not in scores or net not in scores:
        return None
    figures = f"{net} {percent(scores[net])}, from random weights {percent(scores[scratch])} mean IoU"
    return here(
        "window/ImageNet pays",
        scores[net] > scores[scratch],
        f"What ImageNet taught pays: {figures}.",
        f"On this photo what ImageNet taught does not pay: {figures}.",
        on="chelsea",
    )


def holes(rates: Sequence[int]) -> Sentence:
    """Whether layers of 3x3 at these rates see all of their window."""
    unseen, window = 1 - seen_share(rates), 1 + 2 * sum(rates)
    words = f"Rates {', '.join(map(str, rates))}: a window of {window} px"
    return here(
        "dilation/no hole",
        unseen == 0,
        f"{words} without a hole.",
        f"{words}, of which {percent(unseen)} are never looked at: the gridding problem. Rates 1, 2, 5 see 17 px "
        "without a hole: hybrid dilation.",
    )


def _seconds(lines: Sequence[Item]) -> dict[tuple[str, int], float]:
    return {(line.net, line.stride): line.seconds for line in lines if line.seconds is not None}


def window_kept(windows: Mapping[tuple[str, int], int | None]) -> Sentence | None:
    """Whether dilation keeps the window as the stride falls; ``windows``: px, by net and stride."""
    kept = {stride: size for (net, stride), size in windows.items() if net == "dilated"}
    lost = {stride: size for (net, stride), size in windows.items() if net == "plain"}
    if not kept or not lost or None in (*kept.values(), *lost.values()):
        return None

    def listed(sizes: Mapping[int, int]) -> str:
        return ", ".join(f"{size} px at stride {stride}" for stride, size in sizes.items())

    return here(
        "bill/window",
        min(kept.values()) > max(lost.values()),
        f"Dilation keeps a large window ({listed(kept)}); plain nets lose it ({listed(lost)}).",
        f"Here dilation keeps no larger window ({listed(kept)}) than plain nets have ({listed(lost)}).",
    )


def as_dear_as_plain(lines: Sequence[Item]) -> Sentence | None:
    """Whether dilation itself costs next to nothing: times of dilated and plain nets of one stride."""
    seconds = _seconds(lines)
    times = [
        seconds["dilated", stride] / seconds["plain", stride]
        for net, stride in seconds
        if net == "dilated" and ("plain", stride) in seconds
    ]
    if not times:
        return None
    words = f"{min(times):.2f} to {max(times):.2f} times" if len(times) > 1 else f"{times[0]:.2f} times"
    return here(
        "bill/as dear as plain",
        max(times) <= ALIKE,
        f"At the same stride they take {words} as long as plain ones: the window is nearly free.",
        f"At the same stride they take {words} as long as plain ones, for as many multiply-adds: taps that "
        "lie far apart reach further through memory.",
    )


def resolution_is_dear(lines: Sequence[Item]) -> Sentence | None:
    """Whether the resolution beyond stride 8 is what costs."""
    seconds = _seconds(lines)
    base, end = seconds.get(("dilated", 8)), seconds.get(("dilated", 1))
    if base is None or end is None or "fcn8s" not in {net for net, _ in seconds}:
        return None
    fcn8s = next(value for (net, _), value in seconds.items() if net == "fcn8s")
    words = f"Stride 8 takes {base / fcn8s:.1f} times as long as fcn8s, stride 1 {end / fcn8s:.0f} times"
    return here(
        "bill/resolution",
        end / base > DEAR,
        f"{words}: so dilated nets stop at 8, and interpolation does the rest.",
        f"{words}: the last steps would be affordable.",
    )


@dataclass(frozen=True)
class Sides:
    """Three windows of one pixel, in px a side."""

    unit: int  # what a unit of the coarsest scores sees by the layer table, beyond the photo's edge as well
    theory: tuple[int, int]  # height and width of what the pixel's score can depend on, on the photo
    cut: bool  # whether the photo's edge cuts that off
    effective: int  # holds 95 % of the gradient's energy; 0 where there is none
    needed: int  # from which crop on the probability stays within 5 points of its end


def effective_is_smaller(sides: Sides) -> Sentence | None:
    """Whether the effective field is much smaller than the part of the theoretical window that lies on the photo."""
    if not sides.effective:
        return None
    height, width = sides.theory
    cut = f", where the photo's edge cuts it (a unit's whole window has {sides.unit} px)" if sides.cut else ""
    words = (
        f"The theoretical window has {height} x {width} px{cut}; a square of {sides.effective} px holds 95 % of the "
        "gradient's energy"
    )
    return here(
        "measured/effective",
        sides.effective <= SMALLER * max(height, width),
        f"{words}: few paths lead from its edge to this pixel, many from its middle.",
        f"{words}: here the net uses about all that it could see.",
    )


def few_paths(size: int, middle: float) -> Sentence:
    """What share of the paths begins in the middle half of a window of ``size`` px."""
    return always(
        f"Of all paths from {size} px a row to a unit, {percent(middle)} begin in the middle half: were all weights "
        "alike, so much of the gradient would, too. What training makes of it is the effective field above."
    )


def needs_little(sides: Sides) -> Sentence | None:
    """Whether what the net needs lies inside the effective field."""
    if not sides.effective:
        return None
    words = f"Within 5 points of the end is the probability from a crop of {sides.needed} px on"
    return here(
        "measured/needed",
        sides.needed <= sides.effective,
        f"{words}: what the net needs lies inside the effective field.",
        f"{words}, more than the effective field has: gradients are faint further out, and together they still move "
        "the answer.",
    )


def flat_beyond_theory(sides: Sequence[int], values: Sequence[float], reach: int) -> Sentence | None:
    """Whether nothing changes once a crop holds the theoretical window.

    ``values``: the class's probability for crops of ``sides`` px; ``reach``: side of the square round the pixel that
    holds the window.
    """
    beyond = [value for side, value in zip(sides, values, strict=True) if side >= reach]
    if len(beyond) < 2:
        return None
    spread = float(np.ptp(beyond))
    return here(
        "measured/flat",
        spread < SAME,
        f"Once a crop holds the whole theoretical window, {reach} px round the pixel, the curve is flat: what lies "
        "further out is never seen.",
        f"Once a crop holds the whole theoretical window, {reach} px round the pixel, the curve should be flat; it "
        f"moves by {100 * spread:.2f} points.",
    )
