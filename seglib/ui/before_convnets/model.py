"""The texture model of many photos, beside a net: windows, classifiers, and stuff and things scored apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from seglib import metrics
from seglib.assets import read_json
from seglib.before_convnets import textons
from seglib.before_convnets.classifier import CLASSIFIERS, label_cells
from seglib.before_convnets.weights import texture_path
from seglib.labels import LabelSet
from seglib.metrics import objects
from seglib.models.cards import read_card, shipped_nets
from seglib.ui import inputs, page, panels, seen, state, tables
from seglib.ui.before_convnets import observations, texture_cache, texture_charts
from seglib.ui.components.photo_view import Panel
from seglib.ui.words import percent

NET = "fcn8s"
FACTORS = {"a quarter": 0.25, "half": 0.5, "as learnt": 1.0, "twice": 2.0, "four times": 4.0}
CLASSIFIER_NAMES = {"linear": "linear", "nearest": "nearest neighbour"}
SCORES = ("pixel_accuracy", "class_accuracy", "mean_iou")
OUTCOMES = ("it does not fall", "it falls by up to 10 points", "it falls by more than 10 points")


def trained(photo: state.Photo, label_set: LabelSet, truth: np.ndarray | None) -> None:
    """The shipped model on the photo, beside the net, at any window."""
    page.wait_for_nets()
    if not texture_path(label_set.name).is_file():
        panels.show([panels.photo_panel(photo)], photo, None, key="trained_none", columns=1)
        st.info("The texture model in the box was learnt for everyday classes only: choose those at the top.")
        return
    left, middle, right = st.columns(3)
    with left:
        size = st.select_slider("Window", list(FACTORS), value="as learnt", key="model_window", bind="query-params")
    with middle:
        kind = st.segmented_control(
            "Classifier",
            CLASSIFIERS,
            format_func=CLASSIFIER_NAMES.get,
            default="linear",
            required=True,
            key="classifier",
            bind="query-params",
        )
    with right:
        options = ["classes", "errors"] if truth is not None else ["classes"]
        view = st.segmented_control(
            "Show", options, default="classes", required=True, key="texture_view", bind="query-params"
        )
    with st.spinner("Counting words in the photo …"):
        texture_labels = texture_cache.model_labels(photo, label_set.name, kind, FACTORS[size])
    windows = {factor: _sides(photo, label_set, factor) for factor in FACTORS.values()}
    side, surroundings = windows[FACTORS[size]]
    answers = panels.segment_all(photo, label_set, [NET])
    predictions = {f"texture, {CLASSIFIER_NAMES[kind]}": texture_labels} | {
        net: answer.labels for net, answer in answers.items()
    }
    cms = compare(photo, label_set, truth, predictions, key="trained", view=view)
    st.caption(
        f"A window has {side:.0f} pixels of this photo a side, its surroundings {surroundings:.0f}: the model counts "
        "words in both."
    )
    curve = _window(photo, label_set, truth, kind, {f: sides[0] for f, sides in windows.items()}, side) if cms else None
    seen.what_you_should_see(
        *_stuff_and_things(label_set, list(cms.values())),
        curve and observations.best_window("texture/window", curve, "On this photo"),
    )
    st.header("On the validation photos")
    _validation(label_set)
    page.show_source(textons.histograms, label_cells)


def _sides(photo: state.Photo, label_set: LabelSet, factor: float) -> list[float]:
    """Sides of the model's windows, made larger or smaller by ``factor``, in pixels of the photo."""
    model = texture_cache.model(label_set.name)
    scale = max(1, max(photo.size) / model.side)  # of the photo to the one that is looked at
    return [(2 * radius + 1) * model.cell * scale for radius in model.scaled(factor)]


def _window(
    photo: state.Photo, label_set: LabelSet, truth: np.ndarray, kind: str, sides: Mapping[float, float], now: float
) -> dict[float, float] | None:
    """Pixel accuracy by the window's side in pixels, after a guess; None before one.

    ``sides``: in pixels, by factor; ``now``: of the window that is chosen.
    """
    guess = page.guess(
        "What happens to the texture model's pixel accuracy on this photo if its window shrinks to a quarter of what "
        "it was taught with?",
        OUTCOMES,
        "model_window_guess",
    )
    if not guess.given:
        return None
    accuracies = _accuracies(photo, label_set, truth, kind)
    taught, quarter = accuracies[FACTORS["as learnt"]], accuracies[FACTORS["a quarter"]]
    fall = 100 * (taught - quarter)
    guess.answer(
        OUTCOMES[0 if fall <= 0 else 1 if fall <= 10 else 2],
        f"{percent(taught)} of the pixels are right at the window it was taught with, {percent(quarter)} at a quarter.",
    )
    curve = {sides[factor]: accuracy for factor, accuracy in accuracies.items()}
    texture_charts.window_curve({CLASSIFIER_NAMES[kind]: curve}, now, "pixel accuracy")
    return curve


def _stuff_and_things(label_set: LabelSet, cms: list[np.ndarray]) -> list[seen.Sentence | None]:
    """What the confusion matrices of texture model and net, if both are there, say about stuff and things."""
    if len(cms) < 2:
        return []
    ours, net = cms
    cards = shipped_nets(label_set.name)
    rows = {"texture": read_card(texture_path(label_set.name))["figures"], NET: cards[NET]["figures"]}
    kinds = [objects.things_and_stuff(cm, label_set) for cm in cms]
    return [
        observations.stuff_beside_a_net(ours, net, NET, label_set),
        observations.stuff_over_things(*kinds, NET, _gaps(label_set, rows)),
    ]


