"""Three seeds: the lead of one net over another against SciPy's t test, and the command on a toy street."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy.stats import ttest_1samp

from seglib.claims import seeds
from seglib.models.cards import read_card
from seglib.training.recipe import Recipe
from tests.claims.test_claims import camvid


def written(path: Path, kind: str = seeds.KIND, **nets: list[float]) -> Path:
    report = {"kind": kind, "nets": {name: [{"mean_iou": value} for value in values] for name, values in nets.items()}}
    path.write_text(json.dumps(report))
    return path


def test_a_lead_is_that_of_a_paired_t_test(tmp_path: Path) -> None:
    path = written(tmp_path / "seeds.json", fcn8s=[60.0, 62.0, 61.5], fcn32s=[57.0, 60.5, 58.0])
    (figure,) = seeds.lead("fcn8s", "fcn32s", path=path)
    low, high = ttest_1samp([3.0, 1.5, 3.5], 0).confidence_interval(0.95)
    assert (figure.value, figure.low, figure.high) == pytest.approx((8 / 3, low, high), abs=0.006)
    assert figure.name == "street, 3 seeds: fcn8s over fcn32s, mean IoU"


def test_runs_on_another_trunk_than_the_shipped_nets_say_so(tmp_path: Path) -> None:
    path = written(tmp_path / "seeds.json", fcn8s=[60.0, 62.0], fcn32s=[57.0, 60.5])
    report = json.loads(path.read_text())
    del report["kind"]  # as older files
    path.write_text(json.dumps(report))
    (figure,) = seeds.lead("fcn8s", "fcn32s", path=path)
    assert figure.name == ("street, 2 seeds on the former trunk, without ImageNet: fcn8s over fcn32s, mean IoU")


def test_nets_that_were_not_trained_so_have_no_lead(tmp_path: Path) -> None:
    assert seeds.lead("fcn8s", "fcn32s", path=written(tmp_path / "seeds.json", fcn8s=[60.0, 61.0])) == []
    assert seeds.lead("fcn8s", "fcn32s", path=tmp_path / "none.json") == []


def test_the_command_trains_what_is_missing_and_scores_all(tmp_path: Path, monkeypatch, capsys) -> None:
    short = Recipe(epochs=2, views=2, batch=1, crop=65)
    monkeypatch.setattr(seeds, "SEEDS", (0, 1))
    monkeypatch.setattr(seeds, "NETS", ("fcn32s", "pyramid1"))
    monkeypatch.setattr(seeds, "TRUNK", ("fcn4s", short))
    monkeypatch.setattr(seeds, "BRANCH", short)
    data = camvid(tmp_path, 2, "train")
    camvid(data, 2)
    out, work = tmp_path / "seeds.json", tmp_path / "work"
    arguments = ["--data", str(data), "--out", str(out), "--work", str(work)]
    seeds.main(arguments)
    first = seeds.read_seeds(out)
    assert {net: len(scores) for net, scores in first.items()} == {"fcn32s": 2, "pyramid1": 2}
    assert all(0 <= value <= 100 for scores in first.values() for each in scores for value in each.values())
    written_at = {path.name: path.stat().st_mtime_ns for path in work.glob("*.safetensors")}
    assert len(written_at) == 6
    starts = {name: read_card(work / name)["init"]["name"] for name in written_at}
    assert {name for name, start in starts.items() if start == "imagenet"} == {f"trunk-{i}.safetensors" for i in (0, 1)}
    assert {start for name, start in starts.items() if not name.startswith("trunk-")} == {"fcn4s"}
    seeds.main(arguments)
    assert {path.name: path.stat().st_mtime_ns for path in work.glob("*.safetensors")} == written_at
    assert seeds.read_seeds(out) == first
    assert "seed 1, pyramid1" in capsys.readouterr().out


def test_a_folder_without_photos_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"seeds: .*should hold the folders"):
        seeds.main(["--data", str(tmp_path), "--out", str(tmp_path / "seeds.json"), "--work", str(tmp_path)])
