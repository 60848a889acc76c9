"""Things: a detector's box or one's own, GrabCut inside it step by step, and the same scores as a net."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from seglib.before_convnets import boxes, grab_cut
from seglib.before_convnets.boxes import DETECTORS, BadBox, Box
from seglib.before_convnets.grab_cut import MOST_STEPS, SEEDS, Cut
from seglib.labels import IGNORE, LabelSet
from seglib.lecture.answers import in_range
from seglib.photos import PHOTOS
from seglib.ui import cache, page, paintings, panels, seen, state
from seglib.ui.before_convnets import boxes as detection_boxes
from seglib.ui.before_convnets import first_box
from seglib.ui.before_convnets import things_cache as detection_cache
from seglib.ui.before_convnets import things_observations as observations
from seglib.ui.before_convnets import things_results as results
from seglib.ui.before_convnets.boxes import MINE, STROKES, WHO
from seglib.ui.before_convnets.things_results import NET, Choice
from seglib.ui.components.label_painter import BoxTool

FINDS = {"Face": "astronaut", "Upper body": "astronaut", "Cat face": "chelsea"}  # bundled photos in which it does
STUFF_PHOTO = "china"  # where the button goes from a photo without stuff
MOST_BOXES = 5
MOST_VOTES = 30  # that can be asked for
VOTES = 5  # that are asked for at first
GUESSED = 3  # iterations that the guess is about, whatever the slider says
RANGES = ("below 5 % of the box", "5 to 80 % of the box", "over 80 % of the box")


@dataclass(frozen=True)
class Proposal:
    """The box that is to be cut in, others that were found, and what there is to say about them."""

    choice: Choice | None = None
    marks: tuple[Box, ...] = ()
    words: str = ""


def show(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """Who draws the box, what GrabCut makes of it, and how good that is beside a net."""
    page.wait_for_nets()
    answers = panels.segment_all(photo, label_set, [NET])
    guide = truth if truth is not None else answers[NET].labels if answers else None  # names what is in a drawn box
    first_box.choose(photo, label_set, guide, st.session_state.get("votes", VOTES))
    drawn = detection_boxes.receive(photo)
    strokes = paintings.receive(photo, SEEDS, STROKES)
    seeds = strokes.labels if strokes is not None and (strokes.labels != IGNORE).any() else None
    who, votes, step = _controls(photo, label_set, guide)
    proposal = _drawn_box(drawn, guide, step) if who == MINE else _detected_box(photo, label_set, who, votes, step)
    choice, words = proposal.choice, drawn.problem or proposal.words
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Photo, box and strokes** :small[:gray[input]]")
        tool = BoxTool(None if choice is None else tuple(choice.box), drawn.rev, tuple(map(tuple, proposal.marks)))
        paintings.painter(photo, SEEDS, STROKES, box_tool=tool, alt=_alt(photo, proposal))
    with right:
        if words:
            (st.error if drawn.problem else st.info)(words)
        if choice is None:
            if who in FINDS:
                title = PHOTOS[FINDS[who]].title
                st.button(
                    f"Where it finds one: {title}", on_click=state.choose_photo, args=(FINDS[who],), key="finds_one"
                )
            panels.show([panels.photo_panel(photo)], photo, None, key="no_box", columns=1)
            return
        stuff = choice.class_index is not None and label_set.classes[choice.class_index] not in label_set.things
        guess = _guess(label_set.classes[choice.class_index]) if who == MINE and stuff else None
        if guess and not guess.given:
            return
        try:
            cuts = _cuts(photo, seeds, choice)
            if guess:
                _answer(guess, photo, seeds, choice, guide, label_set)
        except BadBox as error:
            st.error(str(error))
            return
        masks = [grab_cut.object_mask(cut, choice.box, photo.size, seeds) for cut in cuts]
        results.show_result(photo, label_set, choice, masks[-1])
    results.scores(label_set, truth, answers, choice, masks)
    results.why(label_set, guide, truth is not None, choice, cuts)
    results.inside(photo, label_set, seeds, choice, cuts, answers)
    _say_what_is_seen(label_set, truth, answers, choice, masks)
    page.show_source(boxes.detect, grab_cut.start, grab_cut.iterate, example="grab_cut")


def _say_what_is_seen(
    label_set: LabelSet,
    truth: np.ndarray | None,
    answers: dict[str, cache.Segmentation],
    choice: Choice,
    masks: list[np.ndarray],
) -> None:
    k, sentences = choice.class_index, []
    if truth is not None and k is not None:
        name, outside = label_set.classes[k], boxes.share_outside(truth, choice.box, k)
        ious = [boxes.class_iou(truth, mask, k, choice.box) for mask in masks]
        if answers:
            net = boxes.class_iou(truth, answers[NET].labels == k, k, choice.box)
            sentences.append(observations.box_beats_a_net(ious[-1], net, NET, name, outside))
        sentences += [observations.first_iteration(ious), observations.better_than_the_box(ious, name, outside)]
    seen.what_you_should_see(
        *sentences,
        seen.always("A box needs an outside: but for strokes, all that GrabCut begins with as background lies there."),
    )


def _drawn_box(drawn: detection_boxes.Drawn, guide: np.ndarray | None, step: int) -> Proposal:
    """The visitor's own box; ``guide``, a label map, says what is in it."""
    if not drawn.box:
        return Proposal(words="Draw a box on the photo: drag from corner to corner.")
    k = None if guide is None else boxes.class_inside(guide, drawn.box)
    return Proposal(Choice(drawn.box, k, step), words=drawn.note)


