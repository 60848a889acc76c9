"""The four panels of the page on annotation: paint, against the clock, against each other, and the heavy tail."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import agreement, heavy_tail, metrics
from seglib.annotation import BadAnnotation, class_indices
from seglib.baselines import grown, shifted, without_rare
from seglib.cards import shipped_nets
from seglib.contours import label_png, labelme_file
from seglib.images import BadImage
from seglib.imbalance import fold_matrix
from seglib.labels import IGNORE, LabelSet
from seglib.photos import PHOTOS
from seglib.statistics import SETS, read_statistics
from seglib.ui import cache, paintings, panels, state
from seglib.ui.components.photo_view import Panel

FILES = ["json", "png"]  # LabelMe, or class indices
MAX_ANNOTATORS = 8
BORDER = 5  # pixels from a border within which a difference may be a matter of taste
YOURS, OURS = "your painting", "human labels"
FINE = "our ten photos, fine labels"


# ---------------------------------------------------------------- paint


def paint(photo: state.Photo, labels: LabelSet) -> None:
    """Paint, see the score at once, save, load, and let the painting be the truth elsewhere."""
    painting = paintings.receive(photo, labels)
    left, right = st.columns([3, 1], gap="medium")
    with right:
        st.toggle(
            "My labels are the truth on every page",
            value=state.uses_painted(),
            key="own_truth",
            on_change=lambda: state.use_painted(st.session_state["own_truth"]),
            help="Where you painted, every page scores against your labels; elsewhere against ours.",
        )
        _progress(painting, state.human_truth(photo, labels), labels)
        _files(photo, labels, painting)
    with left:
        paintings.painter(photo, labels)
    if state.uses_painted() and paintings.share_painted(painting):
        st.subheader("The nets, scored against your labels")
        photo = state.photo()  # its revision knows of the strokes that came with this run
        answers = panels.segment_all(photo, labels, list(shipped_nets(labels.name)))
        panels.score_table(panels.confusions(photo, labels, answers, state.truth(photo, labels)))
        st.caption("Only pixels that you labelled are counted.")


def _progress(painting: paintings.Painting | None, human: np.ndarray | None, labels: LabelSet) -> None:
    st.metric("Labelled", panels.percent(paintings.share_painted(painting)))
    if human is None:
        st.caption(panels.NO_TRUTH)
        return
    blank = np.full(human.shape, IGNORE, np.uint8)
    cm = agreement.score_against(painting.labels if painting else blank, human, len(labels))
    st.metric(
        "Mean IoU with the human labels",
        panels.percent(agreement.open_mean_iou(cm)),
        help="Pixels without a label are misses; where the human labels are void nothing is counted.",
    )
    st.metric("Pixel accuracy", panels.percent(metrics.pixel_accuracy(cm)))


def _files(photo: state.Photo, labels: LabelSet, painting: paintings.Painting | None) -> None:
    with st.popover("Save and load", icon=":material/folder_open:", width="stretch"):
        if painting:
            name = f"{photo.title.rsplit('.', 1)[0]} {labels.name}"
            # Made on request: tracing a megapixel's outlines takes half a second.
            st.download_button(
                "Save as LabelMe JSON",
                partial(labelme_file, painting.labels, labels, photo.title),
                f"{name}.json",
                "application/json",
                key="save_json",
                on_click="ignore",
            )
            st.download_button(
                "Save as label PNG",
                partial(label_png, painting.labels, labels),
                f"{name}.png",
                "image/png",
                key="save_png",
                on_click="ignore",
            )
            st.caption("Both give back the same labels, to the pixel. More than 2,000 regions fit a PNG only.")
        st.file_uploader("Load labels of this photo", FILES, key="load", on_change=_load, args=(photo, labels))
    if error := st.session_state.pop("load_error", None):
        st.error(error)


def _load(photo: state.Photo, labels: LabelSet) -> None:
    """Callback of the uploader: into the painter, or one sentence, and what was painted stays."""
    if (file := st.session_state["load"]) is None:
        return
    paintings.receive(photo, labels)  # strokes that came with this very run
    try:
        paintings.load(photo, labels, paintings.read_file(photo, labels, file.getvalue()))
    except (BadAnnotation, BadImage) as error:
        st.session_state["load_error"] = f"{file.name}: {error}"


# ---------------------------------------------------------------- stopwatch


@dataclass(frozen=True)
class Stopwatch:
    """A challenge that runs, or has ended after ``seconds``."""

    name: str  # of the painting
    started: float
    seconds: float | None = None


def stopwatch(photo: state.Photo, labels: LabelSet) -> None:
    """Label the photo against the clock; then see where you differ, and what VOC or COCO would take at your pace."""
    painting = paintings.receive(photo, labels, paintings.CHALLENGE)
    watch = st.session_state.get("stopwatch")
    mine = watch is not None and watch.name == paintings.name_of(photo, labels, paintings.CHALLENGE)
    running = mine and watch.seconds is None
    left, right = st.columns([3, 1], gap="medium")
    with right:
        if running:
            st.button("Stop", key="stop", on_click=_stop, type="primary", width="stretch", icon=":material/timer_off:")
            _clock(watch.started)
        else:
            st.button(
                "Start again" if mine else "Start",
                key="start",
                on_click=_start,
                args=(photo, labels),
                type="primary",
                width="stretch",
                icon=":material/timer:",
            )
            if not mine:
                st.caption("A blank map and a running clock: label what you can, then stop.")
        if mine and not running:
            _pace(photo, labels, painting, watch)
    with left:
        if running:
            paintings.painter(photo, labels, paintings.CHALLENGE)
        elif mine:
            _where_you_differ(photo, labels, painting)
        else:
            panels.show([panels.photo_panel(photo)], photo, labels, key="challenge_photo", columns=1)
    if attempts := st.session_state.get("attempts"):
        st.subheader("Your attempts")
        st.dataframe(pd.DataFrame(list(attempts.values())), hide_index=True)


def _start(photo: state.Photo, labels: LabelSet) -> None:
    blank = np.full(photo.size, IGNORE, np.uint8)
    paintings.load(photo, labels, blank, paintings.CHALLENGE)
    st.session_state["stopwatch"] = Stopwatch(
        paintings.name_of(photo, labels, paintings.CHALLENGE), started=time.monotonic()
    )


def _stop() -> None:
    watch = st.session_state["stopwatch"]
    st.session_state["stopwatch"] = replace(watch, seconds=time.monotonic() - watch.started)


@st.fragment(run_every=1)
def _clock(started: float) -> None:
    seconds = int(time.monotonic() - started)
    st.metric("Time", f"{seconds // 60}:{seconds % 60:02d}")


def _pace(photo: state.Photo, labels: LabelSet, painting: paintings.Painting, watch: Stopwatch) -> None:
    """The figures of an ended challenge, and its row in the table of attempts."""
    pixels = int((painting.labels != IGNORE).sum())
    pace = pixels / watch.seconds
    row = {"photo": photo.title, "classes": labels.title, "seconds": round(watch.seconds, 1), "pixels a second": pace}
    st.metric("Time", f"{watch.seconds:.1f} s")
    human = state.human_truth(photo, labels)
    if human is not None:
        iou = agreement.open_mean_iou(agreement.score_against(painting.labels, human, len(labels)))
        st.metric("Mean IoU with the human labels", panels.percent(iou))
        row["mean IoU, %"] = 100 * iou
    st.metric("Pace", f"{pace:,.0f} pixels a second")
    if pixels:
        for corpus in agreement.CORPORA:
            st.metric(f"{corpus}, at your pace", f"{agreement.hours_for(corpus, pace):,.0f} hours")
    st.session_state.setdefault("attempts", {})[watch.started] = row


def _where_you_differ(photo: state.Photo, labels: LabelSet, painting: paintings.Painting) -> None:
    human = state.human_truth(photo, labels)
    yours = Panel(title="Your labels", alt=f"Your labels of: {photo.alt}", picture=photo.image, labels=painting.labels)
    if human is None:
        panels.show([yours], photo, labels, key="differ", columns=1)
        return
    # Without a label of yours there is nothing to be told apart: such pixels are left out of the picture of errors.
    shown = np.where(painting.labels == IGNORE, IGNORE, human)
    panels.show(
        [yours, panels.truth_panel(photo, human)], photo, labels, key="differ", truth=shown, mode="errors", columns=2
    )
    found = agreement.differences(painting.labels, human, BORDER)
    st.markdown(
        f"Of the pixels with human labels you call **{panels.percent(found.at_border)}** something else within "
        f"{BORDER} px of a border and **{panels.percent(found.inside)}** inside a region; "
        f"**{panels.percent(found.missing)}** you did not label."
    )


# ---------------------------------------------------------------- agreement


def agree(photo: state.Photo, labels: LabelSet) -> None:
    """Several people's labels of one photo: how well they agree, and how the nets compare with that."""
    files = st.session_state.setdefault("annotators", {}).setdefault(paintings.name_of(photo, labels), {})
    left, right = st.columns(2, gap="medium")
    with left:
        st.file_uploader(
            "Other annotators' files of this photo: LabelMe JSON or label PNG",
            FILES,
            accept_multiple_files=True,
            key="annotator_files",
            on_change=_take_annotators,
            args=(photo, labels),
        )
    people = _people(photo, labels, files, right)
    for sentence in st.session_state.pop("annotator_errors", []):
        st.error(sentence)
    if len(people) < 2:
        st.info("Two annotators at least are needed: paint the photo yourself, add files, or imagine three people.")
        return
    maps = list(people.values())
    votes = agreement.count_votes(maps, len(labels))
    heat = agreement.disagreement(votes)
    vote = agreement.winner(votes)
    panels.show(
        [
            Panel(
                title="Where they differ",
                role="output",
                alt=f"Entropy of {len(people)} annotators' votes on: {photo.alt}",
                caption=f"bright: everybody says something else; {panels.percent(float((heat > 0).mean()))} of the pixels",
                picture=agreement.heat_picture(photo.image, heat),
            ),
            Panel(title="Their vote", role="output", alt="Majority of the votes", picture=photo.image, labels=vote),
        ],
        photo,
        labels,
        key="agreement",
        columns=2,
    )
    _agreement_tables(photo, labels, people)


