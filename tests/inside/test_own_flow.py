"""The app's own trunk: how its gradients are measured, and what the shipped figures must add up to."""

import json

import numpy as np
import pytest
import torch

from seglib.inside import own_flow
from seglib.inside.files import FLOW
from seglib.inside.gradient_flow import NETS, FlowRecipe, convolutions, read_flow
from seglib.inside.gradient_flow import main as watch_small_trunks
from seglib.labels import IGNORE, LABEL_SETS
from seglib.models.imagenet import load_imagenet
from seglib.models.weights import load_model
from seglib.photos import load_photo, photo_truth


def test_a_fresh_net_has_imagenets_trunk_and_skips_at_zero() -> None:
    one, other, alone = own_flow.fresh("fcn4s", 0), own_flow.fresh("fcn4s", 1), own_flow.fresh("fcn32s", 0)
    trained = load_imagenet().trunk.state_dict()
    for model in (one, other, alone):
        assert all(torch.equal(value, trained[name]) for name, value in model.trunk.state_dict().items())
    assert not one.score["4"].weight.any()
    assert torch.equal(one.score["32"].weight, alone.score["32"].weight)
    assert not torch.equal(one.score["32"].weight, other.score["32"].weight)


def test_norms_are_those_of_autograd_on_the_whole_photo_without_void_pixels(monkeypatch) -> None:
    rows, cols = slice(100, 165), slice(200, 297)
    monkeypatch.setattr(own_flow, "load_photo", lambda name: np.ascontiguousarray(load_photo(name)[rows, cols]))
    monkeypatch.setattr(own_flow, "photo_truth", lambda name, classes: photo_truth(name, classes)[rows, cols])
    # A loss of one's own: cross-entropy alone, as torch has it.
    monkeypatch.setattr(own_flow, "overlap_loss", lambda *_: 0)
    model = load_model("fcn4s", own_flow.LABELS, fold=False)
    norms = own_flow.norms_on(model, "china")
    truth = torch.from_numpy(own_flow.photo_truth("china", LABEL_SETS[own_flow.LABELS]).astype(np.int64))[None]
    logits = model(own_flow.image_tensor(own_flow.load_photo("china")))[..., ::2, ::2]
    loss = torch.nn.functional.cross_entropy(logits, truth[:, ::2, ::2], ignore_index=IGNORE)
    weights = [part.weight for part in convolutions(model.trunk).values()]
    direct = [float(g.norm()) for g in torch.autograd.grad(loss, weights)]
    assert norms["loss"] == pytest.approx(loss.item(), rel=1e-4)
    assert norms["norm"] == pytest.approx(direct, rel=1e-3)


def test_the_command_adds_to_the_file_and_the_other_one_keeps_it(data, tmp_path, monkeypatch) -> None:
    out = tmp_path / "flow.json"
    with pytest.raises(SystemExit):
        own_flow.main(["--out", str(out)])
    out.write_text(json.dumps({"nets": {"plain": {}}}))
    monkeypatch.setattr(own_flow, "PHOTOS", ("china",))
    monkeypatch.setattr(own_flow, "SEEDS", (0,))
    monkeypatch.setattr(own_flow, "load_photo", lambda name: np.ascontiguousarray(load_photo(name)[100:133, 200:265]))
    monkeypatch.setattr(own_flow, "photo_truth", lambda name, classes: photo_truth(name, classes)[100:133, 200:265])
    own_flow.main(["--out", str(out)])
    flow = json.loads(out.read_text())
    assert flow["nets"] == {"plain": {}}
    ours = flow["ours"]
    assert set(ours["nets"]) == set(NETS)
    (run,) = ours["nets"]["fcn4s"]
    assert len(run["end"]["norm"]) == len(ours["layers"]) == 48
    recipe = FlowRecipe(steps=2, batch=1, crop=33, phase=1, seeds=())
    watch_small_trunks(["--data", str(data), "--out", str(out)], recipe)  # no seed: it writes nothing
    watch_small_trunks(
        ["--data", str(data), "--out", str(out)], FlowRecipe(steps=2, batch=1, crop=33, phase=1, seeds=(0,))
    )
    assert json.loads(out.read_text())["ours"] == ours


@pytest.mark.skipif(not FLOW.is_file(), reason="nothing was measured")
def test_the_shipped_figures_start_without_skips_and_share_out_one() -> None:
    ours = read_flow()["ours"]
    assert tuple(ours["photos"]) == own_flow.PHOTOS
    for alone, with_skips in zip(ours["nets"]["fcn32s"], ours["nets"]["fcn4s"], strict=True):
        assert with_skips["start"]["norm"] == with_skips["start"]["deep"] == alone["start"]["norm"]
        assert not any(with_skips["start"]["share"])
        assert with_skips["end"]["share"][-1] == 0  # behind all skips
        assert with_skips["end"]["norm"] != with_skips["end"]["deep"]
        assert alone["end"]["norm"] == alone["end"]["deep"]
