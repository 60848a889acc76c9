"""The claim about where a net starts from: the weights that ImageNet taught, or random ones."""

from __future__ import annotations

import numpy as np

from seglib import metrics
from seglib.claims.counts import Bench, gain, percent
from seglib.claims.ledger import Claim, Finding, NotInTheBoxError
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.models.cards import read_card, views_in_all, weights_path
from seglib.training.held_out import group_names

NET, CONTROL = "fcn8s", "fcn8s_scratch"
SHOWN = 3  # classes that gain most, and least


def imagenet_makes_an_fcn(bench: Bench) -> Finding:
    """A net from ImageNet against the same net from random weights, trained on for as long."""
    figures, context, sentences = [], {}, []
    for label_set_name in LABEL_SETS:
        if lacking := what_is_lacking(label_set_name):
            context[label_set_name] = f"not measured: {lacking}"
            continue
        ours, control = (bench.of_net(net, label_set_name) for net in (NET, CONTROL))
        for title, score in (("mean IoU", metrics.mean_iou), ("pixel accuracy", metrics.pixel_accuracy)):
            name = f"{label_set_name}: {NET} from ImageNet over the same from random weights, {title}"
            figures.append(gain(name, score, ours.everywhere, control.everywhere))
        for name, counts in (("from ImageNet", ours), ("from random weights", control)):
            context[f"{label_set_name}, {name}"] = (
                f"pixel accuracy {percent(metrics.pixel_accuracy, counts.everywhere):.1f}, mean IoU "
                f"{percent(metrics.mean_iou, counts.everywhere):.1f}, within {BORDER} px of a border "
                f"{percent(metrics.mean_iou, counts.within(BORDER)):.1f}"
            )
        names = group_names(label_set_name)
        context[f"{label_set_name}: points of IoU by class"] = _by_class(ours.everywhere, control.everywhere, names)
        views = {net: views_in_all(read_card(weights_path(net, label_set_name))) for net in (NET, CONTROL)}
        context[f"{label_set_name}: views trained on"] = ", ".join(f"{net} {number:,}" for net, number in views.items())
        if views[CONTROL] < views[NET]:
            sentences.append(
                f"On {label_set_name} photos the control was trained on fewer views, {views[CONTROL] / views[NET]:.0%}."
            )
    if not figures:
        raise NotInTheBoxError("; ".join(f"{name} photos: {words}" for name, words in context.items()))
    return Finding(tuple(figures), context, " ".join(sentences))


def what_is_lacking(label_set_name: str) -> str:
    """Why the two cannot be compared on a label set; nothing if they can."""
    paths = [weights_path(net, label_set_name) for net in (NET, CONTROL)]
    if absent := [path.name for path in paths if not path.is_file()]:
        return f"{' and '.join(absent)} not in the box"
    ours, theirs = (read_card(path)["parameters"] for path in paths)
    return "" if ours == theirs else f"two nets of other layers, with {ours:,} and {theirs:,} parameters"


def _by_class(ours: np.ndarray, control: np.ndarray, names: tuple[str, ...]) -> str:
    """The classes that gain most and least, in words."""
    points = 100 * (metrics.iou_per_class(ours.sum(0)) - metrics.iou_per_class(control.sum(0)))
    order = [k for k in np.argsort(-points) if not np.isnan(points[k])]
    ends = order if len(order) <= 2 * SHOWN else [*order[:SHOWN], *order[-SHOWN:]]
    return ", ".join(f"{names[k]} {points[k]:+.0f}" for k in ends)


CLAIMS = {
    imagenet_makes_an_fcn: Claim(
        "imagenet",
        "ImageNet is what makes an FCN: the same net from random weights stays behind, trained for as long.",
        6,
        f"{NET} and {CONTROL}: the same layers, data, recipe and number of views; the one starts from what ImageNet "
        "taught its trunk, the other from random weights.",
        "FCN (CVPR 2015), section 4.3: “Training from scratch is not feasible considering the time required to learn "
        "the base classification nets”; with only the last layer tuned, 45.4 mean IoU instead of 59.4 (table 2). "
        "Smaller nets can: LRASPP on Cityscapes 67.9 from scratch, 69.5 from ImageNet (mmsegmentation); SegNet on "
        "CamVid's test photos 42.5 and 50.2 (from secondary sources).",
        "receptive_field?photo=chelsea&section=In+pictures",
    ),
}
