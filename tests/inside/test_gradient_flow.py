"""The plain trunk and its controls, and how much gradient comes back to their first layers."""

import json

import numpy as np
import pytest
import torch

from seglib.inside import gradient_flow
from seglib.inside.gradient_flow import NETS, FlowRecipe, convolutions, split_norms
from seglib.inside.plain import KINDS, STAGES, PlainFCN, PlainTrunk
from seglib.models.fcn import STREAMS
from tests.inside.test_paths import lively


@pytest.mark.parametrize("kind", KINDS)
def test_units_of_every_trunk_sit_on_their_grid(kind) -> None:
    features = PlainTrunk(kind).eval()(torch.zeros(1, 3, 97, 129))
    assert {stride: tuple(maps.shape[1:]) for stride, maps in features.items()} == {
        stride: (channels, 96 // stride + 1, 128 // stride + 1) for stride, channels in STAGES.items()
    }


def test_trunks_differ_in_nothing_but_what_they_are_called_after() -> None:
    weights = {}
    for kind in KINDS:
        torch.manual_seed(5)
        weights[kind] = [part.weight.detach() for part in convolutions(PlainTrunk(kind)).values()]
    for kind in ("short cuts", "norms", "short cuts and norms"):
        assert all(torch.equal(a, b) for a, b in zip(weights["plain"], weights[kind], strict=True))
    small = [a.std() / b.std() for a, b in zip(weights["plain, small start"], weights["plain"], strict=True)]
    assert float(torch.stack(small).mean()) == pytest.approx(6**-0.5, rel=0.05)
    with pytest.raises(ValueError, match="short cuts and norms"):
        PlainTrunk("fancy")


def test_a_short_cut_adds_the_input_and_nothing_else() -> None:
    torch.manual_seed(0)
    plain, short = PlainTrunk("plain").stages["8"][1], PlainTrunk("short cuts").stages["8"][1]
    short.load_state_dict(plain.state_dict())
    x = torch.rand(1, 32, 9, 9)
    with torch.no_grad():
        inner = plain.second(torch.relu(plain.first(x)))
        inner[:, :32] += x
        assert torch.allclose(short(x), torch.relu(inner))


def test_deep_and_skips_share_out_the_whole_gradient() -> None:
    model = lively(PlainFCN(4, STREAMS["fcn4s"]), 2)
    x, targets = torch.rand(2, 3, 65, 65), torch.zeros(2, 33, 33, dtype=torch.long)
    norms = split_norms(model, lambda logits: torch.nn.functional.cross_entropy(logits, targets), x)
    assert {len(each) for each in norms.values()} == {len(convolutions(model.trunk))}
    with torch.no_grad():  # skips that say nothing send nothing back
        for stride in (16, 8, 4):
            model.score[str(stride)].weight.zero_()
    silent = split_norms(model, lambda logits: torch.nn.functional.cross_entropy(logits, targets), x)
    assert silent["deep"] == pytest.approx(silent["norm"], rel=1e-4)
    assert silent["share"] == pytest.approx([0] * len(silent["share"]), abs=1e-5)
    assert norms["share"][-1] == pytest.approx(0, abs=1e-5)  # the last layer lies behind all skips
    assert norms["share"][0] != pytest.approx(0, abs=1e-3)


def test_the_command_watches_every_trunk_with_and_without_skips(data, tmp_path) -> None:
    out = tmp_path / "flow.json"
    recipe = FlowRecipe(steps=2, batch=2, crop=33, phase=1, seeds=(0,))
    gradient_flow.main(["--data", str(data), "--out", str(out)], recipe)
    report = json.loads(out.read_text())
    assert set(report["nets"]) == set(KINDS)
    for nets in report["nets"].values():
        assert set(nets) == set(NETS)
        (run,) = nets["fcn32s"]
        assert np.allclose(run["start"]["norm"], run["start"]["deep"], rtol=1e-2)
        assert len(run["end"]["norm"]) == len(report["layers"])


def test_a_folder_without_data_ends_the_command(tmp_path) -> None:
    with pytest.raises(SystemExit, match="gradient_flow"):
        gradient_flow.main(["--data", str(tmp_path), "--out", str(tmp_path / "x.json")])