def _accuracies(photo: state.Photo, label_set: LabelSet, truth: np.ndarray, kind: str) -> dict[float, float]:
    """Pixel accuracy of the texture model on the photo for each factor of its window."""
    maps = {factor: texture_cache.model_labels(photo, label_set.name, kind, factor) for factor in FACTORS.values()}
    return {
        factor: metrics.pixel_accuracy(metrics.confusion_matrix(truth, labels, len(label_set)))
        for factor, labels in maps.items()
    }


def compare(
    photo: state.Photo,
    label_set: LabelSet,
    truth: np.ndarray | None,
    predictions: Mapping[str, np.ndarray],
    key: str,
    view: inputs.View = "classes",
    scored: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Label maps beside the photo and the truth, and their scores; ``scored`` is the truth of the pixels that count."""
    scored = truth if scored is None else scored
    cms: dict[str, np.ndarray] = {}
    if truth is not None and scored is not None:
        cms = {
            name: metrics.confusion_matrix(scored, prediction, len(label_set))
            for name, prediction in predictions.items()
        }
    shown = [panels.photo_panel(photo)]
    if truth is not None:
        shown.append(panels.truth_panel(photo, truth))
    for name, prediction in predictions.items():
        caption = f"pixel accuracy {percent(metrics.pixel_accuracy(cms[name]))}" if name in cms else ""
        alt = f"Classes by {name}: {photo.alt} {caption}"
        shown.append(Panel(title=name, role="output", alt=alt, caption=caption, picture=photo.image, labels=prediction))
    panels.show(shown, photo, label_set, key=key, truth=truth, mode=view, columns=2)
    if truth is None:
        st.info("There are no human labels of these classes for this photo, so there is nothing to score against.")
        return cms
    st.header("Scores on this photo")
    tables.score_table(cms)
    st.header("Stuff and things apart")
    tables.kinds_table({name: objects.things_and_stuff(cm, label_set) for name, cm in cms.items()})
    return cms


def _validation(label_set: LabelSet) -> None:
    """Figures of the card, of the nets' cards, and what each kind of words adds."""
    path = texture_path(label_set.name)
    card, nets = read_card(path), shipped_nets(label_set.name)
    rows = {"texture": card["figures"]} | {net: nets[net]["figures"] for net in (NET,) if net in nets}
    table = pd.DataFrame(
        {name: [100 * figures[key] for key in SCORES] for name, figures in rows.items()}, index=list(tables.SCORES)
    ).T.rename_axis("Model")
    tables.show_wrapped(table)
    anchor = (
        " The best known of its kind, TextonBoost (Shotton et al., ECCV 2006), boosts textons in boxes at learnt "
        "offsets and adds a random field; ours has two centred windows, a linear classifier and no random field. The "
        "paper's figures are of other classes and photos, and are left out here."
    )
    st.caption(
        f"Per cent, the {card['figures']['images']} validation photos of {card['data']['validation']}, by "
        f"`python -m seglib.evaluate --labels {label_set.name} --model texture`; learnt in {card['minutes']} minutes "
        f"of one core from {sum(card['photos'].values())} photos by `python -m seglib.training.train_texture`."
        + (anchor if label_set.name == "everyday" else "")
    )
    if NET in nets:
        st.markdown("**Class by class**")
        # Figures also hold what a data set cannot tell apart, such as VOC's background: that is no class.
        ours, net = ({name: figures["iou"][name] for name in label_set.classes} for figures in rows.values())
        texture_charts.class_gaps(ours, net, NET, label_set.things)
        st.caption(f"IoU on the same photos, largest lead of texture first. {_gaps(label_set, rows)}")
    ablation = path.with_name(f"{label_set.name}-ablation.json")
    if ablation.is_file():
        measured = read_json(ablation)
        table = pd.DataFrame.from_dict(measured["rows"], orient="index")[list(SCORES)]
        table.columns = list(tables.SCORES)
        st.markdown("**What each kind of words adds**")
        tables.show_wrapped((100 * table).rename_axis("Words and classifier"))
        st.caption(
            f"Per cent of {measured['windows']:,} windows of the validation photos, learnt from "
            f"{measured['learnt_from']:,} windows: fewer than the model above. "
            f"`python -m benchmarks.texture --labels {label_set.name}`"
        )


def _gaps(label_set: LabelSet, rows: Mapping[str, Mapping]) -> str:
    """How far texture is behind the net, over stuff and over things."""
    words = []
    for kind, names in (("stuff", set(label_set.classes) - label_set.things), ("things", label_set.things)):
        ious = {model: [figures["iou"][name] for name in sorted(names)] for model, figures in rows.items()}
        known = [(ours, net) for ours, net in zip(*ious.values(), strict=True) if None not in (ours, net)]
        ours, net = np.mean(known, axis=0)
        words.append(f"{kind}: {100 * ours:.1f} against {100 * net:.1f} %")
    return f"Mean IoU over {words[0]}, over {words[1]}."
