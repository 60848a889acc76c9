"""The red arrows: the drawn net with what comes back along each path, and where it lands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd
import streamlit as st

from seglib.labels import LabelSet
from seglib.ui import panels, seen
from seglib.ui.components.net_view import net_view
from seglib.ui.components.photo_view import Panel
from seglib.ui.inside import asked as asking
from seglib.ui.inside import cache as inside_cache
from seglib.ui.inside import observations
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.photo import Photo

if TYPE_CHECKING:
    from seglib.inside.paths import Piece, RedArrows

PHOTO = "the photo"


def red_arrows(photo: Photo, label_set: LabelSet) -> None:
    """One pixel's gradient, split by path."""
    asked = asking.ask(photo, label_set)
    if asked is None:
        panels.show([panels.photo_panel(photo)], photo, None, key="inside_view", columns=1)
        return
    from seglib.inside.drawing import net_drawing

    spec = (photo, asked.net, label_set.name, asked.point, asked.target)
    arrows = inside_cache.arrows(*spec)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        asking.overview(photo, label_set, asked, key="inside_view")
        asking.say(asked, label_set)
    with right:
        cuts = st.pills(
            "Cut an arrow",
            list(arrows.forward),
            selection_mode="multi",
            key="cuts",
            bind="query-params",
            wrap=True,
            help="What a path brings no longer arrives below the cut. The values, forward, stay as they are.",
        )
        channels = {stage: piece.values.shape[0] for stage, piece in _stages(arrows).items()}
        words = f"{asked.net}, drawn: gradients of the loss at row {asked.point[0]}, column {asked.point[1]}"
        back = arrows.backward(cuts)
        drawing = net_drawing(channels, list(arrows.at_scores), arrows.forward, back, cuts, words)
        net_view(drawing, list(arrows.forward), key="net_view", on_cut=_toggle)
        st.caption(
            "Click a red arrow to cut it. Red: norm of the loss' gradient. Blue: a stage's root mean square, a "
            "stream's size in the sum; each of these kinds on its own scale."
        )
    _maps(photo, label_set, asked, arrows, cuts, spec)


def _toggle(arrow: str) -> None:
    """Cut an arrow, or mend it."""
    cuts = list(st.session_state.get("cuts") or [])
    st.session_state["cuts"] = [name for name in cuts if name != arrow] if arrow in cuts else [*cuts, arrow]


def _stages(arrows: RedArrows) -> dict[int, Piece]:
    """Any path's gradient at every stage: they have the stage's channels."""
    return {node: next(iter(paths.values())) for node, paths in arrows.pieces.items() if node > 1}


def _maps(
    photo: Photo, label_set: LabelSet, asked: asking.Asked, arrows: RedArrows, cuts: list[str], spec: tuple
) -> None:
    st.header("Where the gradient lands, path by path")
    names = {1: PHOTO} | {node: f"stride {node}" for node in arrows.nodes if node > 1}
    node = st.segmented_control(
        "Seen at", list(names), format_func=names.get, default=1, key="seen_at", required=True, bind="query-params"
    )
    arriving = arrows.arriving(node, cuts)
    sides = inside_cache.reach(*spec)
    grid = [
        Panel(
            title=f"By stride {path}" if path in arriving else f"By stride {path}: cut",
            role="output",
            alt=f"Heat map of the gradient that comes back through the stream at stride {path}, at {names[node]}",
            caption=_caption(arrows, node, [path] if path in arriving else [], sides.get(path)),
            picture=inside_cache.strength_picture(*spec, node, (path,) if path in arriving else ()),
        )
        for path in arrows.pieces[node]
    ]
    grid.append(
        Panel(
            title="All that arrives",
            role="output",
            alt=f"Heat map of the whole gradient at {names[node]}",
            caption=_caption(arrows, node, arriving, None),
            picture=inside_cache.strength_picture(*spec, node, tuple(arriving)),
        )
    )
    panels.show(grid, photo, None, key="inside_maps", columns=3)
    st.caption("Square root of the strength, each picture on its own scale: the norm below it tells how strong it is.")
    chart, words = st.columns([3, 2], gap="medium")
    with chart:
        alt_text = "Bars: norm of each path's gradient, and its projection on the whole."
        show_chart(_chart(_shares(arrows, node)), alt_text, height=280)
    with words:
        _why(arrows, node)
    seen.what_you_should_see(
        observations.reach_grows(sides),
        seen.always(
            "Cut the arrow of one stream, and of the paths' pictures its own alone goes dark; cut one of the trunk, "
            "and below it those of all deeper streams do."
        ),
    )


def _caption(arrows: RedArrows, node: int, paths: list[int], side: int | None) -> str:
    words = f"norm {arrows.norm(node, paths):.3g}"
    return f"{words}; 95 % of its energy within {side} px of the photo" if paths and side else words


def _shares(arrows: RedArrows, node: int) -> dict[str, dict]:
    """Norms and projections of the paths, each as a share of the whole's norm."""
    whole = max(arrows.norm(node), 1e-30)
    norms = {path: arrows.norm(node, [path]) / whole for path in arrows.pieces[node]}
    return {"norm": norms, "projection on the whole": arrows.projections(node)}


@drawn
def _chart(kinds: dict[str, dict]) -> alt.Chart:
    data = pd.DataFrame(
        [
            {"path": f"by {path}", "measure": measure, "share": share}
            for measure, shares in kinds.items()
            for path, share in shares.items()
        ]
        + [{"path": "sum", "measure": measure, "share": sum(shares.values())} for measure, shares in kinds.items()]
    )
    return (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("path:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("measure:N", sort=list(kinds)),
            y=alt.Y("share:Q", title="share of the whole's norm"),
            color=alt.Color(
                "measure:N",
                title=None,
                sort=list(kinds),
                scale=alt.Scale(domain=list(kinds), range=["#E69F00", "#0072B2"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["path", "measure", alt.Tooltip("share", format=".3f")],
        )
    )


def _why(arrows: RedArrows, node: int) -> None:
    paths = list(arrows.pieces[node])
    cosines = arrows.cosines(node)
    total = sum(arrows.norm(node, [path]) for path in paths) / max(arrows.norm(node), 1e-30)
    if len(paths) == 1:
        st.markdown("Only one path ends here: there is nothing to share out.")
        return
    st.markdown(observations.paths_add_up(cosines, total).words)


def sources() -> list:
    """The code behind it."""
    from seglib.inside import paths

    return [paths.split_gradient, paths.RedArrows.arriving, paths.RedArrows.projections]
