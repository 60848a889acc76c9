"""The measuring command on tiny data sets, and that what it chose is what the app uses."""

import json
from pathlib import Path

import numpy as np

from seglib.labels import IGNORE
from seglib.teach import measure
from seglib.teach.features import LAYERS
from tests.conftest import write_split


def test_mean_iou_by_hand() -> None:
    """Class 1 is nowhere in the truth: that it is said counts against class 0 alone."""
    truth = np.array([[0, 0, 0, 2, IGNORE]])
    assert measure.mean_iou(truth, np.array([[0, 0, 1, 2, 3]])) == (2 / 3 + 1) / 2


def test_rows_count_sets_alike() -> None:
    results = [("a", 0, 0.5, [0.2]), ("a", 0, 0.7, [0.4, 0.6]), ("b", 0, 0.2, []), ("b", 1, 0.4, [])]
    figures = measure.row(results)
    assert figures["own"] == {"mean_iou": 45.0, "seeds": [40.0, 40.0], "sets": {"a": 60.0, "b": 30.0}}
    assert figures["others"]["mean_iou"] == 40.0


def test_the_command(tmp_path: Path, monkeypatch) -> None:
    """Blocks whose colour tells their class: colour alone knows all, and every figure is there."""
    for name in measure.SETS:
        write_split(tmp_path / name / "val", num_classes=3, photos=3)
    monkeypatch.setattr(measure, "PHOTOS", ("coins",))
    monkeypatch.setattr(measure, "CHOICES", measure.CHOICES[:2])
    out = tmp_path / "teach.json"
    measure.main(["--data", str(tmp_path), "--photos", "2", "--seeds", "1", "--out", str(out)])
    report = json.loads(out.read_text())
    assert set(report["rows"]) == {*measure.METHODS, measure.CRF, measure.TEXTONS}
    assert report["rows"]["colour"]["own"]["mean_iou"] > 90
    assert report["rows"]["colour"]["others"]["mean_iou"] > 90
    assert report["photos"] == dict.fromkeys(measure.SETS, 1)
    assert len(report["shares"]["random weights"]) == len(LAYERS)
