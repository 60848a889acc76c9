"""Claims about windows: how far nets see, by subsampling, pyramids and dilation, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from seglib import metrics
from seglib.claims.about_nets import views_trained_on
from seglib.claims.counts import Bench, Score, gain, percent
from seglib.claims.ledger import Claim, Figure, Finding
from seglib.claims.seeds import lead
from seglib.costs import bill
from seglib.labels import LABEL_SETS
from seglib.models import layer_table_of
from seglib.models.cards import read_card, views_in_all, weights_path
from seglib.receptive_field import receptive_field

SPANS = 0.75  # of a photo's shorter side: a window that is not small


def ahead(bench: Bench, pairs: list[tuple[str, str]], score: Score, title: str) -> Finding:
    """One net against another in both label sets, with the views that both were trained on and their windows."""
    nets = tuple(dict.fromkeys(net for pair in pairs for net in pair))
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
        context[f"{label_set_name}: views trained on"] = views_trained_on(nets, label_set_name)
    for ours, theirs in pairs:
        figures += lead(ours, theirs, score.__name__)
    context |= {f"window of {net}": f"{receptive_field(layer_table_of(net)).size} px" for net in nets}
    return Finding(tuple(figures), context)


def window_is_small_without_subsampling(bench: Bench) -> Finding:
    """Two nets of the same layers and different windows; and whether the smaller window is small for these photos."""
    finding = ahead(bench, [("dilated8", "plain8"), ("dilated8", "fcn32s")], metrics.mean_iou, "mean IoU")
    context, sentences = dict(finding.context), []
    for label_set_name in LABEL_SETS:
        side = float(np.median(bench.short_sides(label_set_name)))
        context[f"{label_set_name}: shorter side of a photo, median"] = f"{side:.0f} px"
        sentences.append(_why_little_is_lost(label_set_name, side))
        name = f"{label_set_name}: dilated8 over fcn32s"
        over_coarse = next(figure for figure in finding.figures if figure.name.startswith(name))
        if not over_coarse.is_sure:
            sentences.append(
                f"On {label_set_name} photos dilated8, four times as fine as fcn32s and with the same window, is not "
                f"ahead of it beyond the spread ({over_coarse.value:+.1f} points): what fcn32s lacks there is not a "
                "finer grid of the same features."
            )
        sentences.append(_more_views("dilated8", "fcn32s", label_set_name))
    return replace(finding, context=context, why=" ".join(filter(None, sentences)))


def _why_little_is_lost(label_set_name: str, side: float) -> str:
    """That plain8's window spans most of a photo all the same, and why; nothing where it does not."""
    table = layer_table_of("plain8")
    window, kernel = receptive_field(table).size, max(layer.kernel for layer in table)
    if window < SPANS * side:
        return ""
    return (
        f"On {label_set_name} photos, whose shorter side is {side:.0f} px, plain8 may still see {window} px, for its "
        f"trunk has layers of {kernel}x{kernel}: its window is not small there."
    )


def _more_views(ours: str, theirs: str, label_set_name: str) -> str:
    """That one net was trained on more views than the other, whose lead may be theirs; nothing where it was not."""
    mine, other = (views_in_all(read_card(weights_path(net, label_set_name))) for net in (ours, theirs))
    if mine <= other:
        return ""
    return f"On {label_set_name} photos {ours} was trained on more views than {theirs}, {mine:,} against {other:,}."


def dilation_costs_resolution(_bench: Bench) -> Finding:
    """The same parameters, a wider window, and what resolution costs, from the measured bill."""
    windows = {net: receptive_field(layer_table_of(net)).size for net in ("plain8", "dilated8")}
    context = {
        f"{label_set_name}, {net}": f"{read_card(weights_path(net, label_set_name))['parameters']:,} parameters, "
        f"window {window} px"
        for label_set_name in LABEL_SETS
        for net, window in windows.items()
    }
    name = "window of dilated8 over plain8's, same parameters"
    figures = [Figure(name, windows["dilated8"] - windows["plain8"], unit="px")]
    items = {item.stride: item for item in bill.read_bill()[1] if item.net == "dilated"}
    measured = sorted(stride for stride, item in items.items() if item.seconds)
    coarse, fine = items[measured[-1]], items[measured[0]]
    figures += [
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
    ]
    return Finding(tuple(figures), context)


CLAIMS = {
    window_is_small_without_subsampling: Claim(
        "window",
        "Without subsampling the net looks at a small window only; dilation gives the window back.",
        7,
        "plain8 and dilated8 have the same layers, parameters, resolution and recipe, and differ in their window; "
        "fcn32s has dilated8's window on a grid four times coarser. Then three seeds, all by one recipe.",
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
        "Farabet et al. (TPAMI 2013) compare one scale with three on Stanford Background; their figures are left out, "
        "for we could not check them.",
        "pyramid?part=Levels&photo=china",
    ),
    dilation_costs_resolution: Claim(
        "bill",
        "Dilation widens the window at the same parameters; memory and time pay for the resolution.",
        10,
        "Layer tables, and one photo of 480x360 through dilated trunks: `python -m seglib.costs.bill`.",
        "Chen et al. (ICLR 2015), table 2: a window of 224 px, and 67.64 mean IoU, with 20.5 M parameters as with "
        "134.3 M.",
        "receptive_field?section=The+bill",
    ),
}
