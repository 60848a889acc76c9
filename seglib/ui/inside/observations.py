"""What a lecturer would point at on the page Inside, as it is on what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seglib.labels import IGNORE, LabelSet
from seglib.ui.seen import Sentence, always, here
from seglib.ui.words import percent

ORTHOGONAL = 0.3  # cosine, in size: below it directions are called nearly orthogonal
FAR = 60  # pixels from the one that was taught
STRONGEST = 0.1  # of the places of a map
MOSTLY = 2 / 3  # of the strongest places: on one class
SURE = 0.5  # probability among a thousand classes
ABOVE, FEW = 0.5, 0.1  # of a unit's largest value; of its places
HARDLY = 0.05  # of the pixels
SAME_PICTURE = 0.5  # correlation from which on two projections show much the same


def reach_grows(sides: Mapping[int, int]) -> Sentence | None:
    """Whether coarser streams pull at a wider part of the photo; ``sides``: px by the stride of the path."""
    if len(sides) < 2:
        return None
    finest_first = [sides[path] for path in sorted(sides)]
    words = ", ".join(f"{sides[path]} px by stride {path}" for path in sorted(sides))
    return here(
        "arrows/reach",
        finest_first == sorted(finest_first),
        f"The coarser the stream, the wider the part of the photo that this one pixel pulls at: {words}.",
        f"From this pixel a coarser stream does not always pull at a wider part of the photo: {words}.",
        on="china",
    )


def paths_add_up(cosines: np.ndarray, total: float) -> Sentence:
    """How the paths' gradients lie to each other: their ``cosines`` ``(P, P)``, P > 1, and the ``total`` of norms.

    ``total`` is a multiple of the whole's norm.
    """
    angles = [abs(float(cosines[i, j])) for i in range(len(cosines)) for j in range(i)]
    between = f"{min(angles):.2f} to {max(angles):.2f}" if len(angles) > 1 else f"{angles[0]:.2f}"
    words = (
        "The gradients of the paths **add up exactly**, number by number. Their norms need not: together they make "
        f"{total:.2f} times the whole's. Lengths add up only if all arrows point the same way, and the cosines between "
        f"these are {between} in size"
    )
    along = "What does add up is how far each one goes *along* the whole, its projection."
    return here(
        "arrows/orthogonal",
        max(angles) < ORTHOGONAL,
        f"{words}: nearly orthogonal. {along}",
        f"{words}: some of them point much the same way, or against each other. {along}",
    )


def felt_far_away(changed: np.ndarray, point: tuple[int, int]) -> Sentence:
    """Whether most of what a step changes lies far from its pixel; ``changed`` ``(H, W)`` bool."""
    rows, cols = np.nonzero(changed)
    if not len(rows):
        return always("Not one pixel changes its class: the step was too small for that.")
    share = float((np.hypot(rows - point[0], cols - point[1]) > FAR).mean())
    return here(
        "step/far",
        share > 0.5,
        f"Of the {len(rows):,} pixels that change, {percent(share)} lie more than {FAR} px away: one pixel drags along "
        "whatever shares weights with it, and in a convolutional net everything does.",
        f"Of the {len(rows):,} pixels that change, only {percent(share)} lie more than {FAR} px away: here hardly "
        "anything far off resembles this pixel, although all share its weights.",
    )


def the_pixel_learns(before: float, after: float, name: str) -> Sentence:
    """Whether the taught pixel itself is nearer to its class after the step; probabilities of ``name``."""
    words = f"P({name}) there goes from {percent(before)} to {percent(after)}"
    return here(
        "step/learns",
        after > before,
        f"The pixel learns: {words}.",
        f"The pixel itself does not learn: {words}. The loss is no straight line, and so large a step misses.",
    )


def breaks_more(mended: int, broken: int) -> Sentence | None:
    """Whether the step breaks more labelled pixels than it mends; None where it does neither."""
    if not mended and not broken:
        return None
    return here(
        "step/breaks more",
        broken > mended,
        f"It mends {mended:,} labelled pixels and breaks {broken:,}. Training never listens to one pixel, it averages "
        "thousands.",
        f"It mends {mended:,} labelled pixels and breaks {broken:,}: the others wanted the same.",
    )


def plain_owes_more(shares: Mapping[str, float]) -> Sentence:
    """Whether a plain trunk owes its skips more than one with short cuts and norms; shares in per cent by trunk."""
    ranked = sorted(shares, key=shares.get, reverse=True)
    words = ", ".join(f"{kind} {shares[kind]:.0f} %" for kind in ranked)
    words = f"At the end of training the skips bring this share of the first layers' gradient: {words}."
    plain, both = shares.get("plain"), shares.get("short cuts and norms")
    if plain is None or both is None:
        return always(words)
    return here(
        "training/plain owes more",
        plain > both,
        f"{words} The plainer trunk owes more to them: short cuts and norms carry gradient down by themselves.",
        f"{words} Here the plain trunk does not owe more to them than the one with short cuts and norms.",
    )


def ours_owes_less(ours: float | None, plain: float | None) -> Sentence | None:
    """Whether the app's own trunk owes its skips less than a plain one; shares in per cent, None if not measured."""
    if ours is None or plain is None:
        return None
    words = (
        f"On the app's own trunk, after a whole training and on other photos, it is {ours:.0f} %, on the plain one "
        f"{plain:.0f} %"
    )
    return here(
        "training/ours owes less",
        ours < plain,
        f"{words}: ours has short cuts and norms in every block.",
        f"{words}: no less, although ours has short cuts and norms.",
    )


