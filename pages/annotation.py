"""Labels are hard: paint them, against the clock and against each other, and meet the heavy tail."""

import streamlit as st

from seglib.annotation import agreement, contours, heavy_tail
from seglib.ui import page, state
from seglib.ui.annotation import agreement as agreement_panel
from seglib.ui.annotation import heavy_tail as heavy_tail_panel
from seglib.ui.annotation import paint as annotation_panels

page.heading(
    "Annotation",
    "Every score rests on labels drawn by hand: slowly, and by no two people alike.",
)
photo, labels = state.photo(), state.label_set()
panel = st.segmented_control(
    "Panel",
    ["Paint", "Stopwatch", "Agreement", "Heavy tail"],
    default="Paint",
    required=True,
    key="annotation_panel",
    bind="query-params",
    label_visibility="collapsed",
)
if panel == "Paint":
    annotation_panels.paint(photo, labels)
    page.show_source(agreement.score_against, contours.outlines)
elif panel == "Stopwatch":
    annotation_panels.stopwatch(photo, labels)
    page.show_source(agreement.differences, agreement.hours_for)
elif panel == "Agreement":
    agreement_panel.agree(photo, labels)
    page.show_source(agreement.pair_iou, agreement.disagreement)
else:
    heavy_tail_panel.tail(labels)
    page.show_source(heavy_tail.fold_rarest)
