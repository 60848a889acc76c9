"""The benchmarks' frame: spreads by hand, time bounded, failures told. What they measure is not tested for time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from benchmarks import __main__ as benchmarks
from benchmarks import decoding, engines, spread, teach
from seglib.images import MAX_PIXELS, decode
from seglib.labels import IGNORE


def test_a_spread_is_median_and_quartiles() -> None:
    assert spread(np.array([5.0, 1.0, 2.0, 3.0, 4.0])) == {"median": 3.0, "quartiles": [2.0, 4.0]}


def test_a_benchmark_that_takes_too_long_is_ended_and_said() -> None:
    assert benchmarks.run("metrics", [], 0.2) == {"failure": "not done within 0 s"}
    assert benchmarks.run("metrics", [], 0) == {"failure": "no time left"}


def test_a_benchmark_that_fails_says_why() -> None:
    assert "unrecognized arguments: --nonsense" in benchmarks.run("decoding", ["--nonsense"], 60)["failure"]


def test_all_parts_exist_and_write_what_was_found(tmp_path: Path, monkeypatch, capsys) -> None:
    for name in benchmarks.PARTS:
        assert (benchmarks.ROOT / "benchmarks" / f"{name}.py").is_file()
    found = {"ratios": {"ours / theirs": {"median": 2.0, "quartiles": [1.5, 2.25]}}}
    monkeypatch.setattr(benchmarks, "run", lambda name, arguments, seconds: found)
    out = tmp_path / "benchmarks.json"
    benchmarks.main(["--out", str(out)])
    assert list(json.loads(out.read_text())["parts"]) == list(benchmarks.PARTS)
    assert capsys.readouterr().out.count("2.00  (1.50 to 2.25)") == len(benchmarks.PARTS)


def test_a_part_that_is_measured_anew_leaves_the_others(tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "benchmarks.json"
    before = {"machine": benchmarks.machine(), "parts": {"pages": {"figure": 1}, "crf": {"figure": 1}}}
    out.write_text(json.dumps(before))
    monkeypatch.setattr(benchmarks, "run", lambda name, arguments, seconds: {"figure": 2})
    benchmarks.main(["--only", "teach", "crf", "--out", str(out)])
    wanted = {"crf": {"figure": 2}, "teach": {"figure": 2}, "pages": {"figure": 1}}
    assert list(json.loads(out.read_text())["parts"].items()) == list(wanted.items())


def test_what_another_machine_measured_says_so_until_it_is_measured_here(tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "benchmarks.json"
    out.write_text(json.dumps({"machine": "a desk", "parts": {"pages": {"figure": 1}, "crf": {"figure": 1}}}))
    monkeypatch.setattr(benchmarks, "run", lambda name, arguments, seconds: {"figure": 2})
    for part in ("teach", "crf"):
        benchmarks.main(["--only", part, "--out", str(out)])
    report = json.loads(out.read_text())
    assert report["machine"] == benchmarks.machine()
    assert report["parts"]["pages"] == {"machine": "a desk", "figure": 1}
    assert report["parts"]["teach"] == report["parts"]["crf"] == {"figure": 2}


def test_the_peer_of_teaching_gets_the_same_strokes(monkeypatch) -> None:
    """Channels first, classes from 1, and no download."""
    asked = []

    class Model:
        def __init__(self, alias: str) -> None:
            asked.append(alias)
            self.net = torchvision.models.vgg16()
            self.net.load_state_dict(torch.load(layers.guided_model_download("name", "url"), weights_only=True))

        def set_params(self, **params: str) -> None:
            asked.append(params)

        def train(self, image: np.ndarray, annotation: np.ndarray) -> None:
            print("a tree")
            asked.append((image.shape, annotation.tolist()))

        def segment(self, image: np.ndarray) -> np.ndarray:
            return image[0]

    layers = SimpleNamespace()
    names = {"convpaint_model": SimpleNamespace(ConvpaintModel=Model), "feature_extractors.nnlayers": layers}
    modules = {f"napari_convpaint.{name}": module for name, module in names.items()}
    monkeypatch.setattr(teach.importlib, "import_module", modules.__getitem__)
    strokes = np.array([[0, 1, IGNORE]], np.uint8)
    (run,) = teach.convpaint(np.zeros((1, 3, 3), np.uint8), strokes).values()
    assert run().shape == (1, 3)
    assert asked == ["vgg", {"channel_mode": "rgb"}, ((3, 1, 3), [[1, 2, 0]])]


def test_a_peer_that_is_not_installed_is_left_out(monkeypatch) -> None:
    monkeypatch.setattr(teach, "PEER", "nowhere_to_be_found")
    assert teach.convpaint(np.zeros((1, 3, 3), np.uint8), np.zeros((1, 3), np.uint8)) == {}


@pytest.mark.parametrize("name", ["jpeg 12 Mpx", "png 3 Mpx", "jpeg 0.3 Mpx"])
def test_decoders_that_are_compared_see_the_same_photo(name: str) -> None:
    data = decoding.files()[name]
    ours = decode(data).image
    for peer in (decoding.with_pillow(data), decoding.with_opencv(data)):
        assert abs(peer.shape[0] * peer.shape[1] - min(MAX_PIXELS, ours.shape[0] * ours.shape[1])) < 3000
        assert np.abs(ours.mean((0, 1)) - peer.mean((0, 1))).max() < 2


@pytest.mark.parametrize("name", engines.BUILD)
def test_an_engine_that_is_missing_is_named(name: str, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", nn)  # any module: as if it were there
    monkeypatch.setitem(sys.modules, name, None)  # as if it were not
    assert engines.missing(name).startswith("not run: ")
    assert name in engines.missing(name)


def test_without_the_exporter_no_engine_runs_and_the_exporter_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    for name in engines.BUILD:
        assert "onnxscript" in engines.missing(name)


def test_agreement_is_the_share_of_pixels_with_the_same_class() -> None:
    assert engines.agreement(np.array([[0, 1], [2, 3]]), np.array([[0, 1], [2, 0]])) == 0.75
    with pytest.raises(ValueError, match="same size"):
        engines.agreement(np.zeros((2, 2)), np.zeros((1, 2)))


def test_engines_are_held_against_eager_by_their_worst_input() -> None:
    def a_little_off(x: torch.Tensor) -> np.ndarray:
        """Two classes of two pixels; the second pixel changes its class where the input is 1."""
        return np.array([[[[1.0, 1.0]], [[0.0, 2.0 - 1.5 * float(x)]]]])

    held = engines.agreements(
        {"eager": lambda x: np.array([[[[1.0, 1.0]], [[0.0, 2.0]]]]), "other": a_little_off},
        [torch.zeros(1), torch.ones(1), torch.zeros(1)],
    )
    assert held == {"other": {"labels, worst": 0.5, "logit off by, worst": 1.5}}


def test_ratios_of_engines_are_taken_round_by_round() -> None:
    two, four = np.array([[2.0, 1.0], [20.0, 1.0]]), np.array([[4.0, 4.0], [40.0, 4.0]])
    ratios = engines.ratios({"eager": {"fcn8s": four, "fcn4s": four}, "other": {"fcn8s": two, "fcn4s": two}}, 2)
    assert ratios == {
        "other / eager, fcn8s, 2 threads": {"median": 0.5, "quartiles": [0.5, 0.5]},
        "other / eager, fcn8s, 2 threads, processor time": {"median": 0.25, "quartiles": [0.25, 0.25]},
    }


def test_rounds_that_warm_up_do_not_count_and_all_four_are_summed() -> None:
    looks = []
    nets = {name: {"eager": looks.append} for name in ("fcn8s", "fcn4s")}
    times = engines.measure(nets, torch.zeros(1, 3, 2, 2), rounds=2, warm_up=1)
    assert len(looks) == 6
    assert times["eager"]["all four"] == pytest.approx(times["eager"]["fcn8s"] + times["eager"]["fcn4s"])


@pytest.mark.parametrize("name", engines.BUILD)
def test_an_engine_gives_the_logits_of_the_net(name: str) -> None:
    if why := engines.missing(name):
        pytest.skip(why)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU6(), nn.Conv2d(4, 2, 1)).eval()
    x = torch.rand(1, 3, *engines.SIZE)
    run = engines.BUILD[name](engines.export(net), 1)
    assert run(x) == pytest.approx(engines.eager(net)(x), abs=1e-5)


def test_the_command_line_runs_one_part(tmp_path: Path) -> None:
    out = tmp_path / "benchmarks.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "decoding", "--out", str(out)]
    done = subprocess.run(command, cwd=benchmarks.ROOT, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
    assert json.loads(out.read_text())["parts"]["decoding"]["ratios"]


def test_engines_meet_each_new_size_once_after_one_that_does_not_count() -> None:
    met = []
    nets = {"fcn8s": {"eager": lambda x: met.append(x.shape[2:]), "other": lambda x: sum(range(10**5))}}
    times = engines.measure_new_sizes(nets, [torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 8)])
    assert met == [engines.SIZE, (4, 4), (4, 8)]
    assert times["eager"].shape == times["other"].shape == (1, 2)
    assert (times["other"] > 0).all()
