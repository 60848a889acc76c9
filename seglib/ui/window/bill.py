"""The bill: memory and time of one photo against the output stride, measured beforehand or now, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from seglib.costs import bill
from seglib.lecture.answers import in_range
from seglib.ui import host, page, panels, record, seen, state, tables
from seglib.ui.background import Job
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.loading import loading
from seglib.ui.window import observations

LIMITS = bill.Limits(megabytes=1500, seconds=45)  # in the app: other visitors wait for the same cores
COLORS = {"fcn8s": "#009E73", "dilated": "#0072B2", "plain": "#E69F00"}
RANGES = ("below 8 times", "8 to 30 times", "over 30 times")
FAILURES = {"memory": "the memory limit", "time": "the time limit"}
_one_at_a_time = threading.Lock()


class Measurement(Job[bill.Item]):
    """The bill, one net after the other, each in a process of its own."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.items: list[bill.Item] = []
        super().__init__(partial(bill.items, size, LIMITS), self.items.append, "bill")


def show_bill(photo: state.Photo) -> None:
    """The chart, the table, and a button that measures anew."""
    page.wait_for_nets()
    _show(photo)
    page.show_source(bill.measure, bill.extrapolated)


def _show(photo: state.Photo) -> None:
    about, lines = bill.read_bill()
    job: Measurement | None = st.session_state.get("bill_job")
    if job is not None:
        job.look()
    picture, question = st.columns([1, 2], gap="medium")
    with picture:
        panels.show([panels.photo_panel(photo)], photo, None, key="bill_photo", columns=1)
    with question:
        guess = page.guess(
            "With dilation, from output stride 8 to 1: how many times as long does one photo take?",
            RANGES,
            "bill_guess",
        )
        if not guess.given:
            return
        _answer(guess, lines)
        measure = st.segmented_control(
            "Show", ["time", "memory"], default="time", key="bill_show", required=True, bind="query-params"
        )
    own = job is not None and (job.items or job.running)
    shown = list(job.items) if own else lines
    if own:
        _follow(job, measure)
    else:
        _draw(lines, measure)
        st.caption(
            f"One photo of {about['size'][1]} x {about['size'][0]} px through nets of the same layers, on one core of: "
            f"{about['machine']}: the fastest of some runs, where the scoreboard "
            f"has the median. By `{about['command']}`."
        )
    buttons = st.container(horizontal=True)
    running = job is not None and job.running
    off = host.is_public()
    if buttons.button(
        "Measure on this machine",
        disabled=running or loading() or off,
        key="bill_start",
        help=host.SWITCHED_OFF if off else None,
    ):
        job = st.session_state["bill_job"] = Measurement(tuple(about["size"]))
        if job.start(alone=_one_at_a_time):
            st.rerun()
        del st.session_state["bill_job"]
        st.info("Another visitor is measuring right now, and two at once would measure each other: try again soon.")
    if buttons.button("Stop", disabled=not running, key="bill_stop", icon=":material/stop:"):
        job.stop()
        st.rerun()
    seen.what_you_should_see(
        seen.always(
            "Each halving of the output stride makes about four times as many units in every layer after it, with or "
            "without dilation."
        ),
        observations.window_kept({(line.net, line.stride): _window(line) for line in shown}),
        observations.as_dear_as_plain(shown),
        observations.resolution_is_dear([*shown, *bill.extrapolated(list(shown))]),
    )


def _answer(guess: page.Guess, lines: Sequence[bill.Item]) -> None:
    """By what was measured beforehand: a bill of this machine need not be complete."""
    estimated = {(line.net, line.stride): line.seconds for line in bill.extrapolated(list(lines))}
    seconds = {(line.net, line.stride): line.seconds for line in lines} | estimated
    fine, coarse = seconds["dilated", 1], seconds["dilated", 8]
    if fine and coarse:
        times = fine / coarse
        how = "an estimate, for it was too much" if ("dilated", 1) in estimated else "as measured beforehand"
        guess.answer(
            RANGES[in_range(times, RANGES)],
            f"{coarse:.2f} s at stride 8, {fine:.1f} s at stride 1: {times:.0f} times, {how}.",
        )


def _follow(job: Measurement, measure: str) -> None:
    """Progress while it runs, refreshed by itself; the results so far, or all of them."""

    @st.fragment(run_every=0.7 if job.running else None)
    def live() -> None:
        job.look()
        if job.running:
            st.session_state["bill_was_running"] = True
            st.progress(len(job.items) / len(bill.NETS), text=f"{len(job.items)} of {len(bill.NETS)} nets measured …")
        elif st.session_state.pop("bill_was_running", False):
            st.rerun()
        if job.failure:
            st.error(f"Measuring ended early: {job.failure}")
        if job.items:
            _draw(list(job.items), measure)
        st.caption(
            f"Measured now on one core of: {bill.machine()}; each net in a process of its own, with at most "
            f"{LIMITS.megabytes} MB and {LIMITS.seconds:.0f} s."
        )

    live()


