"""Classes by share, and what folding the rarest into Other does to the scores."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.annotation import heavy_tail
from seglib.annotation.polygons import class_indices
from seglib.class_counts import SETS, read_statistics
from seglib.labels import IGNORE, LabelSet
from seglib.metrics.imbalance import fold_matrix
from seglib.models.cards import shipped_nets
from seglib.photos import PHOTOS
from seglib.ui import cache, page, panels, seen
from seglib.ui.annotation import observations
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.words import percent

FINE = "our ten photos, fine labels"


def tail(label_set: LabelSet) -> None:
    """Classes by share; fold the rarest into Other, and see what that does to the scores of the same predictions."""
    _fold(label_set)
    page.show_source(heavy_tail.fold_rarest)


def _fold(label_set: LabelSet) -> None:
    left, middle, right = st.columns(3, gap="medium")
    with left:
        source = st.selectbox("Classes of", [FINE, *SETS], key="tail_source", persist_state="session")
    with middle:
        nets = list(shipped_nets(label_set.name))
        net = st.selectbox("Predictions of", nets, index=len(nets) - 1, key="tail_net", persist_state="session")
    with right:
        n = st.slider("Rarest classes folded into Other", 0, len(label_set) - 1, 0, key="fold", bind="query-params")
    page.wait_for_nets()
    cm = _all_photos(net, label_set)
    counts = np.zeros(len(label_set), int) if cm is None else cm.sum(1)
    folding = heavy_tail.fold_rarest(counts, label_set.classes, n if cm is not None else 0)
    shares = _shares_chart(source, label_set, folding.folded)
    if cm is None:
        return
    folded = fold_matrix(cm, folding.group_of)
    scores = {"Pixel accuracy": metrics.pixel_accuracy, "Mean IoU": metrics.mean_iou}
    accuracy, iou, unseen = st.columns([1, 1, 2])
    for column, (name, score) in zip((accuracy, iou), scores.items(), strict=True):
        gain = 100 * (score(folded) - score(cm))
        column.metric(name, percent(score(folded)), f"{gain:+.1f} points by folding" if folding.folded else None)
    with unseen:
        if folding.folded:
            share = counts[[label_set.index(name) for name in folding.folded]].sum() / counts.sum()
            st.markdown(f"**Can no longer be seen:** {', '.join(folding.folded)}.")
            st.caption(f"Together {percent(float(share))} of the labelled pixels of our ten photos.")
        else:
            st.caption("Nothing is folded yet.")
        st.caption(f"Scores of {net} over our ten photos.")
    seen.what_you_should_see(observations.folding(), observations.heavy_tail(shares))


def _shares_chart(source: str, label_set: LabelSet, folded: tuple[str, ...]) -> dict[str, float]:
    """Shares on a logarithmic scale, in another colour what is folded away; the share of each class."""
    if source == FINE:
        pixels = cache.fine_pixels()
        index_of = class_indices(label_set)
        means = {name: () if index_of[name] == IGNORE else (label_set.classes[index_of[name]],) for name in pixels}
    else:
        pixels, means = read_statistics(source).pixels, heavy_tail.meanings(source, label_set)
    shares = heavy_tail.class_shares(pixels)

    def fate(name: str) -> str:
        meaning = means.get(name, ())
        if not meaning:
            return "no class"
        return "in Other" if set(meaning) <= set(folded) else "kept"

    bars = _bars(shares, {name: fate(name) for name in shares})
    show_chart(bars, f"Bars: the share of labelled pixels of each class of {source}, commonest first.", height=360)
    half = np.searchsorted(np.cumsum([*shares.values()]), 0.5) + 1
    st.caption(f"{len(shares)} classes; the commonest {half} own half of the pixels.")
    return shares


@drawn
def _bars(shares: dict[str, float], fates: dict[str, str]) -> alt.Chart:
    data = pd.DataFrame([{"class": name, "share": 100 * share, "fate": fates[name]} for name, share in shares.items()])
    # A logarithmic scale has no zero for bars to stand on: they stand on a tenth of the smallest.
    floor = 10 ** np.floor(np.log10(data["share"].min()))
    data["floor"] = floor
    return (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("class", sort=None, title=None, axis=alt.Axis(labelAngle=-60, labelOverlap=True, labelLimit=110)),
            y=alt.Y("share", scale=alt.Scale(type="log", domain=[floor, 100]), title="% of labelled pixels"),
            y2="floor",
            color=alt.Color(
                "fate",
                title=None,
                scale=alt.Scale(domain=["kept", "in Other", "no class"], range=["#0072B2", "#E69F00", "#9aa0a6"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["class", alt.Tooltip("share", format=".4f", title="%"), "fate"],
        )
    )


def _all_photos(net: str, label_set: LabelSet) -> np.ndarray | None:
    """Confusion matrix of a net over the photos in the box; None while the nets are being loaded."""
    total = np.zeros((len(label_set), len(label_set)), int)
    with st.spinner("Our ten photos are being segmented …"):
        for name in PHOTOS:
            photo = cache.bundled_photo(name)
            answers = panels.segment_all(photo, label_set, [net])
            if not answers:
                return None
            truth = cache.bundled_truth(name, label_set.name)
            total += cache.confusion(truth, answers[net], len(label_set))
    return total
