"""What a lecturer would point at on the page Skip connections, as it is on the photo and the class that are shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib import metrics
from seglib.labels import IGNORE
from seglib.metrics.boundary import BORDER
from seglib.models.cards import shipped_nets
from seglib.ui.cache import shared
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

COARSEST = "fcn32s"
FAR = 16  # pixels from every border
LOUDER = 1.1  # times: what is called louder is so by a tenth


def grids(strides: list[int]) -> Sentence:
    """On which grids the streams that are switched on compute scores."""
    coarsest, *finer = strides
    words = f"Stream {coarsest} computes one score every {coarsest} pixels, and interpolates between them"
    if finer:
        places = " and ".join(f"every {stride}" for stride in finer)
        words += f"; the finer streams add scores {places} pixels"
    return always(f"{words}.")


@shared(128)
def streams_at_borders(shares: Mapping[int, np.ndarray], distance: np.ndarray | None, name: str) -> Sentence | None:
    """Whether the finer streams speak louder at borders than far from them.

    ``shares``: what each stream adds to one class's score, ``{stride: (H, W)}``, coarsest first; ``distance``: to the
    nearest true border, ``(H, W)``, None without a truth.
    """
    _, *finer = shares.values()
    if not finer or distance is None:
        return None
    added, near = np.abs(sum(finer)), distance <= BORDER
    far = distance > FAR
    if not near.any() or not far.any():
        return None
    at_border, inside = float(added[near].mean()), float(added[far].mean())
    words = (
        f"To the score for {name} the finer streams add {at_border:.2f} on average, for or against, within {BORDER} px "
        f"of a border, and {inside:.2f} farther than {FAR} px from any"
    )
    return here(
        "skips/finer streams speak at borders",
        at_border > LOUDER * inside,
        f"{words}: they speak up at borders.",
        f"{words}: for this class they change the insides of regions about as much as borders, or more.",
        on="china",
    )


@shared(128)
def right_at_borders(
    coarse: np.ndarray, fine: np.ndarray, truth: np.ndarray | None, distance: np.ndarray | None, net: str
) -> Sentence | None:
    """Whether skips correct more at borders than elsewhere; ``coarse`` and ``fine`` are label maps ``(H, W)``."""
    if net == COARSEST or truth is None or distance is None:
        return None
    near, far = ((truth != IGNORE) & side for side in (distance <= BORDER, distance > BORDER))
    if not near.any() or not far.any():
        return None
    (old, new), (old_far, new_far) = (
        [float((labels == truth)[where].mean()) for labels in (coarse, fine)] for where in (near, far)
    )
    words = (
        f"Within {BORDER} px of a border {COARSEST} is right on {percent(old)} of the pixels and {net} on "
        f"{percent(new)}; farther off, on {percent(old_far)} and {percent(new_far)}"
    )
    at_border, inside = new - old, new_far - old_far
    why = "the skips gain nothing at borders" if at_border <= 0 else "the skips gain more inside than at borders"
    return here(
        "skips/right at borders",
        at_border > 0 and at_border >= inside,
        f"{words}: the skips gain most at borders.",
        f"{words}: on this photo {why}.",
    )


def skips_help(coarse: np.ndarray | None, fine: np.ndarray | None, net: str, label_set_name: str) -> Sentence | None:
    """Whether skips raise mean IoU here, and if not, why; ``coarse`` and ``fine`` are confusion matrices."""
    if net == COARSEST or coarse is None or fine is None:
        return None
    old, new = metrics.mean_iou(coarse), metrics.mean_iou(fine)
    invented = [len(metrics.phantom_classes(matrix)) for matrix in (coarse, fine)]
    cards = shipped_nets(label_set_name)
    usual = [percent(cards[name]["figures"]["mean_iou"]) for name in (COARSEST, net)]
    why = ""
    if invented[1] > invented[0]:
        true = coarse.sum(1) > 0
        kept = [metrics.mean_over_present(metrics.iou_per_class(matrix)[true]) for matrix in (coarse, fine)]
        why = (
            f" Classes that are not here count as a 0 each: it names {invented[1]} of them, {COARSEST} {invented[0]}; "
            f"over the classes that are here it changes by {100 * (kept[1] - kept[0]):+.1f} points."
        )
    return here(
        "skips/help",
        new > old,
        f"With its skips {net} has {percent(new)} mean IoU here, {100 * (new - old):+.1f} points against {COARSEST}.",
        f"On this photo the skips do not pay: {net} has {percent(new)} mean IoU, {100 * (new - old):+.1f} points "
        f"against {COARSEST}.{why} One photo is one draw: on the {cards[net]['figures']['images']} validation photos "
        f"{COARSEST} has {usual[0]} and {net} {usual[1]}.",
        on="camera",
    )


def best_at_border(
    labels: Mapping[str, np.ndarray], truth: np.ndarray, distance: np.ndarray, guessed: str | None
) -> tuple[str, str] | None:
    """Which net is right most often near the borders of a window, and the figures; None if there is no border in it.

    Label maps of nets, truth and its distance to borders are those of the window, ``(h, w)``. Of nets that are equally
    good the one that was ``guessed`` is as right as any.
    """
    near = (distance <= BORDER) & (truth != IGNORE)
    if not near.any():
        return None
    shares = {net: float((answer == truth)[near].mean()) for net, answer in labels.items()}
    best = [net for net, share in shares.items() if share == max(shares.values())]
    listed = ", ".join(f"{net} {percent(share)}" for net, share in shares.items())
    alike = "all" if len(best) == len(shares) else " and ".join(best)
    tie = f", {alike} alike" if len(best) > 1 else ""
    right = guessed if guessed in best else best[0]
    return right, f"Right within {BORDER} px of a border in this square: {listed}{tie}."


def streams_turn(counts: Mapping[tuple[str, str], np.ndarray], labelled: int) -> Sentence | None:
    """Whether every added stream puts more pixels right than wrong; ``counts``: right, wrong, wrong both times."""
    if not counts or not labelled:
        return None
    net = {step: (right - wrong) / labelled for step, (right, wrong, _) in counts.items()}
    words = ", ".join(f"{coarse} to {fine} {100 * gain:+.1f} points" for (coarse, fine), gain in net.items())
    both = "Each stream puts some pixels right and others wrong; what is left of both is the gain in pixel accuracy"
    return here(
        "skips/streams turn more right than wrong",
        min(net.values()) > 0,
        f"{both}: {words}.",
        f"{both}, and not every stream gains here: {words}.",
        on="china",
    )
