"""The benchmarks' frame: spreads by hand, time bounded, failures told. What they measure is not tested for time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import decoding, spread
from seglib.images import MAX_PIXELS, decode


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
