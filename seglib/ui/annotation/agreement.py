"""Several people's labels of one photo, and the nets beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.annotation.polygons import BadAnnotation
from seglib.images import BadImage
from seglib.labels import IGNORE, LabelSet
from seglib.metrics import agreement
from seglib.metrics.baselines import grown, shifted, without_rare
from seglib.models.cards import shipped_nets
from seglib.photos import PHOTOS, TWICE
from seglib.quoting import quoted
from seglib.ui import cache, page, paintings, panels, record, seen, state, tables
from seglib.ui.annotation import borders, observations
from seglib.ui.components.photo_view import Panel
from seglib.ui.large_type import drawn, show_chart
from seglib.ui.uploads import files_of
from seglib.ui.words import foreign, literal, percent

MAX_ANNOTATORS = 8
YOURS, OURS, AGAIN = "your painting", "human labels", "drawn again, fast"
IMAGINED = ("imagined: 2 px off", "imagined: 3 px too fat", "imagined: overlooks the rare")
OURS_TO_NAME = (YOURS, OURS, AGAIN, *IMAGINED)  # all other names are strangers'


def agree(photo: state.Photo, label_set: LabelSet) -> None:
    """Several people's labels of one photo: how well they agree, and how the nets compare with that."""
    _compare_people(photo, label_set)
    borders.borders()
    page.show_source(agreement.pair_iou, agreement.disagreement)


def _compare_people(photo: state.Photo, label_set: LabelSet) -> None:
    """The files, the people, where they differ, and the tables; a sentence if there are not two yet."""
    files = _files_of(photo, label_set)
    left, right = st.columns(2, gap="medium")
    with left:
        st.file_uploader(
            "Other annotators' files of this photo: LabelMe JSON or label PNG",
            accept_multiple_files=True,
            key="annotator_files",
            on_change=_take_annotators,
            args=(photo, label_set),
        )
    if not st.session_state["annotator_files"]:  # the uploader was emptied, or is new on this page
        st.session_state.pop("annotators_shown", None)
    people = _people(photo, label_set, files, right)
    for sentence in st.session_state.pop("annotator_errors", []):
        st.error(literal(sentence))
    if len(people) < 2:
        twice = ", ".join(PHOTOS[name].title for name in TWICE)
        st.info(
            "Two annotators at least are needed: paint the photo yourself, add files, imagine three people, or take a "
            f"photo that we labelled twice: {twice}."
        )
        return
    votes = _votes(photo, list(people.values()), len(label_set))
    panels.show(
        [
            Panel(
                title="Where they differ",
                role="output",
                alt=f"Entropy of {len(people)} annotators' votes on: {photo.alt}",
                caption=f"glowing where they differ, on {percent(votes.share)}",
                picture=votes.heat,
            ),
            Panel(
                title="Their vote", role="output", alt="Majority of the votes", picture=photo.image, labels=votes.winner
            ),
        ],
        photo,
        label_set,
        key="agreement",
        columns=2,
    )
    _agreement_tables(photo, label_set, people)


@dataclass(frozen=True, eq=False)
class Votes:
    """Where people differ, and what most of them say."""

    heat: np.ndarray  # (H, W, 3) uint8, glowing where they differ
    share: float  # of the pixels where they differ
    winner: np.ndarray  # (H, W) label map


@cache.shared(8)
def _votes(photo: state.Photo, maps: list[np.ndarray], num_classes: int) -> Votes:
    votes = agreement.count_votes(maps, num_classes)
    heat = agreement.disagreement(votes)
    picture = agreement.heat_picture(photo.image, heat)
    return Votes(picture, float((heat > 0).mean()), agreement.winner(votes))


@cache.shared(8)
def _imagined(human: np.ndarray, num_classes: int) -> dict[str, np.ndarray]:
    """Three more people, made from one."""
    largest = int(np.bincount(human[human != IGNORE]).argmax())
    maps = shifted(human, 2), grown(human, largest, 3), without_rare(human, 0.01, num_classes)
    return dict(zip(IMAGINED, maps, strict=True))


_pairwise_iou = cache.copied(16)(agreement.pairwise_iou)


def _people(
    photo: state.Photo,
    label_set: LabelSet,
    files: Mapping[str, tuple[str, np.ndarray]],
    place: st.delta_generator.DeltaGenerator,
) -> dict[str, np.ndarray]:
    """Label maps of everybody who is counted."""
    human, painting = state.human_truth(photo, label_set), paintings.find(photo, label_set)
    people: dict[str, np.ndarray] = {}
    if human is not None:
        people[OURS] = human
    if photo.key in TWICE:
        people[AGAIN] = cache.bundled_truth(photo.key, label_set.name, second=True)
    if paintings.share_painted(painting):
        people[YOURS] = painting.labels
    for name, label_map in files.values():
        people[state.unlike(name, {*people, *OURS_TO_NAME})] = label_map
    # One person alone agrees with nobody: the page opens on something to see.
    st.session_state.setdefault("imagine", len(people) < 2)
    with place:
        if human is not None and st.toggle(
            "Imagine three more people",
            key="imagine",
            persist_state="session",
            help="Made from the human labels: everything 2 px too far right and down; the commonest class 3 px too "
            "fat; classes below 1 % of the pixels overlooked.",
        ):
            people |= _imagined(human, len(label_set))
    if len(people) > 2:
        names = list(people)
        counted = st.pills(
            "Counted",
            names,
            selection_mode="multi",
            default=names,
            format_func=lambda name: (
                name if name in (OURS, AGAIN, YOURS) or name.startswith("imagined") else foreign(name)
            ),
            key=f"counted {names}",
            wrap=True,
        )
        people = {name: people[name] for name in names if name in counted}
    return people


