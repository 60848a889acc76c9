"""While a net learns: how much gradient reaches each layer, with skips and without, through short cuts and without."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import seen
from seglib.ui.inside import observations
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.photo import Photo
from seglib.ui.tables import show_wrapped

COMMAND = "python -m seglib.inside.gradient_flow --data DATA"
OWN_COMMAND = "python -m seglib.inside.own_flow"
OURS = "our own, Lite0"
EARLY = 3  # convolutions counted as the first layers
LINES = {  # what is drawn: net and measure
    "fcn32s: no skips": ("fcn32s", "norm"),
    "fcn4s: with skips": ("fcn4s", "norm"),
    "fcn4s, the skips' arrows cut": ("fcn4s", "deep"),
}
COLORS = ("#9aa0a6", "#D55E00", "#0072B2")
PHASES = {"start": "start of training", "end": "end of training"}


def training(_photo: Photo, _label_set: LabelSet) -> None:
    """Gradient norms by layer, for the trunk that is chosen."""
    from seglib.inside.gradient_flow import read_flow

    flow = read_flow()
    if flow is None:
        st.info(f"Not measured yet: `{COMMAND}` does it, in about twenty minutes.")
        return
    kinds = list(trunks(flow))
    kind = st.pills(
        "Trunk",
        kinds,
        default=kinds[0],
        key="flow_trunk",
        required=True,
        bind="query-params",
        help="The small ones have the same eighteen 3x3 convolutions. Small start: the library's weights; all others: "
        "He's. Our own has 48, of 1x1, 3x3 and 5x5, and starts from ImageNet's weights.",
    )
    phase = st.segmented_control(
        "When",
        list(PHASES),
        format_func=PHASES.get,
        default="end",
        key="flow_phase",
        required=True,
        bind="query-params",
    )
    words = f"Lines: norm of the gradient that reaches each convolution. {'; '.join(LINES)}."
    show_chart(_chart(layer_norms(flow, kind, phase)), words, height=380)
    _numbers(flow, phase)
    st.caption(_measured_how(flow, kind, phase))
    _what_is_seen(flow)


def trunks(flow: dict) -> dict[str, tuple[list[str], dict[str, list[dict]]]]:
    """All trunks that were measured: their layers' names, and the runs of each net."""
    small = {kind: (flow["layers"], nets) for kind, nets in flow["nets"].items()}
    ours = flow.get("ours")
    return small | ({OURS: (ours["layers"], ours["nets"])} if ours else {})


def _measured_how(flow: dict, kind: str, phase: str) -> str:
    if kind == OURS:
        ours = flow["ours"]
        words = {
            "start": f"ImageNet's trunk under fresh score layers, mean of {len(ours['seeds'])} seeds. Skips begin with "
            "weights of zero, so nothing comes back through them yet, and the three lines are one",
            "end": "the nets that ship",
        }
        return (
            f"{len(ours['photos'])} whole photos of the box, {ours['labels']} classes; the {PHASES[phase]}: "
            f"{words[phase]}. `{OWN_COMMAND}`"
        )
    seeds, recipe = len(flow["nets"][kind]["fcn4s"]), flow["recipe"]
    return (
        f"Street scenes, {recipe['steps']} steps of {recipe['batch']} views of {recipe['crop']} px, "
        f"{'one seed' if seeds == 1 else f'mean of {seeds} seeds'}; the {PHASES[phase]}: {recipe['phase']} steps. "
        f"`{COMMAND}`"
    )


def layer_norms(flow: dict, kind: str, phase: str) -> pd.DataFrame:
    """Mean norm over seeds or photos, by layer, from the photo up, and line."""
    rows, (layers, nets) = [], trunks(flow)[kind]
    for line, (net, measure) in LINES.items():
        norms = np.mean([run[phase][measure] for run in nets[net]], axis=0)
        rows += [
            {"layer": number, "name": name, "line": line, "norm": float(norm)}
            for number, (name, norm) in enumerate(zip(layers, norms, strict=True), 1)
        ]
    return pd.DataFrame(rows)


@drawn
def _chart(data: pd.DataFrame) -> alt.Chart:
    return (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(
            x=alt.X("layer:Q", title="convolution, from the photo up", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("norm:Q", title="norm of the gradient", scale=alt.Scale(type="log")),
            color=alt.Color(
                "line:N",
                title=None,
                sort=list(LINES),
                scale=alt.Scale(domain=list(LINES), range=list(COLORS)),
                legend=alt.Legend(orient="top", columns=1, labelLimit=320),
            ),
            tooltip=["name", "line", alt.Tooltip("norm", format=".3g")],
        )
    )


def _numbers(flow: dict, phase: str) -> None:
    """For all trunks: the first layers' gradient with skips, over that without and over that with the arrows cut."""
    rows = {}
    for kind, (_, nets) in trunks(flow).items():
        first = {
            line: np.mean([np.linalg.norm(run[phase][measure][:EARLY]) for run in nets[net]])
            for line, (net, measure) in LINES.items()
        }
        alone, whole, cut = first.values()
        rows[kind] = {
            "share by skips, %": 100 * np.mean([run[phase]["share"][:EARLY] for run in nets["fcn4s"]]),
            "with / without skips": whole / alone,
            "whole / arrows cut": whole / cut,
            "loss without": np.mean([run["loss"][phase] for run in nets["fcn32s"]]),
            "loss with": np.mean([run["loss"][phase] for run in nets["fcn4s"]]),
        }
    st.markdown(f"**Gradient of the first {EARLY} layers**")
    table = pd.DataFrame(rows).T.rename_axis("Trunk")
    show_wrapped(table, dict.fromkeys(table.columns, "{:.2f}"))
    st.caption("Share: projection on the whole gradient, as on the part Red arrows. Loss: mean of the same steps.")


def _what_is_seen(flow: dict) -> None:
    """The skips' share at the end of training, from the trunk that owes them most to the one that owes them least."""
    shares = {
        kind: 100 * float(np.mean([run["end"]["share"][:EARLY] for run in nets["fcn4s"]]))
        for kind, (_, nets) in trunks(flow).items()
    }
    ours = shares.pop(OURS, None)
    seen.what_you_should_see(
        observations.plain_owes_more(shares), observations.ours_owes_less(ours, shares.get("plain"))
    )


def sources() -> list:
    """The code behind it."""
    from seglib.inside import gradient_flow, plain

    return [gradient_flow.split_norms, plain.PlainBlock]
