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

from benchmarks import __main__ as benchmarks
from benchmarks import decoding, spread, teach
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


def test_the_command_line_runs_one_part(tmp_path: Path) -> None:
    out = tmp_path / "benchmarks.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "decoding", "--out", str(out)]
    done = subprocess.run(command, cwd=benchmarks.ROOT, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
    assert json.loads(out.read_text())["parts"]["decoding"]["ratios"]