def _files_of(photo: state.Photo, label_set: LabelSet) -> dict[str, tuple[str, np.ndarray]]:
    """What annotators' files say of this photo, ``{digest of the file: (its name, label map)}``."""
    return st.session_state.setdefault("annotators", {}).setdefault(paintings.name_of(photo, label_set), {})


def _take_annotators(photo: state.Photo, label_set: LabelSet) -> None:
    """Callback of the uploader: keep what can be read, say of each other file what is wrong with it.

    Files go by their content, for LabelMe names them all after the photo. One that is taken back by its cross is gone
    everywhere; one that was there before another page was open lies in the uploader no more, and stays.
    """
    kept, errors = _files_of(photo, label_set), []
    before = st.session_state.get("annotators_shown", {})  # {Streamlit's id of a file: digest}
    shown: dict[str, str] = {}
    for file in files_of("annotator_files"):
        data = file.getvalue()
        digest = shown[file.file_id] = hashlib.blake2b(data, digest_size=12).hexdigest()
        if file.file_id in before:
            continue
        if digest in kept:
            errors.append(f"{quoted(file.name)}: this very file is here already, so it is counted once.")
            continue
        if len(kept) >= MAX_ANNOTATORS:
            errors.append(
                f"{quoted(file.name)}: there are {MAX_ANNOTATORS} files already, which is as many as are compared."
            )
            continue
        try:
            read = paintings.read_file(photo, label_set, data)
        except (BadAnnotation, BadImage) as error:
            errors.append(f"{quoted(file.name)}: {error}")
            continue
        kept[digest] = file.name, read.labels
        if read.notice:
            errors.append(f"{quoted(file.name)}: {read.notice}")
    for digest in set(before.values()) - set(shown.values()):
        for files in st.session_state["annotators"].values():
            files.pop(digest, None)
    st.session_state["annotators_shown"], st.session_state["annotator_errors"] = shown, errors


def _agreement_tables(photo: state.Photo, label_set: LabelSet, people: Mapping[str, np.ndarray]) -> None:
    names, maps = list(people), list(people.values())
    table = _pairwise_iou(maps, len(label_set))
    pairs = table[np.triu_indices(len(maps), 1)]
    left, right = st.columns(2, gap="medium")
    with left:
        agreed = float(np.nanmean(pairs))
        st.metric("The ceiling: mean IoU of two people", percent(agreed))
        numbered = pd.Index([f"{number}: {name}" for number, name in enumerate(names, 1)], name="Mean IoU, %")
        people_table = pd.DataFrame(100 * table, numbered, map(str, range(1, len(names) + 1)))  # short heads: all fit
        record.table("Agreement", people_table)
        shown = [f"{at}: {name if name in OURS_TO_NAME else foreign(name)}" for at, name in enumerate(names, 1)]
        tables.draw_wrapped(people_table.set_axis(pd.Index(shown, name=numbered.name)))
    with right:
        others = np.where(np.eye(len(maps), dtype=bool), np.nan, table)
        rows = {name: float(np.nanmean(row)) for name, row in zip(names, others, strict=True)}
        nets = {}
        for net, answer in panels.segment_all(photo, label_set, list(shipped_nets(label_set.name))).items():
            scores = [metrics.mean_iou(cache.confusion(m, answer, len(label_set))) for m in maps]
            nets[net] = float(np.mean(scores))
        rows |= nets
        bars = pd.DataFrame({"who": rows.keys(), "mean IoU": [100 * score for score in rows.values()]})
        bars["kind"] = ["person"] * len(people) + ["net"] * (len(rows) - len(people))
        st.markdown("**Mean IoU with these people** (for a person: with the others)")
        words = "Bars: mean IoU with these people, of each person and each net, best first."
        show_chart(_people_chart(bars), words)
    seen.what_you_should_see(observations.people_above_nets(agreed, nets, not set(IMAGINED).isdisjoint(names)))


@drawn
def _people_chart(bars: pd.DataFrame) -> alt.Chart:
    """Bars of people and nets, best first."""
    return (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            y=alt.Y("who", sort="-x", title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
            x=alt.X("mean IoU", scale=alt.Scale(domain=[0, 100]), title="mean IoU, %"),
            color=alt.Color("kind", title=None, legend=alt.Legend(orient="bottom")),
            tooltip=["who", alt.Tooltip("mean IoU", format=".1f")],
        )
    )
