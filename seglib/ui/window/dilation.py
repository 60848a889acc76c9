"""Dilation lab: a filter is exploded, rates are stacked, holes appear and are closed."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from seglib.ui import page, seen, state, tables
from seglib.ui.cache import shared
from seglib.ui.components.grid_stepper import MAX_SIDE, Frame, grid_stepper
from seglib.ui.window import observations
from seglib.ui.words import percent
from seglib.window.dilation import (
    BadRates,
    filtered,
    filtered_large,
    largest_gap,
    parse_rates,
    pixel_counts,
    seen_share,
    zero_stuffed,
)

KERNELS = {
    "Laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "Sobel, left to right": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "nine ones": np.ones((3, 3), int),
}
RATES = range(1, 6)  # drawn in the exploded filter
REACH = max(RATES)  # pixels from the middle tap to the outermost
OPENING = "1, 2, 4, 8"
EXAMPLES = [OPENING, "2, 2, 2", "1, 2, 5", "1, 2, 3", "1, 1, 1, 1"]


def lab(photo: state.Photo) -> None:
    """One filter exploded, then layers of them stacked."""
    page.wait_for_nets()
    explode(photo)
    stack_rates()
    page.show_source(zero_stuffed, filtered, pixel_counts, example="dilation")


def explode(photo: state.Photo) -> None:
    """One 3x3 filter on the photo's grey values, at growing rates, both ways of computing it side by side."""
    st.header("A larger filter with zeros, or the same small one dilated?")
    name = st.segmented_control(
        "Filter", list(KERNELS), default="Laplacian", key="kernel", required=True, bind="query-params"
    )
    grey = cv2.cvtColor(photo.image, cv2.COLOR_RGB2GRAY).astype(np.float64)
    row, col = (
        min(max(at, REACH), n - 1 - REACH) for at, n in zip(state.pin(photo), photo.size, strict=True)
    )  # a whole filter must fit
    window = grey[row - REACH : row + REACH + 1, col - REACH : col + REACH + 1]
    rows = _rows(grey, name, (row, col))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        grid_stepper(
            [_exploded(window, rate, line["Dilated"]) for rate, line in zip(RATES, rows, strict=True)],
            key="explode",
            title="Nine taps on grey values of the photo",
            role="input",
            legend=f"Cells: grey values round row {row}, column {col}; the bluer a cell, the darker its pixel. "
            "Orange: the taps. Dashed: the pixel whose output is computed.",
        )
    with right:
        tables.show_wrapped(pd.DataFrame(rows).set_index("Dilation"), {"Difference": "{:.0e}"}, "Dilation")
        st.caption(
            "Output at the middle, computed tap by tap with dilation (ours), and with the large filter full of zeros "
            "(OpenCV, which knows nothing of dilation). Difference: the largest over the whole photo, rounding errors."
        )
        seen.what_you_should_see(
            seen.always(
                f"The nine taps move apart; they stay nine. At dilation {REACH} the filter spans {rows[-1]['Spans']} "
                "pixels, nearly all zeros, and has nine weights to multiply by and to learn, as a 3x3 filter has."
            )
        )


@shared(16)
def _rows(grey: np.ndarray, name: str, point: tuple[int, int]) -> list[dict[str, object]]:
    """A row of the table for each rate: every pixel of the photo goes through ten filters."""
    return [_both_ways(grey, KERNELS[name], rate, point) for rate in RATES]


def _both_ways(grey: np.ndarray, kernel: np.ndarray, rate: int, point: tuple[int, int]) -> dict[str, object]:
    """A row of the table: the output at a pixel with dilation and with a large filter, and how far they differ."""
    stuffed = zero_stuffed(kernel, rate)
    dilated, large = filtered(grey, kernel, rate), filtered_large(grey, stuffed)
    at = point[0] - rate, point[1] - rate  # outputs exist where the whole filter fits
    side = len(stuffed)
    return {
        "Dilation": rate,
        "Spans": f"{side} x {side}",
        "Weights": kernel.size,
        "Zeros": side * side - kernel.size,
        "Dilated": dilated[at],
        "With zeros": large[at],
        "Difference": float(np.abs(dilated - large).max()),
    }