def _detected_box(photo: state.Photo, label_set: LabelSet, who: str, votes: int, step: int) -> Proposal:
    """A detector's boxes on which so many windows agree, one of them chosen."""
    detector = DETECTORS[who]
    agreed = [detection for detection in detection_cache.detections(photo, who) if detection.votes >= votes]
    detections = agreed[:MOST_BOXES]
    if not detections:
        return Proposal(
            words=f"{who}: in this photo no {votes} windows agree. Ask for fewer, take another detector, or "
            "draw a box yourself."
        )
    chosen = detections[_which(photo, who, [detection.votes for detection in detections])]
    name = detector.classes.get(label_set.name)
    box = boxes.grown(chosen.box, detector, photo.size)
    choice = Choice(box, None if name is None else label_set.index(name), step)
    return Proposal(choice, tuple(detection.box for detection in detections))


def _controls(photo: state.Photo, label_set: LabelSet, guide: np.ndarray | None) -> tuple[str, int, int]:
    """Who draws the box, how many windows must agree, how many iterations."""
    who = st.segmented_control(
        "Who draws the box?",
        [*DETECTORS, MINE],
        required=True,
        key=WHO,
        bind="query-params",
        on_change=detection_boxes.who_is_chosen,
    )
    who = who or first_box.UNDECIDED  # the address named nobody we know
    left, middle, right = st.columns(3, gap="medium", vertical_alignment="bottom")
    votes = VOTES
    if who != MINE:
        votes = left.slider(
            "Windows that must agree",
            boxes.FEWEST_VOTES,
            MOST_VOTES,
            VOTES,
            key="votes",
            bind="query-params",
            help="A detector looks at many thousand windows; a true thing makes a cluster of neighbours answer.",
        )
    with middle:
        step = st.slider("GrabCut iterations", 0, MOST_STEPS, 3, key="cut_step", bind="query-params")
    box = None if guide is None else boxes.stuff_box(guide, label_set)
    with right:
        st.button(
            "Put a box round stuff" + ("" if box else " (in another photo)"),
            key="stuff_box",
            on_click=_stuff,
            args=(photo, label_set, box),
            icon=":material/grass:",
            width="stretch",
        )
    return who, votes, step


def _stuff(photo: state.Photo, label_set: LabelSet, box: Box | None) -> None:
    """Callback of the button: a box in the midst of grass or sky, in another photo if there is none in this one."""
    if box is None:
        state.choose_photo(STUFF_PHOTO)
        photo = cache.bundled_photo(STUFF_PHOTO)
        box = boxes.stuff_box(cache.bundled_truth(STUFF_PHOTO, label_set.name), label_set)
    detection_boxes.put(photo, box)
    detection_boxes.who_is_chosen()


def _which(photo: state.Photo, who: str, votes: list[int]) -> int:
    """One of several boxes; the one with most votes until another is chosen."""
    if len(votes) == 1:
        st.caption(f"{votes[0]} windows agree on one box.")
        return 0
    names = {f"{number}: {count} windows": number - 1 for number, count in enumerate(votes, 1)}
    chosen = st.pills("Boxes found", list(names), default=next(iter(names)), key=f"which {photo.key} {who}", wrap=True)
    return names.get(chosen, 0)


def _alt(photo: state.Photo, proposal: Proposal) -> str:
    box = "no box yet"
    if proposal.choice is not None:
        box = "a box from row {}, column {} to row {}, column {}".format(*proposal.choice.box)
    return f"Draw a box, or strokes, on: {photo.alt} There is {box}; detectors found {len(proposal.marks)}."


def _guess(name: str) -> page.Guess:
    return page.guess(
        f"A box in the midst of {name}. How much of it does GrabCut keep as the object, after {GUESSED} iterations?",
        RANGES,
        "stuff_guess",
    )


def _answer(
    guess: page.Guess,
    photo: state.Photo,
    seeds: np.ndarray | None,
    choice: Choice,
    guide: np.ndarray | None,
    label_set: LabelSet,
) -> None:
    """Cut as often as the guess is about, and tell how much was kept; raises `BadBox`."""
    cut = _cuts(photo, seeds, replace(choice, step=GUESSED))[-1]
    share = float(grab_cut.object_mask(cut, choice.box, photo.size, seeds)[choice.box.view].mean())
    k = choice.class_index
    outside = boxes.share_outside(guide, choice.box, k)
    guess.answer(RANGES[in_range(100 * share, RANGES)], observations.kept(share, label_set.classes[k], outside))


def _cuts(photo: state.Photo, seeds: np.ndarray | None, choice: Choice) -> list[Cut]:
    """GrabCut at every step up to the chosen one."""
    task = detection_cache.Task(photo, seeds, choice.box)
    return [detection_cache.cut(task, step) for step in range(choice.step + 1)]
