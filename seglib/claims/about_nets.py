"""Claims about architectures: nets that differ in one thing, on the same validation photos."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from seglib import metrics
from seglib.claims.counts import RADII, Bench, Score, gain, percent, spread
from seglib.claims.ledger import Claim, Figure, Finding
from seglib.claims.literature import SEGNET
from seglib.claims.seeds import lead
from seglib.costs import bill
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.models import layer_table_of
from seglib.models.cards import read_card, weights_path
from seglib.receptive_field import receptive_field

FAMILY = ("fcn32s", "fcn16s", "fcn8s", "fcn4s")
WITH_SKIPS, WITHOUT_SKIPS = SEGNET["FCN-Basic"], SEGNET["FCN-Basic-NoAddition"]


def skips_help(bench: Bench) -> Finding:
    """Each net of the family against the next coarser one, and where the gain lies."""
    figures, context = [], {}
    for label_set_name in LABEL_SETS:
        counts = {net: bench.of_net(net, label_set_name) for net in FAMILY}
        for coarse, fine in itertools.pairwise(FAMILY):
            ours, theirs = counts[fine].everywhere, counts[coarse].everywhere
            figures.append(gain(f"{label_set_name}: {fine} over {coarse}", metrics.mean_iou, ours, theirs))
        best, first = counts["fcn8s"], counts["fcn32s"]
        figures.append(
            spread(
                f"{label_set_name}: fcn8s over fcn32s, more within {BORDER} px of a border than beyond",
                _more_at_the_border,
                best.within(BORDER),
                first.within(BORDER),
                best.beyond(BORDER),
                first.beyond(BORDER),
            )
        )
        context[label_set_name] = ", ".join(
            f"{net} {percent(metrics.mean_iou, net_counts.everywhere):.1f}" for net, net_counts in counts.items()
        )
        gains = {
            radius: percent(metrics.mean_iou, best.within(radius)) - percent(metrics.mean_iou, first.within(radius))
            for radius in RADII
        }
        context[f"{label_set_name}: fcn8s over fcn32s within r px"] = ", ".join(
            f"{r}: {points:+.1f}" for r, points in gains.items()
        )
        epochs = {net: read_card(weights_path(net, label_set_name))["epochs_in_all"] for net in FAMILY}
        context[f"{label_set_name}: epochs, the same for all"] = ", ".join(f"{net} {n}" for net, n in epochs.items())
    figures += lead("fcn8s", "fcn32s") + lead("fcn8s", "fcn32s", "mean_iou_at_borders")
    return Finding(tuple(figures), context)


def _more_at_the_border(ours: np.ndarray, theirs: np.ndarray, ours_far: np.ndarray, theirs_far: np.ndarray) -> float:
    near = metrics.mean_iou(ours) - metrics.mean_iou(theirs)
    return 100 * (near - (metrics.mean_iou(ours_far) - metrics.mean_iou(theirs_far)))


def shallow_is_fine_but_not_semantic(bench: Bench) -> Finding:
    """Fewer classes found, and a smaller loss at borders."""
    figures, context = [], {}
    for label_set_name in LABEL_SETS:
        shallow, deep = bench.of_net("shallow8", label_set_name), bench.of_net("fcn32s", label_set_name)
        figures += [
            gain(
                f"{label_set_name}: fcn32s over shallow8, class accuracy",
                metrics.class_accuracy,
                deep.everywhere,
                shallow.everywhere,
            ),
            spread(
                f"{label_set_name}: share of its mean IoU that shallow8 keeps at borders, over fcn32s",
                _keeps_more,
                shallow.within(BORDER),
                shallow.everywhere,
                deep.within(BORDER),
                deep.everywhere,
            ),
        ]
        for name, counts in (("shallow8", shallow), ("fcn32s", deep)):
            context[f"{label_set_name}, {name}"] = (
                f"class accuracy {percent(metrics.class_accuracy, counts.everywhere):.1f}, mean IoU "
                f"{percent(metrics.mean_iou, counts.everywhere):.1f}, within {BORDER} px of a border "
                f"{percent(metrics.mean_iou, counts.within(BORDER)):.1f}"
            )
    figures += lead("fcn32s", "shallow8", "class_accuracy")
    return Finding(tuple(figures), context)


def _keeps_more(near: np.ndarray, all_of: np.ndarray, other_near: np.ndarray, other_all: np.ndarray) -> float:
    kept = metrics.mean_iou(near) / metrics.mean_iou(all_of)
    return 100 * (kept - metrics.mean_iou(other_near) / metrics.mean_iou(other_all))


def ahead(bench: Bench, pairs: list[tuple[str, str]], score: Score, title: str) -> Finding:
    """One net against another in both label sets, with the windows of both."""
    figures, context = [], {}
    for label_set_name in LABEL_SETS:
        for ours, theirs in pairs:
            both = [bench.of_net(net, label_set_name).everywhere for net in (ours, theirs)]
            figures.append(gain(f"{label_set_name}: {ours} over {theirs}, {title}", score, *both))
            for net, counts in zip((ours, theirs), both, strict=True):
                context[f"{label_set_name}, {net}"] = (
                    f"pixel accuracy {percent(metrics.pixel_accuracy, counts):.1f}, mean IoU "
                    f"{percent(metrics.mean_iou, counts):.1f}"
                )
    for ours, theirs in pairs:
        figures += lead(ours, theirs, score.__name__)
    for net in dict.fromkeys(net for pair in pairs for net in pair):
        windows = (f"{receptive_field(layer_table_of(net, name)).size} px ({name})" for name in LABEL_SETS)
        context[f"window of {net}"] = ", ".join(windows)
    return Finding(tuple(figures), context)


def dilation_costs_resolution(_bench: Bench) -> Finding:
    """The same parameters, a wider window, and what resolution costs, from the measured bill."""
    cards = {net: read_card(weights_path(net, "street")) for net in ("plain8", "dilated8")}
    windows = {net: receptive_field(layer_table_of(net, "street")).size for net in cards}
    items = {item.stride: item for item in bill.read_bill()[1] if item.net == "dilated"}
    measured = sorted(stride for stride, item in items.items() if item.seconds)
    coarse, fine = items[measured[-1]], items[measured[0]]
    figures = (
        Figure("window of dilated8 over plain8's, same parameters", windows["dilated8"] - windows["plain8"], unit="px"),
        Figure(
            f"time at stride {fine.stride} over stride {coarse.stride}",
            round(fine.seconds / coarse.seconds - 1, 2),
            unit="times more",
        ),
        Figure(
            f"memory at stride {fine.stride} over stride {coarse.stride}",
            round(fine.peak_bytes / coarse.peak_bytes - 1, 2),
            unit="times more",
        ),
    )
    context = {f"{net}": f"{cards[net]['parameters']:,} parameters, window {windows[net]} px" for net in cards}
    return Finding(figures, context)


CLAIMS = {
    skips_help: Claim(
        "skips",
        "32s < 16s < 8s < 4s in mean IoU, and the gain lies at the border.",
        9,
        "Validation photos of both label sets; all nets from one trunk, trained on for as long, so that the longer "
        "schedule is the control's too. Then small runs of the street nets from three seeds.",
        "FCN (CVPR 2015), table 2, VOC 2011 validation: 59.4, 62.4, 62.7. SegNet (TPAMI 2017), table 1, CamVid's test "
        f"photos, all on one encoder: FCN-Basic {WITH_SKIPS.mean_iou} mean IoU and {WITH_SKIPS.boundary_f} boundary F, "
        f"the same without skips {WITHOUT_SKIPS.mean_iou} and {WITHOUT_SKIPS.boundary_f}.",
        "skip_connections?photo=china",
    ),
    shallow_is_fine_but_not_semantic: Claim(
        "shallow",
        "A shallower network has finer borders and is not very semantic.",
        7,
        f"shallow8, which ends at stride 8, against fcn32s: class accuracy, and the share of its mean IoU that each "
        f"keeps within {BORDER} px of a true border. Trained for as long, the everyday shallow8 all of it "
        "alone; over three seeds by one recipe.",
        "No figure.",
        "receptive_field?section=Theory+and+measured&window_net=shallow8",
    ),
    partial(
        ahead, pairs=[("dilated8", "plain8"), ("dilated8", "fcn32s")], score=metrics.mean_iou, title="mean IoU"
    ): Claim(
        "window",
        "Without subsampling the net looks at a small window only; dilation gives the window back.",
        7,
        "plain8 and dilated8 have the same layers, parameters, resolution and recipe, and differ in their window; "
        "fcn32s has dilated8's window on a grid four times coarser. All trained for as long, and over three seeds by "
        "one recipe.",
        "Yu & Koltun (ICLR 2016), table 3, VOC 2012 validation: a dilated context module takes a dilated front end "
        "from 69.8 to 72.1 mean IoU. FCN (CVPR 2015), table 1: a larger window is not better by itself, AlexNet 355 px "
        "39.8, VGG16 404 px 56.0, GoogLeNet 907 px 42.5.",
        "receptive_field?section=Theory+and+measured&window_net=plain8",
    ),
    partial(ahead, pairs=[("pyramid", "pyramid1")], score=metrics.pixel_accuracy, title="pixel accuracy"): Claim(
        "pyramid",
        "Image pyramids bring context to a small window.",
        8,
        "pyramid, three levels through one trunk of stride 8, against pyramid1, the same with one level, by one "
        "recipe.",
        "Farabet et al. (TPAMI 2013), Stanford Background, pixel accuracy: one scale 66.0 (from memory, unverified), "
        "three 78.8 (from a secondary source).",
        "pyramid?part=Levels&photo=china",
    ),
    dilation_costs_resolution: Claim(
        "bill",
        "Dilation widens the window at the same parameters; memory and time pay for the resolution.",
        10,
        "Layer tables, and one photo of 480x360 through dilated trunks: `python -m seglib.costs.bill`.",
        "Chen et al. (ICLR 2015), table 2: a window of 224 px, and 67.6 mean IoU, with 20.5 M parameters as with "
        "134.3 M.",
        "receptive_field?section=The+bill",
    ),
}
