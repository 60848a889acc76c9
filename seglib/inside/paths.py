"""The red arrows: one pixel's gradient, split exactly by the stream through which it comes back.

An FCN's logits are a sum of streams, so the gradient of a pixel's loss runs back along as many paths: from the sum
into the scores at stride 32, down the whole trunk; through the skip at stride 16 into the middle of the trunk; and
so on. As differentiation is linear, what arrives at any layer is the sum of what arrives by each path, and each can
be computed alone: first the gradient at every stream's scores, then one backward pass a stream.

Their norms do not add up to the whole's norm, for they point in nearly orthogonal directions; their projections on
the whole do. Source: the red arrows of backpropagation in Shelhamer, Long & Darrell, TPAMI 2017, section 4.3.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from seglib.inside.backward import back_to_the_photo
from seglib.models.fcn import FCN, contributions_at, pad_to_grid
from seglib.models.prediction import image_tensor

PHOTO = 1  # the photo's node, as features have their strides
Split = dict[int, dict[int, torch.Tensor]]  # {node: {path: gradient (C, h, w)}}; a path goes by its stream's stride


def skip(stride: int) -> str:
    """Name of the arrow between a stage and its scores."""
    return f"scores {stride}"


def trunk(above: int, below: int) -> str:
    """Name of the arrow between a stage and the one below it, or the photo."""
    return f"{above} to {'photo' if below == PHOTO else below}"


def pixel_loss(
    model: FCN, streams: Mapping[int, torch.Tensor], size: tuple[int, int], point: tuple[int, int], target: int
) -> torch.Tensor:
    """Cross-entropy of one pixel, from the streams' scores."""
    row, col = point
    if not (0 <= row < size[0] and 0 <= col < size[1]):
        raise ValueError(f"pixel {point}: the photo has {size[0]} rows and {size[1]} columns")
    if not 0 <= target < model.num_classes:
        raise ValueError(f"class {target}: wanted 0 to {model.num_classes - 1}")
    logits = sum(contributions_at(dict(streams), point).values())
    return F.cross_entropy(logits, torch.tensor([target], device=logits.device))


def split_gradient(
    model: FCN, x: torch.Tensor, point: tuple[int, int], target: int
) -> tuple[torch.Tensor, dict[int, torch.Tensor], dict[int, torch.Tensor], Split]:
    """Loss, features, gradient at the streams' scores, and the gradient at every node by path, for ``x (1, 3, H, W)``.

    Nothing is written to ``model``, which others may be using.
    """
    size = x.shape[-2:]
    x = pad_to_grid(x.detach())
    with torch.enable_grad():
        features = model.trunk(x.requires_grad_())
        # Leaves of their own, so that what a stream reads directly is told from what lies below.
        read = {stride: maps.detach().requires_grad_() for stride, maps in features.items()}
        streams = model.score_features(read)
        loss = pixel_loss(model, streams, size, point, target)
        at_scores = dict(
            zip(streams, torch.autograd.grad(loss, list(streams.values()), retain_graph=True), strict=True)
        )
        split: Split = {node: {} for node in (PHOTO, *features)}
        for path, scores in streams.items():
            gradients = torch.autograd.grad(
                scores, list(read.values()), at_scores[path], retain_graph=True, allow_unused=True
            )
            for stride, gradient in zip(read, gradients, strict=True):
                if gradient is not None:
                    for node, values in back_to_the_photo(model.trunk, x, features, stride, gradient).items():
                        split[node][path] = split[node].get(path, 0) + values
    split[PHOTO] = {path: values[:, : size[0], : size[1]] for path, values in split[PHOTO].items()}
    kept = {node: paths for node, paths in split.items() if paths}
    return loss.detach(), {s: maps.detach() for s, maps in features.items()}, at_scores, kept


@dataclass(frozen=True, eq=False)
class Piece:
    """A gradient, cut to where it is not zero, at half precision: what is kept of it for pictures."""

    values: np.ndarray  # (C, h, w) float16, at most 1 in size
    scale: float
    corner: tuple[int, int]
    size: tuple[int, int]

    def whole(self) -> np.ndarray:
        """The gradient, ``(C, H, W)`` float32, zeros put back."""
        full = np.zeros((len(self.values), *self.size), np.float32)
        (top, left), (height, width) = self.corner, self.values.shape[1:]
        full[:, top : top + height, left : left + width] = self.values.astype(np.float32) * self.scale
        return full


def _piece(gradient: torch.Tensor) -> Piece:
    size = tuple(gradient.shape[1:])
    strength = gradient.abs().amax(0)
    scale = float(strength.max())
    if not scale > 0:
        return Piece(np.zeros((len(gradient), 0, 0), np.float16), 0.0, (0, 0), size)
    rows, cols = (torch.nonzero(strength.amax(axis)).ravel() for axis in (1, 0))
    top, left = int(rows[0]), int(cols[0])
    cut = gradient[:, top : int(rows[-1]) + 1, left : int(cols[-1]) + 1] / scale
    return Piece(cut.half().contiguous().numpy(), scale, (top, left), size)


