"""Claims about whole systems: texture and detection before convnets, and all together."""

from __future__ import annotations

import numpy as np

from seglib import metrics
from seglib.before_convnets import boxes, grab_cut
from seglib.before_convnets.boxes import DETECTORS, class_iou
from seglib.before_convnets.weights import load_texture
from seglib.claims.counts import Bench, Counts, gain, percent, spread
from seglib.claims.files import read_scoreboard
from seglib.claims.ledger import Claim, Figure, Finding
from seglib.costs.cost import CRF
from seglib.crf.chosen import REPORTED_ON, chosen_params
from seglib.labels import EVERYDAY, LABEL_SETS
from seglib.metrics.objects import things_and_stuff
from seglib.models.cards import read_card, weights_path
from seglib.photos import PHOTOS, load_photo, photo_truth

FOUND = {"astronaut": ("Face", "person"), "grace_hopper": ("Face", "person"), "chelsea": ("Cat face", "cat")}
VOTES = 5
CUTS = 3  # GrabCut's iterations


def texture_does_stuff(bench: Bench) -> Finding:
    """Texture against a net over stuff and things; detect-then-segment on the bundled photos' things and stuff."""
    net = bench.of_net("fcn8s", "everyday").everywhere
    texture = bench.of_texture("everyday").everywhere
    figures = [spread("the net's lead over texture, things over stuff, mean IoU", _leads_more_on_things, net, texture)]
    boxed, by_texture = [], []
    context = {
        f"{name}: mean IoU": ", ".join(
            f"{kind} {100 * scores['Mean IoU']:.1f}"
            for kind, scores in things_and_stuff(counts.sum(0), EVERYDAY).items()
        )
        for name, counts in (("texture", texture), ("fcn8s", net))
    }
    model = load_texture("everyday")
    for photo, (who, name) in FOUND.items():
        image, truth, k = load_photo(photo), photo_truth(photo, EVERYDAY), EVERYDAY.index(name)
        boxed.append(100 * class_iou(truth, _detected(image, who), k))
        by_texture.append(100 * class_iou(truth, model(image) == k, k))
        context[f"{PHOTOS[photo].title}, IoU of {name}"] = (
            f"detected and cut {boxed[-1]:.1f}, texture {by_texture[-1]:.1f}"
        )
    stuff_boxed, stuff_texture = _stuff(model)
    context["stuff in the bundled photos, mean IoU within its box"] = (
        f"cut {stuff_boxed:.1f}, texture {stuff_texture:.1f}"
    )
    figures += [
        Figure(
            "detected and cut over texture, three bundled photos' things",
            round(float(np.mean(boxed) - np.mean(by_texture)), 1),
        ),
        Figure("texture over a cut, boxes in the midst of stuff", round(stuff_texture - stuff_boxed, 1)),
    ]
    why = "Three photos and a few boxes are few: the last two figures have no spread."
    if figures[0].low <= 0 <= figures[0].high:
        why = f"The first figure is smaller than its spread: {len(net)} photos cannot tell its sign. {why}"
    return Finding(tuple(figures), context, why)


def _leads_more_on_things(net: np.ndarray, texture: np.ndarray) -> float:
    lead = {
        kind: scores["Mean IoU"] - things_and_stuff(texture, EVERYDAY)[kind]["Mean IoU"]
        for kind, scores in things_and_stuff(net, EVERYDAY).items()
    }
    return 100 * (lead["things"] - lead["stuff"])


def _detected(image: np.ndarray, who: str) -> np.ndarray:
    """What GrabCut cuts out of the best detected box, ``(H, W)`` bool; nothing without a box."""
    detections = [one for one in boxes.detect(image, DETECTORS[who]) if one.votes >= VOTES]
    if not detections:
        return np.zeros(image.shape[:2], bool)
    return _cut(image, boxes.grown(detections[0].box, DETECTORS[who], image.shape[:2]))