def knows_where(scores: np.ndarray, truth: np.ndarray | None, name: str, label_set: LabelSet) -> Sentence | None:
    """Whether the strongest places of a map ``(H, W)`` of the class ``name`` lie on one human class of ``truth``."""
    if truth is None or not (truth != IGNORE).any():
        return None
    known = truth != IGNORE
    strongest = truth[known & (scores >= np.quantile(scores[known], 1 - STRONGEST))]
    k = int(np.bincount(strongest).argmax())
    share, usual = float((strongest == k).mean()), float((truth[known] == k).mean())
    human = label_set.classes[k]
    words = f"of the tenth of the photo where the score for {name} is highest, {percent(share)} is {human} to people"
    filled = f"of the whole photo {percent(usual)}"
    return here(
        "score maps/where",
        share > MOSTLY and share > usual,
        f"The classifier was never told where anything is, and asked place by place it knows: {words}, {filled}.",
        f"This map does not tell one thing from the rest: {words}, {filled}.",
        on="coffee",
    )


def knows_which(chance: float, name: str) -> Sentence:
    """Whether the class is probable where its score is highest; ``chance``: its probability there."""
    return here(
        "score maps/which",
        chance >= SURE,
        f"Scores (logits) tell where, probabilities which: where its score is highest, {name} is {percent(chance)} "
        "probable among the 1000 classes.",
        f"Scores (logits) tell where, probabilities which: even where its score is highest, {name} is only "
        f"{percent(chance)} probable, for 999 other classes have scores, too.",
        on="coffee",
    )


def fires_in_few_places(values: np.ndarray) -> Sentence | None:
    """Whether a unit is strong in few places of the photo; ``values`` ``(h, w)``."""
    top = float(values.max())
    if top <= 0:
        return None
    share = float((values > ABOVE * top).mean())
    words = f"It is above half its largest value in {percent(share)} of its places on this photo"
    return here(
        "units/few places",
        share < FEW,
        f"{words}: something special, whatever it is.",
        f"{words}: nothing special, it fires on much of the photo.",
    )


def windows_grow(windows: Mapping[int, int], size: tuple[int, int]) -> Sentence:
    """How far units of each stage see, in px a side by stride, beside the photo's ``size``."""
    words = ", ".join(f"{side} px at stride {stride}" for stride, side in windows.items())
    beyond = [stride for stride, side in windows.items() if side > max(size)]
    larger = f"; from stride {beyond[0]} on that is more than this photo has" if beyond else ""
    return always(f"Units of deeper stages see more of the photo: {words}{larger}.")


