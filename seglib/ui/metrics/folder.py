"""Score a folder of labelled photos in the background: progress, a stop button, a table, a CSV file.

The folder lies on the machine that runs the app, and reading it shows names of files and what is in them. So it is
offered only if whoever started the app allowed it, and for this machine alone: see `seglib.ui.host`.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

import seglib
from seglib import metrics
from seglib.datasets import Targets, read_as
from seglib.images import MAX_PIXELS
from seglib.labels import LabelSet
from seglib.meanings import MEANING
from seglib.metrics import folder as score_folder
from seglib.models.cards import shipped_nets
from seglib.ui import cache, host, page, record, tables
from seglib.ui.background import Job
from seglib.ui.loading import loading
from seglib.ui.metrics import charts as metrics_charts
from seglib.ui.words import foreign, literal

OWN = "folder"  # the layout whose indices are the chosen classes themselves
LAYOUTS = {OWN: "the classes above", "camvid": "CamVid (11 classes, or the 32 colours)", "voc": "VOC 2012"}


class Scoring(Job[score_folder.Result]):
    """A folder being scored, one photo after the other."""

    def __init__(
        self,
        examples: list[score_folder.Example],
        nets: dict[str, score_folder.Net],
        use_saved: bool,
        reading: Targets,
    ) -> None:
        self.examples = examples
        self.done = 0
        self.table: list[dict] = []  # a row of numbers for each photo and predictor
        self.totals: dict[str, np.ndarray] = {}
        self.notices: Counter[str] = Counter()  # how many photos each is said of
        super().__init__(
            lambda _halt: score_folder.score_examples(examples, reading.num_source_classes, nets, use_saved, reading),
            self._add,
            "score-folder",
        )

    def _add(self, result: score_folder.Result) -> None:
        for name, cm in result.matrices.items():
            self.totals[name] = self.totals.get(name, 0) + cm
        self.table += score_folder.rows(result)
        self.notices.update(result.notices)
        self.done += 1


def folder(label_set: LabelSet) -> None:
    """Ask for a folder, score it, show what came out."""
    page.wait_for_nets()
    st.markdown(
        "A folder with `images/` and `labels/` (PNG, one class index a pixel, 255 = void, or LabelMe JSON), and if "
        "you like `predictions/` in the same form: files of one name belong together. Photos are read one at a time, "
        f"so ten thousand need no more memory than ten; one of more than {MAX_PIXELS:,} pixels is shrunk for the nets, "
        "which `python -m seglib.evaluate` does if told `--shrunk`."
    )
    with st.expander("Class indices"):
        st.markdown(", ".join(f"{k} = {name}" for k, name in enumerate(label_set.classes)))
    if not host.may_open_folders():
        st.info(
            "This reads a folder on the machine that runs the app, so it is switched off until that machine's owner "
            "allows it, and only where no other machine can open the page. If that is you: stop the app and start it "
            f"with `{host.LOCAL_FOLDERS}=1 streamlit run demo_app.py --server.address 127.0.0.1`.",
            icon=":material/lock:",
        )
        return
    job = st.session_state.get("folder_job")
    nets = list(shipped_nets(label_set.name))
    root = st.text_input("Folder", key="folder_root", placeholder="/home/you/photos", persist_state="session")
    layout = st.selectbox(
        "Its labels are those of",
        [OWN, *(name for name, meanings in MEANING.items() if name != OWN and label_set.name in meanings)],
        format_func=lambda name: LAYOUTS.get(name, name),
        key=f"folder_layout_{label_set.name}",
        help="What an index, or a colour, means. Classes that a data set cannot tell apart are scored as one.",
    )
    chosen = st.pills(
        "Score",
        [*nets, score_folder.SAVED],
        selection_mode="multi",
        default=nets[-1:],
        key=f"folder_nets_{label_set.name}",
        wrap=True,
    )
    left, right = st.columns([1, 5])
    running = job is not None and job.running
    ready = bool(root and chosen) and not running and not loading()
    if left.button("Score the folder", disabled=not ready, type="primary", key="folder_start"):
        job = _start(root, label_set, layout, chosen)
    if right.button("Stop", disabled=job is None or not job.running, key="folder_stop"):
        job.stop()
        st.rerun()
    if job is not None:
        _follow(job)


def _start(root: str, label_set: LabelSet, layout: str, chosen: list[str]) -> Scoring | None:
    """A new job for the session, already running; None, and a sentence on the page, if there is nothing to score."""
    try:
        folder = Path(root).expanduser()
        examples = score_folder.list_examples(folder)
    except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: ~nobody has no home
        st.error(f"There is no labelled folder {foreign(root)}: {literal(_reason(error, root))}.")
        return None
    nets = {net: partial(_predict, net, label_set.name) for net in chosen if net != score_folder.SAVED}
    job = st.session_state["folder_job"] = Scoring(
        examples, nets, score_folder.SAVED in chosen, read_as(layout, label_set)
    )
    job.start()
    st.rerun()


def _reason(error: Exception, root: str) -> str:
    """What is wrong with the folder, without its name, which is a stranger's text."""
    if isinstance(error, OSError):
        return error.strerror or "it cannot be read"
    if isinstance(error, RuntimeError):
        return "it names a home that nobody has"
    return "it " + str(error).removeprefix(str(Path(root).expanduser())).strip()


