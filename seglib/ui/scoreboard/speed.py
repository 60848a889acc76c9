"""How fast the library and the app are beside their peers, from the file that ``python -m benchmarks`` wrote."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seglib.claims.files import read_benchmarks
from seglib.ui import record

PARTS = {  # of `benchmarks`: what is compared
    "inference": "a photo through nets",
    "metrics": "a confusion matrix",
    "crf": "the CRF",
    "receptive_field": "the effective field",
    "decoding": "decoding a photo",
    "teach": "a class taught by strokes",
    "pages": "from touch to picture",
    "touch": "a touch, in processor time",
    "visitors": "a classroom",
}


def speed() -> None:
    """One table of ratios, each of two things measured in turn in the same run."""
    report = read_benchmarks()
    if report is None:
        st.info("Nothing has been measured yet: `python -m benchmarks` does it.")
        return
    rows = [
        {
            "What": PARTS.get(part, part),
            "Time of / time of": title,
            "Ratio": "{:.2f} ({:.2f} to {:.2f})".format(ratio["median"], *ratio["quartiles"]),
        }
        for part, measured in report["parts"].items()
        for title, ratio in measured.get("ratios", {}).items()
    ]
    st.table(record.table("Ratios", pd.DataFrame(rows).set_index("What")))
    machines = {measured.get("machine", report["machine"]) for measured in report["parts"].values()}
    st.caption(
        f"Medians and quartiles over rounds, on {' and '.join(sorted(machines))}. Both sides of a ratio were measured "
        "in turn, in one run, so that they hold on other machines, too. `python -m benchmarks`"
    )
    for part, measured in report["parts"].items():
        with st.expander(f"All that was measured: {PARTS.get(part, part)}"):
            st.json(measured, expanded=1)
