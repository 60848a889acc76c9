"""The right answers to a route's questions, computed on the photo that is shown.

A route names one of `ANSWERS`; the function looks at the scene, measures, and says which of the options is right and
by which figures. No option is right because the lecture says so: with other weights or another photo it may be another.
Options are the names of nets, metrics or streams, or ranges of a number in words: "below 5", "5 to 10", "over 10".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from seglib import metrics, resolution
from seglib.annotation import heavy_tail
from seglib.before_convnets import mosaic
from seglib.claims.ledger import read_ledger
from seglib.labels import LabelSet
from seglib.lecture.routes import Value
from seglib.metrics import baselines, duel
from seglib.metrics.boundary import boundary_band
from seglib.metrics.objects import things_and_stuff
from seglib.photos import PHOTOS, TWICE, photo_truth
from seglib.receptive_field import Layer, receptive_field

if TYPE_CHECKING:
    from seglib.crf.pairwise import CRFParams

RARE = 0.05  # share of the pixels below which a cheat leaves a class out
BORDER = 3  # pixels
MOST_OF_ALL = 0.8  # of the pixels
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class NoAnswer(ValueError):  # noqa: N818 - says what it is
    """The question cannot be answered here; the message is one sentence."""


@dataclass(frozen=True)
class Answer:
    """Which option is right, and the figures that say so."""

    right: int
    because: str


@dataclass(frozen=True, eq=False)
class Scene:
    """What the class looks at, and the nets to ask about it."""

    photo: str  # name of a bundled photo, or of an upload
    image: np.ndarray = field(repr=False)  # (H, W, 3) uint8
    label_set: LabelSet
    truth: np.ndarray | None = field(repr=False)  # (H, W)
    point: tuple[int, int]  # the pinned pixel
    labels_of: Callable[[str], np.ndarray]  # a net's label map (H, W), by the net's name
    streams_of: Callable[[str], Mapping[int, np.ndarray]]  # its class scores (K, h, w) by stride
    refined: Callable[[str, CRFParams, int], np.ndarray]  # its label map after so many iterations of the CRF
    view: Mapping[str, Value] = field(default_factory=dict)  # of the step

    def confusion(self, labels: np.ndarray) -> np.ndarray:
        """Confusion matrix of a label map; `NoAnswer` without a truth."""
        if self.truth is None:
            raise NoAnswer("Nobody has labelled this photo with these classes, so there is nothing to score against.")
        return metrics.confusion_matrix(self.truth, labels, len(self.label_set))

    def score(self, net: str) -> float:
        """A net's mean IoU."""
        return metrics.mean_iou(self.confusion(self.labels_of(net)))


def right_option(name: str, scene: Scene, options: Sequence[str]) -> Answer:
    """The answer called ``name``; `NoAnswer` if there is none here."""
    if name not in ANSWERS:
        raise NoAnswer(f"Nothing computes the answer {name!r}: there are {', '.join(ANSWERS)}.")
    return ANSWERS[name](scene, options)


def in_range(value: float, options: Sequence[str]) -> int:
    """The option whose range holds the value: "below 5", "5 to 10", "over 10", whatever unit follows.

    >>> in_range(8.2, ("below 5 %", "5 to 10 %", "over 10 %"))
    1
    """
    for index, option in enumerate(options):
        numbers = [float(number) for number in _NUMBER.findall(option)]
        if option.startswith("below"):
            numbers = [-np.inf, *numbers]
        elif option.startswith("over"):
            numbers = [*numbers[:1], np.inf]
        if len(numbers) > 1 and numbers[0] <= value < numbers[1]:
            return index
    raise NoAnswer(f"None of the options holds {value:.3g}.")


def _named(values: Mapping[str, float], options: Sequence[str], unit: str = "%") -> Answer:
    """The option with the largest value; options without one are none that could be right."""
    known = {option: values[option] for option in options if option in values and not np.isnan(values[option])}
    if not known:
        raise NoAnswer("None of the options can be measured here.")
    best = max(known, key=known.get)
    return Answer(options.index(best), ", ".join(f"{name}: {value:.1f} {unit}" for name, value in known.items()))


def best_net(scene: Scene, options: Sequence[str]) -> Answer:
    """Options are nets: whose mean IoU is highest?"""
    return _named({net: 100 * scene.score(net) for net in options}, options, "% mean IoU")