def _cut(image: np.ndarray, box: boxes.Box) -> np.ndarray:
    cut = grab_cut.start(image, box)
    for _ in range(CUTS):
        cut = grab_cut.iterate(cut)
    return grab_cut.object_mask(cut, box, image.shape[:2])


def _stuff(model) -> tuple[float, float]:
    """Mean IoU, within a box in the midst of stuff, of GrabCut and of texture, over the bundled photos with stuff."""
    cut, texture = [], []
    for photo in PHOTOS:
        image, truth = load_photo(photo), photo_truth(photo, EVERYDAY)
        if truth is None or (box := boxes.stuff_box(truth, EVERYDAY)) is None:
            continue
        k = boxes.class_inside(truth, box)
        cut.append(100 * class_iou(truth, _cut(image, box), k, box))
        texture.append(100 * class_iou(truth, model(image) == k, k, box))
    return float(np.mean(cut)), float(np.mean(texture))


def all_together(bench: Bench) -> Finding:
    """From fcn32s to dilation, to a large field of view, to the CRF."""
    figures, context, sentences = [], {}, []
    for label_set_name in LABEL_SETS:
        params = chosen_params(label_set_name)
        steps: dict[str, Counts] = {
            net: bench.of_net(net, label_set_name, which=REPORTED_ON) for net in ("fcn32s", "dilated8", "deeplab")
        }
        steps["deeplab + CRF"] = bench.of_net("deeplab", label_set_name, params, REPORTED_ON)
        ours, first = steps["deeplab + CRF"].everywhere, steps["fcn32s"].everywhere
        figures.append(gain(f"{label_set_name}: deeplab + CRF over fcn32s, mean IoU", metrics.mean_iou, ours, first))
        scores = {name: percent(metrics.mean_iou, step.everywhere) for name, step in steps.items()}
        context[label_set_name] = ", ".join(f"{name} {score:.1f}" for name, score in scores.items())
        if scores["deeplab"] < scores["dilated8"]:
            sentences.append(_why_the_field_costs(label_set_name, scores["dilated8"] - scores["deeplab"]))
    context["milliseconds, one photo of 480x360"] = ", ".join(f"{name} {ms:.0f}" for name, ms in _times().items())
    return Finding(tuple(figures), context, " ".join(sentences))


def _why_the_field_costs(label_set_name: str, points: float) -> str:
    """What deeplab's scores have learnt from, of which dilated8's, below it in the table, have more."""
    recipe = read_card(weights_path("deeplab", label_set_name))["recipe"]
    views = recipe["epochs"] * recipe["views"]
    return (
        f"On {label_set_name} photos the large field costs {points:.1f} points: its layers begin at random and have "
        f"had {views:,} views on a trunk that stays as it is, where dilated8's scores grew together with the trunk."
    )


def _times() -> dict[str, float]:
    """What each step takes by the scoreboard, in ms; empty before there is one."""
    board = read_scoreboard()
    names = {net: net for net in ("fcn32s", "dilated8", "deeplab")} | {"the CRF alone": CRF}
    costs = board["costs"] if board else {}
    return {step: costs[name]["milliseconds"] for step, name in names.items() if name in costs}


CLAIMS = {
    texture_does_stuff: Claim(
        "texture",
        "Texture classification does for stuff what it cannot do for things; detect-then-segment the reverse.",
        5,
        "Validation photos: texture model and fcn8s, things and stuff apart. Bundled photos: detector, box, GrabCut.",
        "TextonBoost (ECCV 2006) scores things and stuff of MSRC-21 together: no figure to hold this against.",
        "before_convnets?before=Learnt+from+photos&photo=china",
    ),
    all_together: Claim(
        "together",
        "All together: dilation, a large field of view and a CRF beat the plain fcn32s.",
        11,
        "Every second validation photo, step by step; times by the scoreboard.",
        "Chen et al. (ICLR 2015), table 1, VOC 2012 validation: 59.80 to 67.64 with a large field of view and CRF.",
        "deeplab_crf?crf_part=All+together&photo=china",
    ),
}
