"""Watch a net learn: play, pause, step, look back; pin a run and start another beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial

import cv2
import numpy as np
import streamlit as st

from seglib import metrics
from seglib.labels import EVERYDAY, IGNORE, LabelSet
from seglib.photos import PHOTOS
from seglib.teach.live_settings import BALANCES, BATCHES, EPOCHS, LEARNING_RATES, STARTS, Settings
from seglib.ui import panels, seen, state
from seglib.ui.cache import bundled_photo, bundled_truth
from seglib.ui.components.photo_view import Panel
from seglib.ui.lecture.plain import escaped
from seglib.ui.photo import Photo
from seglib.ui.teach import cache, learn_charts, lesson, observations
from seglib.ui.teach.live_run import TURNS, LiveRun
from seglib.ui.teach.pictures import own_truth
from seglib.ui.words import percent

BOX, OWN = "the other photos in the box", "your strokes"
# Held out, while the other nine in the box teach: a third of its pixels is right within ten epochs, and with skips
# more than without, for each seed that was tried.
SHOWS_MOST = "astronaut"
EVERY = 0.7  # seconds between two looks


@dataclass(frozen=True, eq=False)
class Data:
    """What a run learns from and is held against."""

    label_set: LabelSet
    photos: tuple[tuple[Photo, np.ndarray], ...] = field(repr=False)  # with their labels
    held_out: Photo = field(repr=False)
    truth: np.ndarray | None = field(repr=False)

    @property
    def key(self) -> tuple:
        """Tells this data from others of this visitor."""
        painted = tuple((photo.key, int((labels != IGNORE).sum())) for photo, labels in self.photos)
        return self.label_set.classes, painted, self.held_out.key

    @cached_property
    def unknown(self) -> list[str]:
        """Names, ready to be shown, of the classes of the held-out photo that nothing teaches."""
        if self.truth is None:
            return []
        taught = {int(k) for _, labels in self.photos for k in np.unique(labels)}
        there = [int(k) for k in np.unique(self.truth) if k != IGNORE]
        return [escaped(self.label_set.classes[k]) for k in there if k not in taught]


def experiment() -> None:
    """The page's second part."""
    photo = state.photo()
    settings, which = choose_settings()
    data = own_data(photo) if which == OWN else box_data(photo, state.label_set())
    if data is None:
        st.info("Paint a few strokes first, under *Your own classes*; then a net of your own can learn from them.")
        return
    run, pinned = st.session_state.get("live_run"), st.session_state.get("live_pinned")
    if run is not None and run.key != (settings, data.key):
        run.stop()
        run = st.session_state["live_run"] = None
    if pinned is not None and pinned.key[1] != data.key:
        pinned = st.session_state["live_pinned"] = None
    controls(run, settings, data)
    if run is None and which == BOX and data.label_set is EVERYDAY and photo.key != SHOWS_MOST:
        st.button(
            f"Where skips show: {PHOTOS[SHOWS_MOST].title}",
            key="live_shows_most",
            on_click=state.choose_photo,
            args=(SHOWS_MOST,),
            icon=":material/image_search:",
            help="Most photos in the box show what the others teach nothing of. Of this one they teach something.",
        )
    moving = run is not None and run.alive
    st.fragment(watch, run_every=EVERY if moving else None)(run, pinned, data)


def choose_settings() -> tuple[Settings, str]:
    """All settings, kept in the link; the two that matter most in sight."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        start = st.segmented_control(
            "Features", STARTS, default=STARTS[0], required=True, key="live_start", bind="query-params"
        )
        skips = st.toggle("Skips", value=True, key="live_skips", bind="query-params")
        with st.popover("More", icon=":material/tune:"):
            which = st.segmented_control(
                "Learn from", [BOX, OWN], default=BOX, required=True, key="live_data", bind="query-params"
            )
            rate = st.select_slider("Learning rate", LEARNING_RATES, value=0.003, key="live_rate", bind="query-params")
            batch = st.select_slider("Crops in a batch", BATCHES, value=4, key="live_batch", bind="query-params")
            balance = st.segmented_control(
                "Balance of classes",
                BALANCES,
                default=BALANCES[0],
                required=True,
                key="live_balance",
                bind="query-params",
            )
            overlap = st.toggle("Overlap in the loss", key="live_overlap", bind="query-params")
            seed = st.number_input("Seed", 0, 999, key="live_seed", bind="query-params")
    return Settings(start, skips, overlap, balance, rate, batch, seed), which


def box_data(photo: Photo, label_set: LabelSet) -> Data:
    """The bundled photos with human labels, but for the one that is shown."""
    others = [bundled_photo(key) for key in PHOTOS if key != photo.key]
    pairs = tuple((other, bundled_truth(other.key, label_set.name)) for other in others)
    return Data(label_set, pairs, photo, state.human_truth(photo, label_set))


def own_data(photo: Photo) -> Data | None:
    """The visitor's strokes; None without strokes of two classes."""
    lesson.receive(photo)
    painted = lesson.taught(()).photos
    known = {int(k) for _, strokes in painted for k in np.unique(strokes)} - {IGNORE}
    own = lesson.classes()
    return Data(own, painted, photo, own_truth(photo, own)) if len(known) > 1 else None