def _exploded(window: np.ndarray, rate: int, output: float) -> Frame:
    """The taps at a rate on grey values ``(n, n)``."""
    side = 1 + 2 * rate
    return Frame(
        caption=f"Dilation {rate}: nine taps, {rate} px apart, span {side} x {side} input pixels. "
        f"Output at the middle: {output:.0f}.",
        shade=1 - window / 255,
        taps=[(REACH + rate * i, REACH + rate * j) for i in (-1, 0, 1) for j in (-1, 0, 1)],
        numbers=window.round(),
    )


def stack_rates() -> None:
    """Layers of 3x3 filters at chosen rates: which input pixels one output sees, and along how many ways."""
    st.header("Layer upon layer: what one output pixel sees of the input")
    left, right = st.columns(2, gap="medium")
    with left:
        example = st.selectbox("Rates of the layers", [*EXAMPLES, "my own"], key="rates", bind="query-params")
        text = example
        if example == "my own":
            text = st.text_input(
                "Rates, first layer first", "1, 3, 9", key="own_rates", bind="query-params", max_chars=60
            )
    try:
        rates = parse_rates(text)
        window = 1 + 2 * sum(rates)
        if window > MAX_SIDE:
            raise BadRates(f"These rates see {window} x {window} pixels: drawn are at most {MAX_SIDE} x {MAX_SIDE}.")
    except BadRates as error:
        st.error(str(error))
        return
    with left:
        grid_stepper(
            rate_frames(rates),
            key="taps",
            title="Input pixels that one output pixel sees",
            role="input",
            legend="The bluer a cell, the more ways lead from the input pixel to the output (dashed: its place). "
            "Hatched: a hole, inside the window but never looked at. Orange: the last layer's taps.",
            start=len(rates) - 1,
        )
    with right:
        one, two, three = st.columns(3)
        one.metric("Window", f"{window} px")
        two.metric("of it seen", percent(seen_share(rates)))
        three.metric(
            "Weights",
            f"{9 * len(rates)}",
            help=f"For one channel in and out; a plain filter of this window would have {window * window}.",
        )
        table = pd.DataFrame(
            {
                "Layers": n,
                "Rate": rates[n - 1],
                "Window, px": 1 + 2 * sum(rates[:n]),
                "Seen": 100 * seen_share(rates[:n]),
                "Undilated, px": 1 + 2 * n,
            }
            for n in range(1, len(rates) + 1)
        )
        tables.show_wrapped(table.set_index("Layers"), {"Seen": "{:.1f} %"}, "Windows")
        gap = largest_gap(rates) if len(rates) > 1 else rates[0]
        st.caption(
            f"Wang et al. (2018) ask that M2 be at most 3, the kernel: here it is {gap}. The rule is meant for "
            "rates that ascend; the picture is exact for any."
        )
        seen.what_you_should_see(
            observations.holes(rates),
            seen.always("With rates 1, 2, 4, 8 a window grows to 3, 7, 15, 31 px: each layer doubles it and adds one."),
        )


def rate_frames(rates: Sequence[int]) -> list[Frame]:
    """The window after each layer, in the frame of the last: ways on a logarithmic scale, holes as nan."""
    side = 1 + 2 * sum(rates)
    frames = []
    for n in range(1, len(rates) + 1):
        ways = np.multiply.outer(*[pixel_counts(rates[:n])] * 2)
        shade, margin = np.zeros((side, side)), (side - len(ways)) // 2
        inside = np.s_[margin : side - margin, margin : side - margin]
        scale = np.log1p(ways) / np.log1p(ways.max())
        shade[inside] = np.where(ways > 0, scale, np.nan)
        numbers = np.zeros((side, side))
        numbers[inside] = ways
        rate, middle = rates[n - 1], side // 2
        words = "layer" if n == 1 else "layers"
        frames.append(
            Frame(
                caption=f"{n} {words} (rate {', '.join(map(str, rates[:n]))}): a window of {len(ways)} x {len(ways)} "
                f"px, {percent(seen_share(rates[:n]))} of it seen.",
                shade=shade,
                taps=[(middle + rate * i, middle + rate * j) for i in (-1, 0, 1) for j in (-1, 0, 1)],
                numbers=numbers,
            )
        )
    return frames
