"""The measuring command on tiny data sets, and that what it chose is what the app uses."""

import contextlib
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from seglib.labels import IGNORE
from seglib.teach import measure
from seglib.teach.heads import SHARES
from seglib.teach.measure_photos import SETS, Task
from seglib.ui.teach.observations import NEARLY
from tests.conftest import write_split


def test_the_app_uses_the_shares_that_were_chosen() -> None:
    report = json.loads(measure.RESULTS.read_text())
    assert {int(stride): share for stride, share in report["shares"].items()} == SHARES


def test_the_claims_hold_as_measured() -> None:
    """What the page says: layers together beat each alone, and on other photos ImageNet beats random weights.

    On the painted photo the CRF is worth something, and textons are nearly as good as the net's features.
    """
    rows = json.loads(measure.RESULTS.read_text())["rows"]
    alone = [rows[f"layer {stride}"] for stride in measure.FOUR]
    for which in ("own", "others"):
        assert rows["four layers"][which]["mean_iou"] > max(row[which]["mean_iou"] for row in alone)
    assert rows["four layers"]["others"]["mean_iou"] > rows["random weights"]["others"]["mean_iou"] + 10
    assert rows[measure.CRF]["own"]["mean_iou"] > rows["four layers"]["own"]["mean_iou"]
    assert NEARLY < rows[measure.TEXTONS]["own"]["mean_iou"] / rows["four layers"]["own"]["mean_iou"] < 1
    assert "others" not in rows[measure.TEXTONS]


def test_mean_iou_by_hand() -> None:
    """Class 1 is nowhere in the truth: that it is said counts against class 0 alone. 3 is not among the classes."""
    truth, labels = np.array([0, 0, 0, 2, 3, IGNORE]), np.array([0, 0, 1, 2, 2, 3])
    assert measure.mean_iou(truth, labels, np.array([0, 1, 2])) == (2 / 3 + 1) / 2
    assert measure.mean_iou(truth, labels, np.array([1])) is None


def test_rows_count_sets_alike() -> None:
    a, b = (Task(name, "photo", (), 0) for name in "ab")
    results = [(a, 0, 0.5, [0.2]), (a, 0, 0.7, [0.4, 0.6]), (b, 0, 0.2, []), (b, 1, 0.4, [])]
    figures = measure.row(results)
    assert figures["own"] == {"mean_iou": 45.0, "seeds": [40.0, 40.0], "sets": {"a": 60.0, "b": 30.0}}
    assert figures["others"]["mean_iou"] == 40.0


def test_each_half_is_reported_with_what_was_best_on_the_other(monkeypatch) -> None:
    """Choice A is good on half 0, choice B on half 1: so half 0 gets B, half 1 gets A, and both look bad."""
    monkeypatch.setattr(measure, "CHOICES", ((1, 1, 1, 1, 1), (2, 2, 2, 2, 2)))

    def scores(photos, task, seed, net, layers, shares):
        good = (shares[32] == 1) == (task.half == 0)
        return task, seed, 0.9 if good else 0.1, []

    monkeypatch.setattr(measure, "scores", scores)
    tasks = [Task("a", "x", (), 0), Task("a", "y", (), 1)]
    measurement = measure.Measurement(SimpleNamespace(seeds=1), tasks)
    assert measurement.best("net", [0]) == (1, 1, 1, 1, 1)
    assert measurement.best("net", [1]) == (2, 2, 2, 2, 2)
    assert measurement.reported("net", measure.FOUR)["own"]["mean_iou"] == 10.0


def test_the_command(tmp_path: Path, monkeypatch) -> None:
    """Blocks whose colour tells their class: colour alone knows all, and every figure is there."""
    for name in SETS:
        write_split(tmp_path / name / "val", num_classes=3, photos=3)
    monkeypatch.setattr(measure, "PHOTOS", ("coins",))
    monkeypatch.setattr(measure, "CHOICES", measure.CHOICES[:2])
    out = tmp_path / "teach.json"
    measure.main(["--data", str(tmp_path), "--photos", "2", "--seeds", "1", "--out", str(out)])
    report = json.loads(out.read_text())
    assert set(report["rows"]) == {*measure.METHODS, measure.CRF, measure.TEXTONS}
    assert report["rows"]["colour"]["own"]["mean_iou"] > 90
    assert report["rows"]["colour"]["others"]["mean_iou"] > 90
    assert report["photos"] == dict.fromkeys(SETS, 2)
    assert tuple(report["shares"].values()) in measure.CHOICES


def test_single_rows_are_added_to_the_report_of_the_same_photos(tmp_path: Path, monkeypatch) -> None:
    for name in SETS:
        write_split(tmp_path / name / "val", num_classes=3, photos=3)
    out = tmp_path / "teach.json"
    arguments = ["--data", str(tmp_path), "--seeds", "1", "--out", str(out), "--only", measure.CRF, measure.TEXTONS]
    monkeypatch.setattr(measure, "imagenet_net", lambda: SimpleNamespace(name="ImageNet"))
    monkeypatch.setattr(
        measure, "measured_row", lambda measurement, name: {"new": name, "of": measurement.photos.seeds}
    )
    with pytest.raises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as words:
        measure.main([*arguments, "--photos", "2"])
    assert "measure all of them first" in words.getvalue()
    command = "python -m seglib.teach.measure --data DATA --photos 2 --seeds 1"
    before = {"command": command, "shares": {"32": 1}, "rows": {measure.TEXTONS: {"old": 1}, "layer 32": {"old": 2}}}
    out.write_text(json.dumps(before))
    with pytest.raises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as words:
        measure.main([*arguments, "--photos", "1"])
    assert "do not fit in" in words.getvalue()
    assert json.loads(out.read_text()) == before
    measure.main([*arguments, "--photos", "2"])
    after = json.loads(out.read_text())
    new = [(name, {"new": name, "of": 1}) for name in (measure.CRF, measure.TEXTONS)]
    assert list(after["rows"].items()) == [("layer 32", {"old": 2}), *new]
    assert after | {"rows": before["rows"]} == before
