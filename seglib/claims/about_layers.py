"""Claims about what happens inside a net: what each depth knows, and how gradients come back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from scipy import stats
from sklearn.linear_model import LogisticRegression
from torch import nn

from seglib import metrics
from seglib.claims.counts import Bench, gain, percent, spread
from seglib.claims.ledger import Claim, Figure, Finding
from seglib.claims.literature import ZEILER_FERGUS
from seglib.datasets import find_pairs, read_as, read_pairs
from seglib.inside.gradient_flow import read_flow
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.models import create_model
from seglib.models.cards import read_card, weights_path
from seglib.models.fcn import FCN, pad_to_grid, upsample
from seglib.models.lite0 import CHANNELS
from seglib.models.prediction import image_tensor, to_input
from seglib.models.weights import load_model
from seglib.training.augment import Augmentation
from seglib.training.evaluate import Segmenter
from seglib.training.held_out import group_names
from seglib.training.losses import overlap_loss, partial_label_loss
from seglib.training.views import Views

LABEL_SET_NAME = "street"
PHOTOS, PIXELS = 60, 250  # training photos, and pixels of each, that a linear classifier learns from
STEPS, BATCH, SEEDS = 60, 8, 3
EARLY = ("stem", "stages.2", "stages.4")
PLAIN = ("plain",)  # kinds of trunk, see `seglib.inside.plain`, that the claim is about
FIRST = 3  # convolutions counted as the first layers of such a trunk


def deeper_is_more_abstract(bench: Bench) -> Finding:
    """A linear classifier on the features of each stride of the trained fcn4s."""
    model, weights = load_model("fcn4s", LABEL_SET_NAME), read_card(weights_path("fcn4s", LABEL_SET_NAME))["sha256"]
    counts = {}
    for stride, probe in _probes(model, bench).items():
        counts[stride] = bench.of(
            _reader(model, stride, probe), LABEL_SET_NAME, f"probe {stride} {weights}", f"linear on stride {stride}"
        )
    strides = sorted(counts)
    figures = [
        gain(
            f"stride {deep} over {shallow}, class accuracy",
            metrics.class_accuracy,
            counts[deep].everywhere,
            counts[shallow].everywhere,
        )
        for shallow, deep in itertools.pairwise(strides)
    ]
    for shallow, deep in itertools.pairwise(strides):
        near, far = (counts[s] for s in (shallow, deep))
        figures.append(
            spread(
                f"points of pixel accuracy lost within {BORDER} px of a border, stride {deep} over {shallow}",
                _loses_more,
                far.beyond(BORDER),
                far.within(BORDER),
                near.beyond(BORDER),
                near.within(BORDER),
            )
        )
    context = {
        f"stride {stride}": f"class accuracy {percent(metrics.class_accuracy, probed.everywhere):.1f}, pixel accuracy "
        f"beyond {BORDER} px of a border {percent(metrics.pixel_accuracy, probed.beyond(BORDER)):.1f}, within "
        f"{percent(metrics.pixel_accuracy, probed.within(BORDER)):.1f}"
        for stride, probed in counts.items()
    }
    why = ""
    if figures[len(strides) - 2].value <= 0:  # the step to the deepest stage
        before, after = (counts[stride] for stride in strides[-2:])
        why = _why_the_last_step_loses(
            [percent(metrics.pixel_accuracy, counts[stride].beyond(BORDER)) for stride in strides],
            before.everywhere.sum(0),
            after.everywhere.sum(0),
        )
    return Finding(tuple(figures), context, why)


def _why_the_last_step_loses(beyond: Sequence[float], before: np.ndarray, after: np.ndarray) -> str:
    """Which classes the last stage knows less well ``(K, K)`` than the one before it, and what it knows better."""
    falls = 100 * (metrics.recall_per_class(after) - metrics.recall_per_class(before))
    pixels = before.sum(1) / before.sum()
    lost = [k for k in np.argsort(falls) if falls[k] < 0][:3]  # a class without truth has no fall: nan sorts last
    names = group_names(LABEL_SET_NAME)
    which = ", ".join(f"{names[k]} ({falls[k]:.1f} points, {100 * pixels[k]:.1f} % of the pixels)" for k in lost)
    rises = all(deep > shallow for shallow, deep in itertools.pairwise(beyond))
    away = ", ".join(f"{accuracy:.1f}" for accuracy in beyond)
    first = f"Beyond {BORDER} px of a border accuracy rises with every step: {away} %. " if rises else ""
    return f"{first}The last step loses most on {which}: class accuracy counts a rare class as much as the road."


def _loses_more(beyond: np.ndarray, within: np.ndarray, other_beyond: np.ndarray, other_within: np.ndarray) -> float:
    lost = metrics.pixel_accuracy(beyond) - metrics.pixel_accuracy(within)
    return 100 * (lost - (metrics.pixel_accuracy(other_beyond) - metrics.pixel_accuracy(other_within)))


def _probes(model: FCN, bench: Bench) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Weights ``(K, C)`` and biases ``(K,)`` of a linear classifier for the features of each stride."""
    reading, rng = read_as("camvid", LABEL_SETS[LABEL_SET_NAME]), np.random.default_rng(0)
    pairs = find_pairs(bench.data / "camvid", "train")
    some = [pairs[i] for i in np.linspace(0, len(pairs) - 1, PHOTOS).astype(int)]
    features, classes = {stride: [] for stride in CHANNELS}, []
    for image, truth in read_pairs(some, reading):
        known = np.argwhere(truth < len(reading.group_names))
        rows, cols = known[rng.choice(len(known), min(PIXELS, len(known)), replace=False)].T
        classes.append(truth[rows, cols])
        for stride, maps in _features(model, image).items():
            features[stride].append(
                maps[0, :, (rows + stride // 2) // stride, (cols + stride // 2) // stride].numpy().T
            )
    probes = {}
    for stride, samples in features.items():
        x = np.concatenate(samples)
        mean, deviation = x.mean(0), x.std(0) + 1e-6
        linear = LogisticRegression(C=0.1, max_iter=300).fit((x - mean) / deviation, np.concatenate(classes))
        weights, bias = np.zeros((len(reading.group_names), x.shape[1])), np.full(len(reading.group_names), -1e9)
        weights[linear.classes_] = linear.coef_ / deviation
        bias[linear.classes_] = linear.intercept_ - linear.coef_ @ (mean / deviation)
        probes[stride] = weights, bias
    return probes


@torch.inference_mode()
def _features(model: FCN, image: np.ndarray) -> dict[int, torch.Tensor]:
    return model.trunk(pad_to_grid(image_tensor(image)))


def _reader(model: FCN, stride: int, probe: tuple[np.ndarray, np.ndarray]) -> Segmenter:
    """A label map from the features of one stride: linear scores, upsampled."""
    weights, bias = (torch.from_numpy(part).float() for part in probe)

    def segment(image: np.ndarray) -> np.ndarray:
        maps = _features(model, image)[stride]
        scores = torch.einsum("kc,nchw->nkhw", weights, maps) + bias[:, None, None]
        whole = tuple((side - 1) * stride + 1 for side in scores.shape[-2:])
        labels = upsample(scores, whole)[0].argmax(0)[: image.shape[0], : image.shape[1]]
        return labels.numpy().astype(np.uint8)

    return segment


def skips_carry_gradient(bench: Bench) -> Finding:
    """On a trunk as plain as the paper's, and on controls that have short cuts, norms or both; on our own, too.

    The plain trunk decides, for it is the paper's case; the others tell what it is that makes ours different.
    """
    ours, norms = _on_our_trunk(bench)
    flow = read_flow()
    if flow is None:
        raise ValueError("nothing is measured on plain trunks: run python -m seglib.inside.gradient_flow first")
    figures = tuple(_with_over_cut(flow, kind) for kind in PLAIN)
    context = {}
    for kind in flow["nets"]:
        cut, without = _with_over_cut(flow, kind), _with_over_without(flow, kind)
        context[kind if kind.startswith("plain") else f"trunk with {kind}"] = (
            f"with skips over the same net with their arrows cut {_in_words(cut)}; over a net without skips "
            f"{_in_words(without)}"
        )
    context["our own trunk, first steps"] = f"with skips over a net without {_in_words(ours)}; {norms}"
    why = ""
    if not ours.is_sure:
        why = (
            "A net that was trained without skips finds other ways: on our own trunk its first layers get no less "
            "gradient, for short cuts and norms carry it. The skips' part is seen by cutting their arrows in one net."
        )
    return Finding(figures, context, why)


def _in_words(figure: Figure) -> str:
    return f"{figure.value:+.2f} doublings ({figure.low:+.2f} to {figure.high:+.2f})"


def _with_over_cut(flow: dict, kind: str) -> Figure:
    runs = flow["nets"][kind]["fcn4s"]
    return doublings(runs, runs, ("norm", "deep"), f"{kind} trunk: all arrows over those of the skips cut")


def _with_over_without(flow: dict, kind: str) -> Figure:
    nets = flow["nets"][kind]
    return doublings(nets["fcn4s"], nets["fcn32s"], ("norm", "norm"), f"{kind} trunk: fcn4s over fcn32s")


def doublings(runs: Sequence[dict], others: Sequence[dict], names: tuple[str, str], label: str) -> Figure:
    """How many times larger the first layers' gradients of ``runs`` are than those of ``others``, as a power of two.

    At the end of training; one pair a seed, and the interval is Student's t over seeds, 95 %.
    """
    mine, theirs = (
        np.array([np.linalg.norm(run["end"][name][:FIRST]) for run in side])
        for side, name in zip((runs, others), names, strict=True)
    )
    return _over_seeds(np.log2(mine / theirs), label)


def _over_seeds(ratios: np.ndarray, label: str) -> Figure:
    half_width = stats.t.ppf(0.975, len(ratios) - 1) * ratios.std(ddof=1) / np.sqrt(len(ratios))
    mean = ratios.mean()
    interval = (round(float(value), 2) for value in (mean, mean - half_width, mean + half_width))
    return Figure(label, *interval, unit="doublings")


def _on_our_trunk(bench: Bench) -> tuple[Figure, str]:
    """The first layers' gradient while fcn32s and fcn4s start to learn, from the same random weights."""
    torch.use_deterministic_algorithms(True)
    views = [Views(LABEL_SET_NAME, bench.data, Augmentation(), seed) for seed in range(SEEDS)]
    norms = {net: np.array([_early_norms(net, v, seed) for seed, v in enumerate(views)]) for net in ("fcn32s", "fcn4s")}
    torch.use_deterministic_algorithms(False)
    words = []
    for net, by_seed in norms.items():
        thirds = by_seed.mean(0).reshape(3, -1).mean(1)
        words.append(f"{net}, mean norm in thirds of {STEPS} steps: " + ", ".join(f"{norm:.3f}" for norm in thirds))
    ratios = np.log2(norms["fcn4s"].mean(1) / norms["fcn32s"].mean(1))  # (SEEDS,)
    return _over_seeds(ratios, "our own trunk: fcn4s over fcn32s"), "; ".join(words)


def _early_norms(net: str, views: Views, seed: int) -> np.ndarray:
    """Norm of the loss' gradient for the stem and the stage of stride 4, at each of the first steps, ``(STEPS,)``."""
    torch.manual_seed(seed)
    model: nn.Module = create_model(net, len(LABEL_SETS[LABEL_SET_NAME])).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.03)
    early = [p for name, p in model.trunk.named_parameters() if name.startswith(EARLY)]
    weights = torch.ones(len(views.members))
    norms = []
    for step in range(STEPS):
        batch = [views[step * BATCH + i] for i in range(BATCH)]
        pictures, targets = (torch.from_numpy(np.stack(part)) for part in zip(*batch, strict=True))
        logits, targets = model(to_input(pictures), every=2), targets[:, ::2, ::2].long()
        loss = partial_label_loss(logits, targets, views.members, weights) + overlap_loss(
            logits, targets, views.members
        )
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.stack([p.grad.norm() for p in early]).norm()))
        optimizer.step()
    return np.array(norms)


