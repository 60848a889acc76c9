"""The ledger as a page: claim, verdict, the figures that decide it, and a link to the experiment."""

from __future__ import annotations

import functools
from pathlib import Path
from textwrap import wrap

import altair as alt
import pandas as pd
import streamlit as st

from seglib.claims import ledger
from seglib.claims.ledger import FILE, SECTIONS, read_ledger
from seglib.ui import links, page
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.words import literal

# Colour never stands alone: every verdict has words and a sign of its own.
LOOKS = {
    "holds": ("green", ":material/check_circle:"),
    "holds weakly": ("orange", ":material/error:"),
    "does not hold here": ("red", ":material/cancel:"),
}
LINE = 36  # letters of a figure's name beside its dot
COMMAND = "python -m seglib.claims --data DATA"


def show(path: Path = FILE) -> None:
    """All claims; with a filter by verdict."""
    _list_claims(path)
    page.show_source(ledger.verdict)


def _list_claims(path: Path) -> None:
    entries = read_ledger(path)
    if not entries:
        st.info(f"No claim has been measured yet: `{COMMAND}` does it.")
        return
    counted = {look: sum(entry["verdict"] == look for entry in entries.values()) for look in LOOKS}
    chosen = st.pills(
        "Verdict",
        [look for look in LOOKS if counted[look]],
        format_func=lambda look: f"{look} ({counted[look]})",
        selection_mode="multi",
        key="verdicts",
        help="None chosen: all claims.",
        wrap=True,
    )
    st.caption(
        "A claim holds if each of its figures is positive by more than its 95 % interval over photos (a bootstrap), "
        "weakly if they are positive but not by more. Figures over three seeds are of small runs of their own, with "
        f"Student's interval over them; all others are of the shipped nets, trained once. `{COMMAND}`"
    )
    for name, entry in entries.items():
        if not chosen or entry["verdict"] in chosen:
            _claim(name, entry)


def _claim(name: str, entry: dict) -> None:
    color, icon = LOOKS[entry["verdict"]]
    with st.container(border=True):
        left, right = st.columns([3, 4], gap="medium")
        with left:
            st.badge(entry["verdict"], icon=icon, color=color)
            st.markdown(f"**{entry['statement']}**")
            st.caption(f"Lecture, part {entry['section']}: {SECTIONS[entry['section']]}")
            st.markdown(entry["how"])
            st.caption(f"Elsewhere: {entry['paper']}")
            if st.button("Open the experiment", icon=":material/science:", type="tertiary", key=f"open_{name}"):
                links.open_link(entry["link"], keep=["board"])
        with right:
            for unit in dict.fromkeys(figure["unit"] for figure in entry["figures"]):
                _chart([figure for figure in entry["figures"] if figure["unit"] == unit], unit)
            if entry["why"]:
                st.markdown(entry["why"])
        with st.expander("What the figures are made of"):
            st.markdown(_listed(entry["context"]))
            st.caption(f"Measured in {entry['seconds']:.0f} s of processor time.")


def _listed(context: dict[str, str]) -> str:
    """What was measured of what, as a table in Markdown: fourteen of Streamlit's own cost more than all the rest."""
    rows = [f"| {literal(of)} | {literal(measured)} |" for of, measured in context.items()]
    return "\n".join(["| Of | Measured |", "|---|---|", *rows])


def _chart(figures: list[dict], unit: str) -> None:
    """A dot for each figure on its interval; right of zero is for the claim."""
    tallest = max(len(_in_lines(figure["name"])) for figure in figures)  # all rows of a chart are as high as that
    values = "; ".join(f"{figure['name']} {figure['value']:+.2f}" for figure in figures)
    alt_text = f"Dots on their intervals, {unit} for the claim: {values}."
    show_chart(_dots(figures, unit), alt_text, height=90 + (12 + 19 * tallest) * len(figures))


@functools.cache
def _in_lines(name: str) -> tuple[str, ...]:
    """A figure's name, in lines that stand beside its dot."""
    return tuple(wrap(name, LINE))


@drawn
def _dots(figures: list[dict], unit: str) -> alt.LayerChart:
    data = pd.DataFrame(figures).astype({"low": float, "high": float})
    data["for"] = (data["value"] > 0).map({True: "for the claim", False: "against it"})
    data["line"] = ["|".join(_in_lines(name)) for name in data["name"]]
    broken = alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=0, labelOverlap=False)
    y = alt.Y("line:N", sort=None, title=None, axis=broken)
    tooltip = ["name", alt.Tooltip("value", format="+.2f"), alt.Tooltip("low", format="+.2f")]
    tooltip.append(alt.Tooltip("high", format="+.2f"))
    base = alt.Chart(data).encode(y=y, tooltip=tooltip)
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(strokeDash=[4, 3], color="#8a8f98").encode(x="x:Q")
    spans = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=3, color="#8a8f98")
    dots = base.mark_point(size=110, filled=True, opacity=1).encode(
        x=alt.X("value:Q"),
        color=alt.Color(
            "for:N",
            title=None,
            legend=None,
            scale=alt.Scale(domain=["for the claim", "against it"], range=["#0072B2", "#D55E00"]),
        ),
        shape=alt.Shape(
            "for:N", legend=None, scale=alt.Scale(domain=["for the claim", "against it"], range=["circle", "cross"])
        ),
    )
    # At the end, for on a phone the words beside leave less room than the title takes.
    axis = alt.Axis(title=f"{unit} for the claim", titleAnchor="end", titleAlign="right")
    if data["low"].notna().any():
        return zero + spans.encode(x=alt.X("low:Q", axis=axis), x2="high:Q") + dots
    return zero + dots.encode(x=alt.X("value:Q", axis=axis))
