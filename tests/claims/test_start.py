"""What ImageNet is worth: stand-ins for a net and its control, against the metrics; without a control, a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from seglib import metrics
from seglib.claims import about_start, counts
from seglib.claims.counts import Bench, percent
from seglib.claims.ledger import NotInTheBoxError
from seglib.labels import LABEL_SETS
from seglib.models import cards, create_model
from seglib.models.weights import save_weights
from tests.claims.test_claims import camvid


@pytest.fixture
def box(tmp_path: Path, monkeypatch) -> Path:
    """An empty box for weights; few draws."""
    monkeypatch.setattr(cards, "WEIGHTS", tmp_path / "box")
    monkeypatch.setattr(counts, "RESAMPLES", 50)
    return tmp_path / "box"


def ship(box: Path, name: str, favourite: int, epochs: int = 3, net: str = "fcn8s") -> None:
    """A net for street photos with random weights, and one class that it is fond of."""
    torch.manual_seed(0)
    model = create_model(net, len(LABEL_SETS["street"]))
    with torch.no_grad():
        model.score["32"].bias[favourite] += 100
    card = {
        "name": "fcn8s",
        "labels": "street",
        "streams": [32, 16, 8],
        "parameters": sum(p.numel() for p in model.parameters()),
        "epochs_in_all": epochs,
        "recipe": {"views": 100},
    }
    save_weights(box / f"street-{name}.safetensors", model, card)


def test_a_net_is_held_against_its_control(box: Path, tmp_path: Path) -> None:
    """Half of every photo is road, half sky but for its void: the net says road everywhere, the control tree."""
    ship(box, "fcn8s", LABEL_SETS["street"].index("road"))
    ship(box, "fcn8s_scratch", LABEL_SETS["street"].index("tree"), epochs=2)
    bench = Bench(camvid(tmp_path, 2), tmp_path / "work")
    finding = about_start.imagenet_makes_an_fcn(bench)
    iou, accuracy = finding.figures
    everywhere = bench.of_net("fcn8s", "street").everywhere
    # Road has IoU 1/2, sky and, for the control, tree none: of two and of three classes that occur.
    assert (iou.value, accuracy.value) == (25, 50)
    assert iou.value == round(percent(metrics.mean_iou, everywhere), 2)
    assert (iou.low, iou.high) == (25, 25)  # all photos are alike
    assert "everyday-fcn8s_scratch.safetensors not in the box" in finding.context["everyday"]
    assert finding.context["street: points of IoU by class"].startswith("road +50")
    assert finding.context["street: views trained on"] == "fcn8s 300, fcn8s_scratch 200"
    assert "trained on fewer views, 67%" in finding.why


def test_views_alike_need_no_word(box: Path, tmp_path: Path) -> None:
    ship(box, "fcn8s", 3)
    ship(box, "fcn8s_scratch", 3)
    finding = about_start.imagenet_makes_an_fcn(Bench(camvid(tmp_path, 1), tmp_path / "work"))
    assert [figure.value for figure in finding.figures] == [0, 0]
    assert finding.why == ""


def test_without_a_control_the_claim_cannot_be_measured(box: Path, tmp_path: Path) -> None:
    bench = Bench(tmp_path, tmp_path / "work")
    ship(box, "fcn8s", 3)
    with pytest.raises(
        NotInTheBoxError, match=r"street photos: not measured: street-fcn8s_scratch\.safetensors not in"
    ):
        about_start.imagenet_makes_an_fcn(bench)
    ship(box, "fcn8s_scratch", 3, net="fcn4s")
    with pytest.raises(
        NotInTheBoxError,
        match=r"street photos: not measured: two nets of other layers, with 2,964,073 and 2,964,348 parameters",
    ):
        about_start.imagenet_makes_an_fcn(bench)
    assert not (tmp_path / "work").exists()  # nothing was counted in vain


def test_classes_that_gain_most_and_least_are_named() -> None:
    names = tuple("abcdefgh")
    ours, control = np.zeros((2, 1, 8, 8), int)
    for k in range(7):  # h occurs nowhere
        ours[0, k, k], control[0, k, k] = 10, 10 - k
        control[0, k, (k + 1) % 7] += k
    words = about_start._by_class(ours, control, names)
    shown = [word.split()[0] for word in words.split(", ")]
    assert len(shown) == 2 * about_start.SHOWN
    points = 100 * (metrics.iou_per_class(ours[0]) - metrics.iou_per_class(control[0]))
    assert shown[0] == names[int(np.nanargmax(points))]
    assert shown[-1] == names[int(np.nanargmin(points))]
    assert "h" not in shown