def _draw(lines: Sequence[bill.Item], measure: str) -> None:
    chart, table = st.columns(2, gap="medium")
    with chart:
        _chart(lines, measure)
    with table:
        _table(lines)


def _value(line: bill.Item, measure: str) -> float | None:
    if measure == "time":
        return line.seconds
    return None if line.peak_bytes is None else line.peak_bytes / 1e6


def _chart(lines: Sequence[bill.Item], measure: str) -> None:
    """Measured points, estimates beside them, and what lies beyond the limits."""
    measured = [line for line in lines if line.seconds is not None]
    if not measured:
        return
    rows = [(line, _value(line, measure), "measured") for line in measured]
    rows += [(line, _value(line, measure), "extrapolated") for line in bill.extrapolated(list(lines))]
    base = measured[0]
    for line in lines:  # the estimate, scaled to the first measured net: what multiply-adds and maps alone would say
        if measure == "time":
            rows.append((line, base.seconds * line.multiply_adds / base.multiply_adds, "estimated"))
        else:
            rows.append((line, line.estimated_bytes / 1e6, "estimated"))
    data = pd.DataFrame(
        [{"stride": line.stride, "net": line.net, "value": max(value, 1e-3), "how": how} for line, value, how in rows]
    )
    unit = "seconds" if measure == "time" else "MB"
    show_chart(
        _points(data, unit),
        f"Lines: {unit} of each way to a finer output stride, measured, estimated and extrapolated.",
        height=360,
    )


@drawn
def _points(data: pd.DataFrame, unit: str) -> alt.LayerChart:
    x = alt.X(
        "stride:Q",
        scale=alt.Scale(type="log", base=2, reverse=True, domain=[1, 32]),
        axis=alt.Axis(values=[32, 16, 8, 4, 2, 1]),
        title="output stride: one unit every … px",
    )
    y = alt.Y("value:Q", scale=alt.Scale(type="log"), title=unit)
    color = alt.Color(
        "net:N",
        title=None,
        scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())),
        legend=alt.Legend(orient="top"),
    )
    words = ["net", "stride", "how", alt.Tooltip("value", format=".3g", title=unit)]
    how = alt.Shape(
        "how:N",
        title=None,
        scale=alt.Scale(domain=["measured", "estimated", "extrapolated"], range=["circle", "cross", "diamond"]),
        legend=alt.Legend(orient="bottom", columns=2),  # three in a row are too wide for a phone
    )
    chart = alt.Chart(data)
    solid = chart.transform_filter("datum.how == 'measured'").mark_line().encode(x=x, y=y, color=color)
    dashed = (
        chart.transform_filter("datum.how != 'estimated'").mark_line(strokeDash=[4, 4]).encode(x=x, y=y, color=color)
    )
    points = chart.mark_point(size=90, strokeWidth=2).encode(x=x, y=y, color=color, shape=how, tooltip=words)
    return dashed + solid + points


def _table(lines: Sequence[bill.Item]) -> None:
    rows = []
    for line in lines:
        limit = FAILURES.get(line.failure, line.failure)
        rows.append(
            {
                "Net": line.net,
                "Stride": line.stride,
                "Sees, px": _window(line),
                "Multiply-adds, G": line.multiply_adds / 1e9,
                "Seconds": line.seconds,
                "Peak, MB": None if line.peak_bytes is None else line.peak_bytes / 1e6,
                "Estimate, MB": line.estimated_bytes / 1e6,
                "Ended by": limit,
            }
        )
    table = record.table("The bill", pd.DataFrame(rows))
    # Where it was ended there is no time to show, and a phone has no room for one column more.
    seconds = [row["Ended by"] or row["Seconds"] for row in rows]
    forms = {"Sees, px": "{:.0f}", "Seconds": "{:.2f}", "Peak, MB": "{:,.0f}", "Estimate, MB": "{:,.0f}"}
    tables.draw_wrapped(table.drop(columns="Ended by").assign(Seconds=seconds), forms)
    st.caption(
        "Peak: the most memory in use at once, above what was in use before the photo came. Estimate: the widest "
        "block's maps and the scores, from the layer table; libraries use more, to copy and to reorder. Crosses in "
        "the chart of time: multiply-adds, scaled to the first net."
    )


def _window(line: bill.Item) -> int | None:
    if loading():
        return None
    from seglib.models.dilated import dilated_table
    from seglib.receptive_field import receptive_field

    return receptive_field(dilated_table(line.stride, fill=line.net != "plain")).size
