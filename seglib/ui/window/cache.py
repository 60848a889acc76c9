"""What was found out about a pixel's window, kept for all visitors; computed aside, with progress and a stop button.

Results are shared and changed by nobody. While something is computed by threads of their own, the page only looks on:
whatever the visitor does next ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, wraps

import numpy as np
import streamlit as st

from seglib.photos import PHOTOS
from seglib.ui import cache
from seglib.ui.background import Job
from seglib.ui.photo import Photo
from seglib.ui.recent import Recent

LOOK = 0.05  # seconds between two looks at the progress
OTHERS = 3  # photos of the box that the effective field is averaged over, beside the one on the page
kept = Recent(96)  # a map of energies is the largest, a megabyte for the largest photo
_among = threading.Semaphore(2)  # convolutions run on one thread each


@dataclass(frozen=True)
class Work:
    """Something to be computed in steps."""

    key: Hashable  # names the result
    steps: Callable[[], Iterator[tuple[object, float]]]  # results, each better, and the share of the work that is done


def in_steps(steps: Callable[..., Iterator[tuple[object, float]]]) -> Callable[..., Work]:
    """Decorator of a generator: a call makes `Work`, whose result goes by the arguments; objects by their ``key``."""

    @wraps(steps)
    def work(*arguments: Hashable) -> Work:
        names = (getattr(argument, "key", argument) for argument in arguments)
        return Work((*names, steps.__name__), partial(steps, *arguments))

    return work


@in_steps
def field(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], class_index: int
) -> Iterator[tuple[np.ndarray, float]]:
    """Gradient energy ``(H, W)`` of the score of a class at a pixel, mean over this photo and some of the box."""
    from seglib.window.effective_field import effective_field, fitted

    others = [fitted(cache.bundled_photo(name).image, photo.size) for name in PHOTOS if name != photo.key][:OTHERS]
    images = [photo.image, *others]
    energies = effective_field(cache.model(net, label_set_name), images, point, class_index)
    for count, energy in enumerate(energies, 1):
        yield energy, count / len(images)


@in_steps
def occlusion(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], patch: int
) -> Iterator[tuple[object, float]]:
    """What a grey patch anywhere does to the probabilities at a pixel, see `seglib.window.occlusion.occlude`."""
    from seglib.window.occlusion import occlude

    for covered in occlude(cache.model(net, label_set_name), photo.image, point, patch):
        yield covered, covered.done


@in_steps
def window(
    photo: Photo, label_set_name: str, net: str, point: tuple[int, int], sides: tuple[int, ...]
) -> Iterator[tuple[list, float]]:
    """What the net says of a pixel if it sees nothing but a crop around it, for crops of these sides."""
    from seglib.window.crops import window_test

    crops = []
    for crop in window_test(cache.model(net, label_set_name), photo.image, point, sides):
        crops.append(crop)
        yield crops, len(crops) / len(sides)


def compute_all(work: Mapping[str, Work], words: str) -> dict[str, object] | None:
    """The last result of each piece of work, by name: from memory, or computed side by side with progress.

    None if the visitor stopped it. A piece that follows from another's result can come in a second call.
    """
    results = {name: kept.get(piece.key) for name, piece in work.items()}
    missing = [name for name, result in results.items() if result is None]
    if not missing:
        return results
    stop = f"stop {' '.join(missing)}"
    if st.session_state.get(stop):
        st.info("Stopped. Click a pixel, change a control, or go on with this one.")
        st.button("Go on", key="window_go_on")
        return None
    done = dict.fromkeys(missing, 0.0)

    def take(name: str, step: tuple[object, float]) -> None:
        results[name], done[name] = step

    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=words)
        st.button("Stop", key=stop, icon=":material/stop:")
    jobs = [Job(partial(_and_keep, work[name]), partial(take, name), f"window {name}", _among) for name in missing]
    for job in jobs:
        job.start()
    try:
        while running := [job for job in jobs if job.running]:
            for job in running:
                job.look(LOOK / len(running))
            bar.progress(min(sum(done.values()) / len(done), 1.0), text=words)  # here a click ends this run
    finally:
        for job in jobs:
            job.halt()
    place.empty()
    for job in jobs:
        if job.error is not None:  # what went wrong in a thread is said on the page
            raise job.error
    return results


def _and_keep(work: Work, _halt: threading.Event) -> Iterator[tuple[object, float]]:
    """The steps of the work; once all have been taken, the last result is kept."""
    result = None
    for result, share in work.steps():
        yield result, share
    kept.put(work.key, result)