def _begin(settings: Settings, data: Data) -> LiveRun:
    """A run that has not begun; photos are prepared here, where caches may be asked."""
    photos = [cache.live_photo(photo, labels, settings.start) for photo, labels in data.photos]
    blank = np.full(data.held_out.size, IGNORE, np.uint8)
    held_out = cache.live_photo(data.held_out, blank if data.truth is None else data.truth, settings.start)
    train = cache.trainer()
    return LiveRun((settings, data.key), partial(train, settings, photos, held_out, len(data.label_set)))


def controls(run: LiveRun | None, settings: Settings, data: Data) -> None:
    """Play, pause, step, begin again, pin."""
    with st.container(horizontal=True):
        if run is not None and run.playing and run.alive:
            st.button("Pause", key="live_pause", icon=":material/pause:", on_click=run.pause, type="primary")
        else:
            ended = run is not None and not run.alive and bool(run.epochs)
            st.button(
                "Play",
                key="live_play",
                icon=":material/play_arrow:",
                on_click=_press,
                args=("play", settings, data),
                disabled=ended,
                type="primary",
            )
        st.button(
            "Step",
            key="live_step",
            icon=":material/skip_next:",
            on_click=_press,
            args=("step", settings, data),
            disabled=run is not None and run.playing,
            help="One epoch: ten batches of crops",
        )
        some = run is not None and bool(run.epochs)
        st.button("Begin again", key="live_again", icon=":material/replay:", on_click=_forget, disabled=not some)
        st.button(
            "Pin this run",
            key="live_pin",
            icon=":material/push_pin:",
            on_click=_pin,
            disabled=not some,
            help="Keep it beside the next one, which begins with the same weights if seed and net are the same",
        )


def _press(button: str, settings: Settings, data: Data) -> None:
    run = st.session_state.get("live_run")
    if run is None:
        run = st.session_state["live_run"] = _begin(settings, data)
    st.session_state["live_follow"] = True
    getattr(run, button)()


def _forget() -> None:
    st.session_state.pop("live_run").stop()


def _pin() -> None:
    run = st.session_state.pop("live_run")
    run.stop()
    st.session_state["live_pinned"] = run


def watch(run: LiveRun | None, pinned: LiveRun | None, data: Data) -> None:
    """What there is now; drawn again and again while the run goes on."""
    runs = {"pinned": pinned, "this run": run}
    shown = {name: list(some.epochs) for name, some in runs.items() if some is not None and some.epochs}
    if run is not None:
        run.look()
        if run.failure:
            st.error("The training stopped by a mistake of ours: begin again, or choose other settings.")
        elif run.playing and not run.alive and run.epochs:
            run.playing = False
            st.rerun()
        if run.alive and run.playing and TURNS.waiting > 1:
            st.caption(
                f"{TURNS.waiting} runs stand in line: an epoch of yours about every {TURNS.seconds_to_wait:.0f} s."
            )
    if not shown:
        st.info("Press play: the net begins with random scores.", icon=":material/play_arrow:")
    number = choose_epoch(shown)
    pictures = [panels.photo_panel(data.held_out)]
    if data.truth is not None:
        pictures.append(panels.truth_panel(data.held_out, data.truth))
    for name, epochs in shown.items():
        epoch = epochs[min(number, len(epochs) - 1)]
        pictures.append(held_out_panel(name, data, epoch))
    panels.show(
        pictures, data.held_out, data.label_set, key="live_view", columns=2 if len(pictures) == 4 else len(pictures)
    )
    heart = None
    if shown:
        learn_charts.curves(shown, number)
        newest = shown.get("this run") or shown["pinned"]
        epoch = newest[min(number, len(newest) - 1)]
        heart = observations.known_by_heart(epoch.train_iou, epoch.held_out_iou, epoch.number)
    seen.what_you_should_see(heart, observations.cannot_know(data.unknown))


def choose_epoch(shown: dict[str, list]) -> int:
    """The epoch to look at: the newest, until the slider was moved back."""
    newest = max((len(epochs) - 1 for epochs in shown.values()), default=0)
    if newest < 1:
        return newest
    if st.session_state.get("live_follow", True) or st.session_state.get("live_epoch", 0) > newest:
        st.session_state["live_epoch"] = newest
    return st.slider("Epoch", 0, newest, key="live_epoch", on_change=_look_back, args=(newest,))


def _look_back(newest: int) -> None:
    st.session_state["live_follow"] = st.session_state["live_epoch"] >= newest


def right_share(truth: np.ndarray, labels: np.ndarray, num_classes: int) -> float:
    """Pixel accuracy of labels ``(h, w)`` that may be smaller than their truth ``(H, W)``."""
    small = cv2.resize(truth.astype(np.uint8), labels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return metrics.pixel_accuracy(metrics.confusion_matrix(small, labels, num_classes))


def held_out_panel(name: str, data: Data, epoch: object) -> Panel:
    """The held-out photo's answer after an epoch."""
    words = ""
    if not np.isnan(epoch.held_out_iou):
        right = right_share(data.truth, epoch.labels, len(data.label_set))
        words = f", mean IoU {percent(epoch.held_out_iou)}, pixel accuracy {percent(right)}"
    return Panel(
        title=f"Held out, {name}",
        role="output",
        alt=f"Classes after epoch {epoch.number} on: {data.held_out.alt}{words}",
        caption=f"epoch {epoch.number} of {EPOCHS}{words}",
        picture=data.held_out.image,
        labels=epoch.labels,
    )