CLAIMS = {
    deeper_is_more_abstract: Claim(
        "depth",
        "Deeper layers are more abstract: they know better what, and less well where.",
        9,
        f"A linear classifier on the features of each stride of the trained street fcn4s, learnt from {PIXELS} pixels "
        f"of each of {PHOTOS} training photos: accuracy, and what is lost near borders.",
        "Zeiler & Fergus (ECCV 2014), table 7: a linear SVM on the features of layers "
        f"{', '.join(map(str, ZEILER_FERGUS))} of their net, Caltech-101, accuracy "
        f"{', '.join(map(str, ZEILER_FERGUS.values()))}. Another task: it says what, not where.",
        "skip_connections?photo=china&classes=street",
    ),
    skips_carry_gradient: Claim(
        "gradient",
        "Gradients flow back to early layers through the skips.",
        9,
        "fcn4s on a small trunk as plain as the paper's: norm of the gradient of the first layers at the end of a "
        "short training, over what is left if the arrows through the skips are cut: `python -m "
        "seglib.inside.gradient_flow`. Beside it the same with short cuts, norms or both, and our own trunk. Spread: "
        "Student's t over seeds.",
        "Shelhamer, Long & Darrell (TPAMI 2017) train the skips all at once: no figure.",
        "inside?inside_part=While+it+learns",
    ),
}