def _people(
    photo: state.Photo, labels: LabelSet, files: Mapping[str, np.ndarray], place: st.delta_generator.DeltaGenerator
) -> dict[str, np.ndarray]:
    """Label maps of everybody who is counted."""
    human, painting = state.human_truth(photo, labels), paintings.find(photo, labels)
    people: dict[str, np.ndarray] = {}
    if human is not None:
        people[OURS] = human
    if paintings.share_painted(painting):
        people[YOURS] = painting.labels
    people |= files
    with place:
        if human is not None and st.toggle(
            "Imagine three more people",
            key="imagine",
            persist_state="session",
            help="Made from the human labels: everything 2 px too far right and down; the commonest class 3 px too "
            "fat; classes below 1 % of the pixels overlooked.",
        ):
            largest = int(np.bincount(human[human != IGNORE]).argmax())
            people["imagined: 2 px off"] = shifted(human, 2)
            people["imagined: 3 px too fat"] = grown(human, largest, 3)
            people["imagined: overlooks the rare"] = without_rare(human, 0.01, len(labels))
        if len(people) > 2:
            names = list(people)
            counted = st.pills("Counted", names, selection_mode="multi", default=names, key=f"counted {names}")
            people = {name: people[name] for name in names if name in counted}
    return people


def _take_annotators(photo: state.Photo, labels: LabelSet) -> None:
    """Callback of the uploader: keep what can be read, say of each other file what is wrong with it."""
    kept = st.session_state["annotators"].setdefault(paintings.name_of(photo, labels), {})
    errors = []
    for file in st.session_state["annotator_files"]:
        if file.name not in kept and len(kept) >= MAX_ANNOTATORS:
            errors.append(f"{file.name}: there are {MAX_ANNOTATORS} files already, which is as many as are compared.")
            continue
        try:
            kept[file.name] = paintings.read_file(photo, labels, file.getvalue())
        except (BadAnnotation, BadImage) as error:
            errors.append(f"{file.name}: {error}")
    st.session_state["annotator_errors"] = errors