@dataclass(frozen=True, eq=False)
class RedArrows:
    """One pixel's gradient on its way back to the photo."""

    point: tuple[int, int]
    target: int  # the class that the pixel should have been given
    loss: float  # cross-entropy there; minus the logarithm of the target's probability
    probabilities: np.ndarray  # (K,) probabilities
    at_scores: dict[int, float]  # {stream: norm of the gradient at its scores}
    forward: dict[str, float]  # {arrow: size of what passes up it, see `forward_sizes`}
    inner: dict[int, np.ndarray]  # {node: (P, P) inner products of the paths' gradients}, paths as in `pieces`
    pieces: dict[int, dict[int, Piece]]  # {node: {path: gradient}}, coarsest path first

    @property
    def nodes(self) -> list[int]:
        """The photo, then the stages from fine to coarse."""
        return sorted(self.pieces)

    def arriving(self, node: int, cuts: Collection[str] = ()) -> list[int]:
        """Paths whose gradient still reaches a node when some arrows are cut."""
        kept = []
        for path in self.pieces[node]:
            way = [stage for stage in self.nodes if node <= stage <= path]
            arrows = [skip(path), *(trunk(above, below) for below, above in itertools.pairwise(way))]
            if not set(arrows) & set(cuts):
                kept.append(path)
        return kept

    def norm(self, node: int, paths: Collection[int] | None = None) -> float:
        """Norm of the gradient that arrives at a node by some paths together; by all of them if none are named."""
        chosen = np.array([paths is None or path in paths for path in self.pieces[node]], float)
        return float(np.sqrt(max(chosen @ self.inner[node] @ chosen, 0.0)))

    def projections(self, node: int) -> dict[int, float]:
        """Each path's gradient projected on the whole, as a share of the whole's norm: these add up to 1."""
        along = self.inner[node].sum(1)
        return dict(zip(self.pieces[node], along / max(along.sum(), 1e-300), strict=True))

    def cosines(self, node: int) -> np.ndarray:
        """Cosines of the angles between the paths' gradients, ``(P, P)``; 0 is orthogonal."""
        lengths = np.sqrt(np.diag(self.inner[node]).clip(1e-300))
        return self.inner[node] / np.outer(lengths, lengths)

    def strength(self, node: int, paths: Collection[int]) -> np.ndarray:
        """How strongly each place of a node is pulled by some paths together, ``(h, w)``: the norm over channels."""
        total = sum((self.pieces[node][path].whole() for path in paths), np.float32(0))
        if np.ndim(total) == 0:
            return np.zeros(next(iter(self.pieces[node].values())).size, np.float32)
        return np.sqrt(np.square(total).sum(0))

    def backward(self, cuts: Collection[str] = ()) -> dict[str, float]:
        """Norm of what comes back along each arrow, by its name; 0 along an arrow that is cut."""
        sizes = {}
        for path, norm in self.at_scores.items():
            sizes[skip(path)] = 0.0 if skip(path) in cuts else norm
        for below, above in itertools.pairwise(self.nodes):
            name = trunk(above, below)
            deeper = [path for path in self.arriving(below, cuts) if path >= above]
            sizes[name] = self.norm(below, deeper)
        return sizes


def red_arrows(model: FCN, image: np.ndarray, point: tuple[int, int], target: int) -> RedArrows:
    """Gradient of the loss of one pixel of a photo ``(H, W, 3)`` uint8, if ``target`` is its true class.

    ``model`` is any net whose logits are a sum of streams over a trunk, in eval mode. Where the net is sure and right,
    loss and gradients vanish: take a pixel that it gets wrong.
    """
    x = image_tensor(image)
    loss, features, at_scores, split = split_gradient(model, x, point, target)
    with torch.no_grad():
        streams = model.score_features(features)
        shares = contributions_at(streams, point)
    inner = {}
    for node, paths in split.items():
        flat = torch.stack([gradient.flatten() for gradient in paths.values()]).double()
        inner[node] = (flat @ flat.T).numpy()
    return RedArrows(
        point=point,
        target=target,
        loss=float(loss),
        probabilities=sum(shares.values())[0].softmax(0).numpy(),
        at_scores={path: float(gradient.norm()) for path, gradient in at_scores.items()},
        forward=forward_sizes(features, shares, point),
        inner=inner,
        pieces={node: {path: _piece(gradient) for path, gradient in paths.items()} for node, paths in split.items()},
    )


def forward_sizes(
    features: Mapping[int, torch.Tensor], shares: Mapping[int, torch.Tensor], point: tuple[int, int]
) -> dict[str, float]:
    """What passes up each arrow at a pixel: a stage's root mean square over channels, a stream's norm over classes.

    ``shares`` are what the streams add to the pixel's logits, see `contributions_at`.
    """
    stages = [PHOTO, *sorted(features)]
    sizes = {}
    for below, above in itertools.pairwise(stages):
        values = features[above]
        row, col = (min((at + above // 2) // above, n - 1) for at, n in zip(point, values.shape[-2:], strict=True))
        sizes[trunk(above, below)] = float(values[0, :, row, col].square().mean().sqrt())
    return sizes | {skip(stride): float(share.norm()) for stride, share in shares.items()}
