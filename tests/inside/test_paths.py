"""The split of a pixel's gradient: exact, for any streams, pixels and losses; norms do not add, projections do."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.inside.paths import PHOTO, pixel_loss, red_arrows, skip, split_gradient, trunk
from seglib.inside.plain import KINDS, PlainFCN
from seglib.models import create_model
from seglib.models.fcn import STREAMS
from seglib.models.prediction import image_tensor

SIZE = (40, 53)


def lively(model: torch.nn.Module, seed: int) -> torch.nn.Module:
    """A net in which every stream says something, as after training."""
    torch.manual_seed(seed)
    for score in model.score.values():
        torch.nn.init.normal_(score.weight, std=0.1)
    return model.eval()


def photo(seed: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


@settings(max_examples=12, deadline=None)
@given(
    net=st.sampled_from([*STREAMS, "shallow8", "dilated8", *KINDS]),
    row=st.integers(0, SIZE[0] - 1),
    col=st.integers(0, SIZE[1] - 1),
    target=st.integers(0, 4),
    seed=st.integers(0, 99),
)
def test_what_comes_by_each_path_sums_to_autograds_whole(net: str, row: int, col: int, target: int, seed: int) -> None:
    torch.manual_seed(seed)
    model = lively(PlainFCN(5, STREAMS["fcn4s"], net) if net in KINDS else create_model(net, 5), seed)
    x = image_tensor(photo(seed)).requires_grad_()
    features = {}

    def keep(_module: object, _inputs: object, found: dict) -> None:
        features.update(found)

    handle = model.trunk.register_forward_hook(keep)
    loss = F.cross_entropy(model(x)[:, :, row, col], torch.tensor([target]))
    handle.remove()
    whole = dict(
        zip(
            (PHOTO, *features),
            torch.autograd.grad(loss, [x, *features.values()], allow_unused=True),
            strict=True,
        )
    )
    found_loss, _, _, split = split_gradient(model, image_tensor(photo(seed)), (row, col), target)
    assert float(found_loss) == pytest.approx(float(loss.detach()), rel=1e-5)
    for node, paths in split.items():
        total = sum(paths.values())
        assert float((total - whole[node][0]).norm()) <= 1e-5 * float(whole[node].norm()) + 1e-12


@pytest.fixture(scope="module")
def arrows():
    return red_arrows(lively(create_model("fcn4s", 5), 3), photo(3, (129, 161)), (60, 71), 2)


def test_projections_add_up_and_norms_do_not(arrows) -> None:
    assert arrows.nodes == [PHOTO, 4, 8, 16, 32]
    for node in arrows.nodes:
        assert sum(arrows.projections(node).values()) == pytest.approx(1)
    assert sum(arrows.norm(PHOTO, [path]) for path in arrows.pieces[PHOTO]) > arrows.norm(PHOTO)


def test_the_finest_path_reaches_only_its_window(arrows) -> None:
    reach = {path: (arrows.strength(PHOTO, [path]) > 0).sum() for path in arrows.pieces[PHOTO]}
    assert reach[4] < reach[8] <= reach[16] <= reach[32]
    assert reach[4] < 0.1 * 129 * 161
    rows, cols = np.nonzero(arrows.strength(PHOTO, [4]))
    assert rows.min() <= 60 <= rows.max()
    assert cols.min() <= 71 <= cols.max()


def test_norms_from_inner_products_are_those_of_the_gradients(arrows) -> None:
    for paths in ([4], [8, 32], [32, 16, 8, 4]):
        direct = np.linalg.norm(arrows.strength(PHOTO, paths))
        assert arrows.norm(PHOTO, paths) == pytest.approx(direct, rel=2e-3)  # pictures are kept at half precision


def test_a_cut_arrow_stops_every_path_that_runs_along_it(arrows) -> None:
    assert arrows.arriving(PHOTO) == [32, 16, 8, 4]
    assert arrows.arriving(PHOTO, [skip(16)]) == [32, 8, 4]
    assert arrows.arriving(PHOTO, [trunk(16, 8)]) == [8, 4]
    assert arrows.arriving(16, [trunk(16, 8)]) == [32, 16]
    assert arrows.arriving(PHOTO, [trunk(4, PHOTO)]) == []
    back = arrows.backward([trunk(16, 8)])
    assert back[trunk(16, 8)] == 0
    assert back[trunk(8, 4)] == pytest.approx(arrows.norm(4, [8]))
    assert arrows.norm(PHOTO, []) == 0
    assert not arrows.strength(PHOTO, []).any()


def test_every_arrow_has_a_size_in_both_directions(arrows) -> None:
    names = [skip(s) for s in (32, 16, 8, 4)] + [trunk(a, b) for b, a in itertools.pairwise([PHOTO, 4, 8, 16, 32])]
    assert sorted(arrows.forward) == sorted(arrows.backward()) == sorted(names)
    assert min(arrows.forward.values()) > 0


def test_where_the_net_is_sure_and_right_nothing_comes_back() -> None:
    model = lively(create_model("fcn32s", 5), 1)
    with torch.no_grad():
        model.score["32"].bias[3] += 1e4
    sure = red_arrows(model, photo(1), (5, 5), 3)
    assert sure.loss == 0
    assert sure.norm(PHOTO) == 0
    assert sure.projections(PHOTO) == {32: 0}


def test_what_cannot_be_asked_is_said() -> None:
    model = create_model("fcn32s", 5).eval()
    with pytest.raises(ValueError, match="40 rows"):
        red_arrows(model, photo(0), (40, 0), 0)
    streams = model.streams(image_tensor(photo(0)))
    with pytest.raises(ValueError, match="wanted 0 to 4"):
        pixel_loss(model, streams, SIZE, (0, 0), 5)