def _agreement_tables(photo: state.Photo, labels: LabelSet, people: Mapping[str, np.ndarray]) -> None:
    names, maps = list(people), list(people.values())
    table = agreement.pairwise_iou(maps, len(labels))
    pairs = table[np.triu_indices(len(maps), 1)]
    left, right = st.columns(2, gap="large")
    with left:
        st.metric("The ceiling: mean IoU of two people", panels.percent(float(np.nanmean(pairs))))
        st.dataframe(pd.DataFrame(100 * table, names, names).style.format("{:.1f}"))
    with right:
        others = np.where(np.eye(len(maps), dtype=bool), np.nan, table)
        rows = {name: float(np.nanmean(row)) for name, row in zip(names, others, strict=True)}
        for net, answer in panels.segment_all(photo, labels, list(shipped_nets(labels.name))).items():
            scores = [metrics.mean_iou(metrics.confusion_matrix(m, answer.labels, len(labels))) for m in maps]
            rows[net] = float(np.mean(scores))
        bars = pd.DataFrame({"who": rows.keys(), "mean IoU": [100 * score for score in rows.values()]})
        bars["kind"] = ["person"] * len(people) + ["net"] * (len(rows) - len(people))
        st.markdown("**Mean IoU with these people** (for a person: with the others)")
        panels_chart(bars)


def panels_chart(bars: pd.DataFrame) -> None:
    """Bars of people and nets, best first."""
    chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            y=alt.Y("who", sort="-x", title=None, axis=alt.Axis(labelLimit=220)),
            x=alt.X("mean IoU", scale=alt.Scale(domain=[0, 100]), title="mean IoU, %"),
            color=alt.Color("kind", title=None, legend=alt.Legend(orient="bottom")),
            tooltip=["who", alt.Tooltip("mean IoU", format=".1f")],
        )
    )
    st.altair_chart(chart)