def _predict(net: str, label_set_name: str, image: np.ndarray) -> np.ndarray:
    return seglib.predict(cache.model(net, label_set_name), image).labels


def _follow(job: Scoring) -> None:
    """Progress while it runs, refreshed by itself; the results so far, or all of them."""

    @st.fragment(run_every=0.5 if job.running else None)
    def progress() -> None:
        job.look()
        count = len(job.examples)
        st.progress(job.done / count, text=f"{job.done} of {count} photos")
        if job.running:
            st.session_state["folder_was_running"] = True
        elif st.session_state.pop("folder_was_running", False):
            st.rerun()  # draws the results, and ends the polling

    progress()
    if job.failure:
        st.error(f"It stopped before its time. {job.failure}")
    if job.running or not job.table:
        return
    if job.totals:
        st.header("The whole folder, one matrix for each predictor")
        metrics_charts.show_scores(metrics_charts.score_table(job.totals), "The whole folder")
    table = pd.DataFrame(job.table, columns=list(score_folder.COLUMNS))
    scored = table[table["problem"].isna()].drop(columns="problem").sort_values("mean_iou")
    problems = table.loc[table["problem"].notna(), ["photo", "problem"]]
    st.header(f"Photo by photo, worst first: {scored['photo'].nunique()} scored")
    shares = ["pixel_accuracy", "class_accuracy", "mean_iou"]
    record.table("Photo by photo", scored)
    st.dataframe(
        scored.assign(**{name: 100 * scored[name].astype(float) for name in shares}),
        column_config=dict.fromkeys(shares, tables.PERCENT),
        hide_index=True,
    )
    for notice, count in job.notices.items():
        st.info(f"{count} {'photo' if count == 1 else 'photos'}: {notice}", icon=":material/info:")
    if len(problems):
        st.header(f"Not scored, and why: {len(problems)}")
        st.dataframe(problems, hide_index=True, column_config={"problem": st.column_config.TextColumn(width="large")})
    st.download_button(
        "Download as CSV", score_folder.to_csv(job.table), "scores.csv", "text/csv", icon=":material/download:"
    )
    means = {name: metrics.mean_iou(cm) for name, cm in job.totals.items()}
    if means:
        st.caption(
            "Mean IoU above is of one matrix for the folder; the mean of the photos' own mean IoUs would be "
            + ", ".join(
                f"{100 * scored.loc[scored['predictor'] == name, 'mean_iou'].mean():.1f} % ({name})" for name in means
            )
            + "."
        )
