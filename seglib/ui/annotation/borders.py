"""How far people agree on where borders run, over many photos: drawn from the ledger of claims."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from seglib.claims.ledger import read_ledger
from seglib.ui.large_type import drawn, show_chart

PEOPLE, CHANCE = "two people", "by chance"
COLORS = {PEOPLE: "#0072B2", CHANCE: "#8a8f98"}


def borders() -> None:
    """The curve of the claim on labels, and what it says; nothing where it has not been measured."""
    curve = read_ledger().get("labels", {}).get("curve")
    if not curve:
        return
    st.markdown("**Where borders run: photos that several people drew**")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(_chart(curve), "Lines: borders that two people share, and by chance, by tolerance.", height=300)
    with right:
        px, f = curve["px"], curve["boundary F, %"]
        st.markdown(
            f"Within {px[0]} px of each other two people have {f[0]:.0f} % of their borders, within {px[-1]} px "
            f"{f[-1]:.0f} %. What comes in between, both drew, a little apart. What is still missing is farther "
            "off, or one of them left it out."
        )
        st.caption(
            "Boundary F of every two people who drew a photo of BSDS500, with its 95 % interval over photos. By "
            "chance: the other's drawing, mirrored. Claim “labels” on the scoreboard: "
            "`python -m seglib.claims --data DATA`"
        )


@drawn
def _chart(curve: dict[str, list[float]]) -> alt.LayerChart:
    people = pd.DataFrame(
        {"px": curve["px"], "F": curve["boundary F, %"], "low": curve["low"], "high": curve["high"], "of": PEOPLE}
    )
    chance = pd.DataFrame({"px": curve["px"], "F": curve["by chance, %"], "of": CHANCE})
    x = alt.X("px:Q", title="tolerance, px", axis=alt.Axis(values=curve["px"]), scale=alt.Scale(zero=False))
    y = alt.Y("F:Q", title="borders shared, %", scale=alt.Scale(domain=[0, 100]))
    names = list(COLORS)
    color = alt.Color(
        "of:N",
        title=None,
        scale=alt.Scale(domain=names, range=[COLORS[name] for name in names]),
        legend=alt.Legend(orient="top", symbolType="stroke"),
    )
    dash = alt.StrokeDash("of:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]]))
    band = alt.Chart(people).mark_area(opacity=0.2, color=COLORS[PEOPLE]).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    lines = (
        alt.Chart(pd.concat([people, chance]))
        .mark_line(point=True)
        .encode(x=x, y=y, color=color, strokeDash=dash, tooltip=["of", "px", alt.Tooltip("F:Q", format=".1f")])
    )
    return band + lines
