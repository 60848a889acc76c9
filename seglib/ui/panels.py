"""What pages are made of: heading, guess, pictures of nets, tables and charts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.cards import shipped_nets
from seglib.labels import LabelSet
from seglib.resolution import FCN_PAPER_CEILING
from seglib.ui import cache, state, warm_up
from seglib.ui.components.photo_view import Panel, photo_view
from seglib.ui.inputs import View

TEXTS = Path(__file__).resolve().parent.parent.parent / "assets" / "texts"
NO_TRUTH = (
    "There are no human labels for this photo, so there is nothing to score against: the nets' confidence is "
    "shown instead. Labels can be added under *Your own photo*."
)


def percent(share: float) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if np.isnan(share) else f"{100 * share:.1f} %"


def heading(title: str, claim: str) -> None:
    """A page's first two lines: its title, and the claim that it puts to the test."""
    st.title(title)
    st.markdown(f"#### {claim}")


def text(name: str) -> None:
    """A page's longer words, from assets/texts."""
    st.markdown((TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def wait_for_nets() -> None:
    """In the server's first seconds, say that the nets are loading; look again by itself."""
    if warm_up.loading():
        _poll()


@st.fragment(run_every=0.4)
def _poll() -> None:
    if warm_up.loading():
        st.info("The nets are being loaded; their answers appear here in a moment.", icon=":material/hourglass_top:")
    else:
        st.rerun()


def guess(question: str, options: Sequence[str], key: str) -> bool:
    """Ask for a prediction before the reveal; True once an answer was given or declined."""
    answer = st.pills(f"**Your guess first.** {question}", [*options, "Just show me"], key=key, persist_state="session")
    return answer is not None


def segment_all(photo: state.Photo, labels: LabelSet, nets: Sequence[str]) -> dict[str, cache.Segmentation]:
    """Each net's answer; none while the nets are still being loaded."""
    if warm_up.loading():
        return {}
    return {net: cache.segment(photo.image, photo.key, net, labels.name) for net in nets}


def photo_panel(photo: state.Photo) -> Panel:
    """The photo itself."""
    return Panel(title="Photo", role="input", alt=photo.alt, caption=photo.title, picture=photo.image)


def truth_panel(photo: state.Photo, truth: np.ndarray) -> Panel:
    """The human labels on the photo."""
    alt_text = f"Human labels of: {photo.alt}"
    return Panel(title="Human labels", role="truth", alt=alt_text, picture=photo.image, labels=truth)


def net_panel(
    net: str, photo: state.Photo, answer: cache.Segmentation, cm: np.ndarray | None, caption: str = ""
) -> Panel:
    """A net's answer on the photo, with its mean IoU where there is a truth."""
    if cm is not None:
        caption = caption or f"mean IoU {percent(metrics.mean_iou(cm))}"
    return Panel(
        title=net,
        role="output",
        alt=f"Classes that {net} gives to: {photo.alt}. {caption}",
        caption=caption or f"mean confidence {percent(float(answer.confidence.mean(dtype=np.float64)))}",
        picture=photo.image,
        labels=answer.labels,
        confidence=answer.confidence,
    )


def swipe(left: Panel, right: Panel) -> Panel:
    """Two pictures under one divider."""
    return replace(left, compare=right)


def show(
    panels: Sequence[Panel],
    photo: state.Photo,
    label_set: LabelSet | None,
    key: str,
    truth: np.ndarray | None = None,
    mode: View = "classes",
    columns: int = 3,
) -> None:
    """Linked pictures at the photo's size; a pixel that is clicked becomes the pinned one everywhere."""
    pinned = photo_view(
        panels,
        key=key,
        size=photo.size,
        label_set=label_set,
        truth=truth,
        mode="labels" if mode == "classes" else mode,
        pin=state.pin(photo),
        group=photo.key,  # another photo starts unzoomed
        columns=columns,
    )
    if pinned is not None and pinned != state.pin(photo):
        state.remember_pin(pinned)
        st.rerun()


def confusions(
    photo: state.Photo, labels: LabelSet, answers: Mapping[str, cache.Segmentation], truth: np.ndarray | None
) -> dict[str, np.ndarray | None]:
    """Confusion matrix of each net on the photo; None without a truth."""
    if truth is None:
        return dict.fromkeys(answers)
    return {
        net: cache.confusion(truth, answer, photo.key, photo.revision, net, labels.name)
        for net, answer in answers.items()
    }


def score_table(cms: Mapping[str, np.ndarray]) -> None:
    """Pixel accuracy, class accuracy and mean IoU of each net, as bars that can be sorted."""
    columns = {
        "Pixel accuracy": metrics.pixel_accuracy,
        "Class accuracy": metrics.class_accuracy,
        "Mean IoU": metrics.mean_iou,
    }
    table = pd.DataFrame({name: [100 * score(cm) for cm in cms.values()] for name, score in columns.items()})
    table.index = pd.Index(cms, name="Net")
    _bars(table)


def _bars(table: pd.DataFrame) -> None:
    """A table of per cents, each a number on a bar."""
    bar = st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100, width="small")
    st.dataframe(table, column_config=dict.fromkeys(table.columns, bar), height="content")


def pixel_table(probabilities: Mapping[str, np.ndarray], labels: LabelSet) -> None:
    """Probability of every class at one pixel, a column a net, most probable first."""
    table = pd.DataFrame(
        {net: 100 * p for net, p in probabilities.items()}, index=pd.Index(labels.classes, name="Class")
    )
    table = table.loc[table.max(axis=1).sort_values(ascending=False).index]
    _bars(table)


def waterfall(steps: Mapping[str, float], total: str, title: str) -> None:
    """Signed steps that add up: where each starts, how far it goes, and the sum."""
    ends = np.cumsum(list(steps.values()))
    rows = [
        {"step": name, "from": end - value, "to": end, "value": value, "sign": "for" if value >= 0 else "against"}
        for (name, value), end in zip(steps.items(), ends, strict=True)
    ]
    rows.append({"step": total, "from": 0.0, "to": ends[-1], "value": ends[-1], "sign": "sum"})
    data = pd.DataFrame(rows)
    base = alt.Chart(data, title=title).encode(
        x=alt.X("step", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        tooltip=["step", alt.Tooltip("value", format="+.2f")],
    )
    bars = base.mark_bar(size=46).encode(
        y=alt.Y("from", title="class score (logit)"),
        y2="to",
        color=alt.Color(
            "sign",
            title=None,
            scale=alt.Scale(domain=["for", "against", "sum"], range=["#E66101", "#5E3C99", "#7f8690"]),
        ),
    )
    words = (
        base.mark_text(dy=-8, fontSize=14)
        .encode(y=alt.Y("top:Q"), text=alt.Text("value", format="+.2f"))
        .transform_calculate(top="max(datum.from, datum.to)")
    )
    st.altair_chart(bars + words, height=300)


def score_metrics(cm: np.ndarray, base: np.ndarray, base_name: str) -> None:
    """Three scores of a net, each with its distance from another net's."""
    scores = {
        "Pixel accuracy": metrics.pixel_accuracy,
        "Class accuracy": metrics.class_accuracy,
        "Mean IoU": metrics.mean_iou,
    }
    for column, (name, score) in zip(st.columns(len(scores)), scores.items(), strict=True):
        gain = 100 * (score(cm) - score(base))
        column.metric(name, percent(score(cm)), f"{gain:+.1f} points against {base_name}" if cm is not base else None)


def close_up(photo: state.Photo, labels: LabelSet, truth: np.ndarray | None, key: str, side: int = 96) -> None:
    """A square around the pinned pixel in every net, with linked zoom."""
    row, col = state.pin(photo)
    top, left = (max(0, min(p - side // 2, n - side)) for p, n in zip((row, col), photo.size, strict=True))
    window = np.s_[top : top + side, left : left + side]
    answers = segment_all(photo, labels, list(shipped_nets(labels.name)))
    cut = {net: replace(a, labels=a.labels[window], confidence=a.confidence[window]) for net, a in answers.items()}
    small = replace(photo, image=np.ascontiguousarray(photo.image[window]))
    panels = [net_panel(net, small, answer, None) for net, answer in cut.items()]
    if truth is not None:
        panels.insert(0, truth_panel(small, truth[window]))
    photo_view(
        panels,
        key=key,
        size=small.size,
        label_set=labels,
        truth=None if truth is None else truth[window],
        pin=(row - top, col - left),
        group=key,
        columns=len(panels),
    )


def layer_table(net: str, photo: state.Photo) -> None:
    """The net's stages on this photo: grid, channels, and the window that each unit sees."""
    from seglib.models.fcn import STREAMS
    from seglib.models.trunk import STAGES, layer_table
    from seglib.receptive_field import receptive_field

    rows = []
    for stage in STAGES:
        window = receptive_field(layer_table(stage.stride)).size
        height, width = ((n - 1) // stage.stride + 1 for n in photo.size)
        scored = "yes" if stage.stride in STREAMS[net] else ""
        rows.append(
            {
                "One unit every": f"{stage.stride} px",
                "Grid on this photo": f"{width} x {height}",
                "Channels": stage.channels,
                "Sees at most": f"{window} x {window} px",
                f"Scored by {net}": scored,
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def ceiling_chart(ours: Mapping[int, float], factor: int, cms: Mapping[str, np.ndarray]) -> None:
    """Mean IoU against subsampling: our ceiling, the FCN paper's, and the nets below theirs."""
    from seglib.models.fcn import STREAMS

    this_photo, paper = "perfect labels, this photo", "perfect labels, VOC (FCN paper)"
    lines = pd.DataFrame(
        [{"factor": f, "mean IoU": 100 * score, "curve": this_photo} for f, score in ours.items()]
        + [{"factor": f, "mean IoU": score, "curve": paper} for f, score in FCN_PAPER_CEILING.items()]
    )
    dots = pd.DataFrame(
        [{"factor": min(STREAMS[net]), "mean IoU": 100 * metrics.mean_iou(cm), "net": net} for net, cm in cms.items()]
    )
    x = alt.X(
        "factor:Q", scale=alt.Scale(type="log", base=2), title="one label every … pixels", axis=alt.Axis(values=[*ours])
    )
    y = alt.Y("mean IoU:Q", scale=alt.Scale(domain=[0, 100]), title="mean IoU, %")
    curves = (
        alt.Chart(lines)
        .mark_line(point=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color("curve:N", title=None, legend=alt.Legend(orient="bottom", columns=1, labelLimit=300)),
            strokeDash=alt.StrokeDash("curve:N", title=None),
            tooltip=["curve", "factor", alt.Tooltip("mean IoU", format=".1f")],
        )
    )
    nets = (
        alt.Chart(dots)
        .mark_point(size=110, shape="diamond", filled=True, color="#D55E00")
        .encode(x=x, y=y, tooltip=["net", alt.Tooltip("mean IoU", format=".1f")])
    )
    names = nets.mark_text(align="left", dx=9, color="#D55E00", fontSize=13).encode(text="net")
    here = alt.Chart(pd.DataFrame({"factor": [factor]})).mark_rule(strokeDash=[2, 4]).encode(x=x)
    st.altair_chart(curves + nets + names + here, height=380)
    st.caption(
        f"At {factor} px the ceiling is {percent(ours[factor])} on this photo. "
        "Diamonds: our nets on this photo, each at its finest stride."
    )


def what_you_should_see(words: str) -> None:
    """The observation a lecturer would point at."""
    st.info(f"**What you should see.** {words}", icon=":material/visibility:")


def show_source(*functions: Callable) -> None:
    """The code that ran, read from the running program itself."""
    with st.expander("The code that ran", icon=":material/code:"):
        for function in functions:
            st.code(inspect.getsource(inspect.unwrap(function)), language="python")