def best_at_border(scene: Scene, options: Sequence[str]) -> Answer:
    """Options are nets: who is right most often within 3 pixels of a border?"""
    if scene.truth is None:
        raise NoAnswer("Nobody has labelled this photo, so nobody knows its borders.")
    near = np.where(boundary_band(scene.truth, BORDER), scene.truth, 255)
    count = len(scene.label_set)
    shares = {
        net: 100 * metrics.pixel_accuracy(metrics.confusion_matrix(near, scene.labels_of(net), count))
        for net in options
    }
    return _named(shares, options, f"% right within {BORDER} px of a border")


def hardest_hit_metric(scene: Scene, options: Sequence[str]) -> Answer:
    """Options are metrics: which falls most if all classes below 5 % of the pixels are left out of the truth?"""
    if scene.truth is None:
        raise NoAnswer("Nobody has labelled this photo, so there is no class to leave out.")
    cheat = scene.confusion(baselines.without_rare(scene.truth, RARE, len(scene.label_set)))
    losses = {title: 100 * (1 - metric.score(cheat)) for title, metric in duel.METRICS.items()}
    if max(losses.values()) == 0:
        raise NoAnswer("No class of this photo is rare.")
    return _named(losses, options, "points lost")


def things_or_stuff(scene: Scene, options: Sequence[str]) -> Answer:
    """Options are "things" and "stuff": which does fcn8s get better, by mean IoU?"""
    parts = things_and_stuff(scene.confusion(scene.labels_of("fcn8s")), scene.label_set)
    return _named({kind: 100 * parts[kind]["Mean IoU"] for kind in parts}, options, "% mean IoU of fcn8s")


def classes_for_most(_scene: Scene, options: Sequence[str]) -> Answer:
    """How many of the fine labels of our photos hold four fifths of the pixels? Options are ranges."""
    shares = np.cumsum(list(heavy_tail.class_shares(heavy_tail.fine_pixels(PHOTOS)).values()))
    count = int(np.searchsorted(shares, MOST_OF_ALL)) + 1
    return Answer(in_range(count, options), f"{count} of {len(shares)} labels hold {MOST_OF_ALL:.0%} of the pixels")


def agreement_at_borders(scene: Scene, options: Sequence[str]) -> Answer:
    """On what share of the pixels within 3 px of a border do two people agree? Options are ranges in per cent."""
    if scene.photo not in TWICE:
        raise NoAnswer(f"Only {', '.join(TWICE)} have been labelled twice.")
    first, second = (photo_truth(scene.photo, scene.label_set, second=again) for again in (False, True))
    near = boundary_band(first, BORDER) & (first != 255) & (second != 255)
    share = 100 * float((first == second)[near].mean())
    return Answer(in_range(share, options), f"they agree on {share:.1f} % within {BORDER} px of a border")


def best_words(_scene: Scene, options: Sequence[str]) -> Answer:
    """Options are kinds of words of the mosaic: by which are windows of 44 pixels told apart best?"""
    kinds = [option for option in options if option in mosaic.KINDS]
    shares = {kind: 100 * mosaic.accuracy(mosaic.classify(mosaic.count_words(kind), radius=5)) for kind in kinds}
    return _named(shares, options, "% of the mosaic right")


def ceiling(scene: Scene, options: Sequence[str]) -> Answer:
    """Mean IoU of the truth itself through a grid; options are ranges in per cent. The step's ``factor``, or 32."""
    if scene.truth is None:
        raise NoAnswer("Nobody has labelled this photo, so there is nothing to send through a grid.")
    factor = int(scene.view.get("factor", 32))
    through = resolution.through_grid(scene.truth, factor, len(scene.label_set))
    score = 100 * metrics.mean_iou(scene.confusion(through))
    return Answer(in_range(score, options), f"perfect labels through a grid of {factor} px: {score:.1f} % mean IoU")


def scores_on_grid(scene: Scene, options: Sequence[str]) -> Answer:
    """At how many places does fcn32s compute scores? Options are ranges."""
    streams = scene.streams_of("fcn32s")
    height, width = streams[max(streams)].shape[-2:]
    pixels = scene.image.shape[0] * scene.image.shape[1]
    return Answer(in_range(height * width, options), f"{width} x {height} places for {pixels:,} pixels")