def most_answers_stay(changed: float) -> Sentence:
    """Whether the answer hardly changes without one unit; ``changed``: share of the pixels."""
    return here(
        "units/spread",
        changed < HARDLY,
        f"Without it {percent(changed)} of the pixels change their class: what a net knows is spread over many units.",
        f"Without it {percent(changed)} of the pixels change their class: much hangs on this one.",
    )


def best_answer_stays(before: str, after: str) -> Sentence:
    """Whether the classifier's best answer is the same without one unit."""
    return here(
        "units/spread",
        before == after,
        f"Without it the best answer is {after} still: what a net knows is spread over many units.",
        f"Without it the best answer is {after}, no longer {before}: much hangs on this unit, or the two were close.",
    )


def shows_the_photo(other: Mapping[str, float], shuffled: Mapping[str, float]) -> Sentence | None:
    """Whether projections show the photo rather than the unit: correlations with another unit's, shuffled weights'.

    Both by rule; those of a flat picture are nan. See Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.
    """
    rules = [rule for rule in other if not np.isnan([other[rule], shuffled[rule]]).any()]
    if not rules:
        return None
    worst = max(rules, key=lambda rule: max(other[rule], shuffled[rule]))
    words = ", ".join(f"{rule} {other[rule]:.2f} and {shuffled[rule]:.2f}" for rule in rules)
    words = f"correlation with another unit's picture, and with shuffled weights': {words}"
    return here(
        "projections/photo",
        max(other[worst], shuffled[worst]) >= SAME_PICTURE,
        f"A pretty picture need not say anything about the unit ({words}): the one by {worst} is much the same without "
        "it, so it shows the photo.",
        f"Here the pictures do belong to the unit: others look otherwise ({words}).",
    )


def survives_its_stage(left: Mapping[str, Sequence[float]], depth: str) -> Sentence | None:
    """Whether a rule's picture stays much the same with the unit's own stage destroyed.

    ``left`` are correlations with the intact picture by rule, one a shuffle, once ``depth`` is shuffled; flat pictures
    have nan. A rule survives if its lowest is still `SAME_PICTURE`.
    """
    known = {rule: values for rule, values in left.items() if np.isfinite(values).all()}
    if not known:
        return None
    words = ", ".join(f"{rule} {np.mean(values):.2f} ({_span(values)})" for rule, values in known.items())
    words = f"With all weights of its own stage ({depth}) shuffled, the unit is gone. Left of its pictures: {words}."
    most = max(known, key=lambda rule: min(known[rule]))
    return here(
        "projections/survives",
        min(known[most]) >= SAME_PICTURE,
        f"{words} The one by {most} hardly needs the unit: it is made by the layers below it, and by the photo.",
        f"{words} None stays much the same: at this stage the pictures hang on what the unit has learnt.",
    )


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def deeper_finds_more(scored: Mapping[str, float]) -> Sentence | None:
    """Whether the best units of the deepest stage beat those of the first; IoU on other photos by stage, in order."""
    if len(scored) < 2:
        return None
    first, *_, last = scored
    words = f"the best unit of a class has {percent(scored[first])} IoU at {first}, {percent(scored[last])} at {last}"
    return here(
        "classes/deeper",
        scored[last] > scored[first],
        f"Deeper units find more of what people name: on photos that they were not chosen on, {words}.",
        f"Here deeper units find no more of what people name: on photos that they were not chosen on, {words}.",
    )


def chosen_by_luck(name: str, chosen: float, elsewhere: float) -> Sentence:
    """Whether a unit keeps less on other photos than where it was chosen; IoU in per cent for the class ``name``."""
    words = f"The one chosen for {name} had {chosen:.0f} % and keeps {elsewhere:.0f} %"
    return here(
        "classes/luck",
        elsewhere < chosen,
        f"{words}: among thousands of masks some fit by luck. Never score on the photos that you chose by.",
        f"{words}: here no unit was chosen by luck. It is measured on other photos all the same.",
    )
