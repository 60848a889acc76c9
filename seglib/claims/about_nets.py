"""Claims about architectures: nets that differ in one thing, on the same validation photos."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from seglib import metrics
from seglib.claims.counts import RADII, Bench, gain, percent, spread
from seglib.claims.ledger import Claim, Finding
from seglib.claims.literature import SEGNET
from seglib.claims.seeds import lead
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.models.cards import read_card, views_in_all, weights_path

FAMILY = ("fcn32s", "fcn16s", "fcn8s", "fcn4s")
WITH_SKIPS, WITHOUT_SKIPS = SEGNET["FCN-Basic"], SEGNET["FCN-Basic-NoAddition"]


def skips_help(bench: Bench) -> Finding:
    """Each net of the family against the next coarser one, and where the gain lies."""
    figures, context, sentences = [], {}, []
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
        if not figures[-1].is_sure:
            sentences.append(_where_the_gain_lies(label_set_name, gains))
        context |= _in_each_set(bench, label_set_name, {net: counts[net].everywhere for net in FAMILY})
        context[f"{label_set_name}: views trained on"] = views_trained_on(FAMILY, label_set_name)
    figures += lead("fcn8s", "fcn32s") + lead("fcn8s", "fcn32s", "mean_iou_at_borders")
    return Finding(tuple(figures), context, " ".join(sentences))


def _where_the_gain_lies(label_set_name: str, gains: dict[int, float]) -> str:
    """Within how many pixels of a border skips gain most, and why that is not at the line itself."""
    widest = max(gains, key=gains.__getitem__)
    return (
        f"On {label_set_name} photos the gain is largest within {widest} px of a border ({gains[widest]:+.1f}), within "
        f"{BORDER} px it is {gains[BORDER]:+.1f}: one score every 32 px errs up to 16 px away from a border, and there "
        "finer streams mend whole regions rather than lines."
    )


def _in_each_set(bench: Bench, label_set_name: str, counts: dict[str, np.ndarray]) -> dict[str, str]:
    """Each net against the next coarser one on each validation set alone, where there are several; with spreads."""
    apart = {net: bench.by_set(label_set_name, matrices) for net, matrices in counts.items()}
    words: dict[str, list[str]] = {}
    for coarse, fine in itertools.pairwise(counts):
        for name, ours in apart[fine].items():
            figure = gain("", mean_iou_of_true, ours, apart[coarse][name])
            words.setdefault(name, []).append(
                f"{fine} over {coarse} {figure.value:+.1f} ({figure.low:+.1f} to {figure.high:+.1f})"
            )
    return {f"{label_set_name}, {name} alone": ", ".join(parts) for name, parts in words.items() if len(words) > 1}


def mean_iou_of_true(cm: np.ndarray) -> float:
    """Mean IoU over the classes that the truth has: one set of several does not show them all."""
    return metrics.mean_over_present(metrics.iou_per_class(cm)[cm.sum(1) > 0])


def views_trained_on(nets: Sequence[str], label_set_name: str) -> str:
    """On how many views nets were trained, and which of them alone from the first, in words."""
    cards = {net: read_card(weights_path(net, label_set_name)) for net in nets}
    return ", ".join(
        f"{net} {views_in_all(card):,}{'' if card['init'] else ' (alone from the first)'}"
        for net, card in cards.items()
    )


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
        context[f"{label_set_name}: views trained on"] = views_trained_on(("shallow8", "fcn32s"), label_set_name)
    figures += lead("fcn32s", "shallow8", "class_accuracy")
    return Finding(tuple(figures), context)


def _keeps_more(near: np.ndarray, all_of: np.ndarray, other_near: np.ndarray, other_all: np.ndarray) -> float:
    kept = metrics.mean_iou(near) / metrics.mean_iou(all_of)
    return 100 * (kept - metrics.mean_iou(other_near) / metrics.mean_iou(other_all))


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
        f"keeps within {BORDER} px of a true border. Then small runs of the street nets from three seeds.",
        "No figure.",
        "receptive_field?section=Theory+and+measured&window_net=shallow8",
    ),
}