# ---------------------------------------------------------------- heavy tail


def tail(labels: LabelSet) -> None:
    """Classes by share; fold the rarest into Other, and see what that does to the scores of the same predictions."""
    left, middle, right = st.columns(3, gap="medium")
    with left:
        source = st.selectbox("Classes of", [FINE, *SETS], key="tail_source", persist_state="session")
    with middle:
        nets = list(shipped_nets(labels.name))
        net = st.selectbox("Predictions of", nets, index=len(nets) - 1, key="tail_net", persist_state="session")
    with right:
        n = st.slider("Rarest classes folded into Other", 0, len(labels) - 1, 0, key="fold", bind="query-params")
    panels.wait_for_nets()
    cm = _all_photos(net, labels)
    counts = np.zeros(len(labels), int) if cm is None else cm.sum(1)
    folding = heavy_tail.fold_rarest(counts, labels.classes, n if cm is not None else 0)
    _shares_chart(source, labels, folding.folded)
    if cm is None:
        return
    folded = fold_matrix(cm, folding.group_of)
    scores = {"Pixel accuracy": metrics.pixel_accuracy, "Mean IoU": metrics.mean_iou}
    accuracy, iou, unseen = st.columns([1, 1, 2])
    for column, (name, score) in zip((accuracy, iou), scores.items(), strict=True):
        gain = 100 * (score(folded) - score(cm))
        column.metric(f"{name}, {net}, our ten photos", panels.percent(score(folded)), f"{gain:+.1f} points by folding")
    with unseen:
        if folding.folded:
            share = counts[[labels.index(name) for name in folding.folded]].sum() / counts.sum()
            st.markdown(f"**Can no longer be seen:** {', '.join(folding.folded)}.")
            st.caption(f"Together {panels.percent(float(share))} of the labelled pixels of our ten photos.")
        else:
            st.caption("Nothing is folded yet.")
    panels.what_you_should_see(
        "Pixel accuracy can only rise as classes are folded, because no right pixel becomes wrong. The bars fall off by "
        "orders of magnitude, so the rare half of the classes hardly counts in it at all."
    )


def _shares_chart(source: str, labels: LabelSet, folded: tuple[str, ...]) -> None:
    """Shares on a logarithmic scale; hollow what stands for a class that is folded away."""
    if source == FINE:
        pixels = _fine_pixels()
        index_of = class_indices(labels)
        means = {name: () if index_of[name] == IGNORE else (labels.classes[index_of[name]],) for name in pixels}
    else:
        pixels, means = read_statistics(source).pixels, heavy_tail.meanings(source, labels)
    shares = heavy_tail.class_shares(pixels)

    def fate(name: str) -> str:
        meaning = means.get(name, ())
        if not meaning:
            return "no class of ours"
        return "folded into Other" if set(meaning) <= set(folded) else "kept"

    data = pd.DataFrame([{"class": name, "share": 100 * share, "fate": fate(name)} for name, share in shares.items()])
    # A logarithmic scale has no zero for bars to stand on: they stand on a tenth of the smallest.
    floor = 10 ** np.floor(np.log10(data["share"].min()))
    data["floor"] = floor
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("class", sort=None, title=None, axis=alt.Axis(labelAngle=-60, labelOverlap=True, labelLimit=110)),
            y=alt.Y("share", scale=alt.Scale(type="log", domain=[floor, 100]), title="% of labelled pixels"),
            y2="floor",
            color=alt.Color(
                "fate",
                title=None,
                scale=alt.Scale(
                    domain=["kept", "folded into Other", "no class of ours"], range=["#0072B2", "#E69F00", "#9aa0a6"]
                ),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["class", alt.Tooltip("share", format=".4f", title="%"), "fate"],
        )
    )
    st.altair_chart(chart, height=360)
    half = np.searchsorted(np.cumsum(data["share"]), 50) + 1
    st.caption(
        f"{len(data)} classes; the commonest {half} own half of the pixels, the rarest "
        f"{len(data) // 2} together {data['share'].tail(len(data) // 2).sum():.2f} %."
    )


@st.cache_data(show_spinner=False)
def _fine_pixels() -> dict[str, int]:
    return heavy_tail.fine_pixels(PHOTOS)


def _all_photos(net: str, labels: LabelSet) -> np.ndarray | None:
    """Confusion matrix of a net over the photos in the box; None while the nets are being loaded."""
    total = np.zeros((len(labels), len(labels)), int)
    with st.spinner("Our ten photos are being segmented …"):
        for name in PHOTOS:
            photo = state.bundled(name)
            answers = panels.segment_all(photo, labels, [net])
            if not answers:
                return None
            truth = cache.bundled_truth(name, labels.name)
            total += cache.confusion(truth, answers[net], name, 0, net, labels.name)
    return total