def strongest_stream(scene: Scene, options: Sequence[str]) -> Answer:
    """Options "stream 32" and so on: which adds most, for or against, to fcn4s's class at the pinned pixel?"""
    from seglib.models.streams import stream_contributions  # noqa: PLC0415 - torch; a phone's question needs none

    k = int(scene.labels_of("fcn4s")[scene.point])
    shares = stream_contributions(scene.streams_of("fcn4s"), scene.image.shape[:2], k)
    values = {f"stream {stride}": abs(float(share[scene.point])) for stride, share in shares.items()}
    return _named(values, options, f"of the score for {scene.label_set.classes[k]}")


def pyramid_price(_scene: Scene, options: Sequence[str]) -> Answer:
    """Pixels of a pyramid of three levels beside those of one; options are ranges in times."""
    times = sum(0.25**level for level in range(3))
    return Answer(in_range(times, options), f"1 + 1/4 + 1/16 = {times:.2f} times the pixels")


def dilated_window(scene: Scene, options: Sequence[str]) -> Answer:
    """Options are pixels: how wide do three layers of 3 x 3 see, at the dilation rates of the step, or 1, 2, 4?"""
    text = str(scene.view.get("rates", "1, 2, 4"))
    rates = [int(rate) for rate in _NUMBER.findall(text)]
    size = receptive_field([Layer(3, dilation=rate) for rate in rates]).size
    words = f"rates {', '.join(map(str, rates))}: {size} pixels"
    exact = [index for index, option in enumerate(options) if [str(size)] == _NUMBER.findall(option)[:1]]
    if not exact:
        raise NoAnswer(f"None of the options is right: {words}.")
    return Answer(exact[0], words)


def dilation_parameters(scene: Scene, options: Sequence[str]) -> Answer:
    """Options "fewer", "as many", "more": parameters of dilated8 beside those of plain8."""
    from seglib.models import create_model  # noqa: PLC0415 - torch

    nets = (create_model(net, len(scene.label_set)) for net in ("plain8", "dilated8"))
    plain, dilated = (sum(p.numel() for p in net.parameters()) for net in nets)
    word = "as many" if plain == dilated else "more" if dilated > plain else "fewer"
    if word not in options:
        raise NoAnswer(f"None of the options is right: {word}.")
    return Answer(options.index(word), f"plain8 has {plain:,}, dilated8 {dilated:,}")


def crf_gain(scene: Scene, options: Sequence[str]) -> Answer:
    """What do five iterations of the CRF do to deeplab's mean IoU? Options are ranges in points; a loss is below 0.

    Its kernels are the authors' own, as the page opens, unless the view names others.
    """
    from seglib.crf.mean_field import ITERATIONS  # noqa: PLC0415 - scipy and more
    from seglib.crf.pairwise import CRFParams  # noqa: PLC0415

    params = CRFParams(**{each.name: float(scene.view.get(each.name, each.default)) for each in fields(CRFParams)})
    scores = [100 * metrics.mean_iou(scene.confusion(scene.refined("deeplab", params, n))) for n in (0, ITERATIONS)]
    gain = scores[1] - scores[0]
    return Answer(
        in_range(gain, options), f"mean IoU {scores[0]:.1f} % before, {scores[1]:.1f} % after: {gain:+.1f} points"
    )


def claims_that_hold(_scene: Scene, options: Sequence[str]) -> Answer:
    """How many of the lecture's sentences hold on our nets and photos? Options are ranges."""
    verdicts = [entry["verdict"] for entry in read_ledger().values()]
    if not verdicts:
        raise NoAnswer("No claim has been measured yet: python -m seglib.claims --data DATA does it.")
    count = verdicts.count("holds")
    return Answer(in_range(count, options), f"{count} of {len(verdicts)} hold, {verdicts.count('holds weakly')} weakly")


ANSWERS: dict[str, Callable[[Scene, Sequence[str]], Answer]] = {
    function.__name__: function
    for function in (
        best_net,
        best_at_border,
        hardest_hit_metric,
        things_or_stuff,
        classes_for_most,
        agreement_at_borders,
        best_words,
        ceiling,
        scores_on_grid,
        strongest_stream,
        pyramid_price,
        dilated_window,
        dilation_parameters,
        crf_gain,
        claims_that_hold,
    )
}
