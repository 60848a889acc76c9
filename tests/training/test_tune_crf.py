"""Choosing the CRF's parameters: the search on a function with a known top, then the command on a tiny folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from seglib.crf.pairwise import CRFParams
from seglib.datasets import find_pairs, read_as
from seglib.labels import STREET
from seglib.models import create_model
from seglib.models.weights import load_model, save_weights
from seglib.training import tune_crf
from seglib.training.evaluate import evaluate, half, main, summary


@pytest.fixture
def weights(tmp_path) -> Path:
    """A random street net on disk."""
    torch.manual_seed(0)
    path = tmp_path / "random.safetensors"
    save_weights(path, create_model("fcn32s", len(STREET)), {"name": "fcn32s", "labels": "street"})
    return path


def arguments(data: Path, weights: Path, *more: str) -> list[str]:
    common = ["--labels", "street", "--model", "fcn32s", "--weights", str(weights), "--layout", "camvid"]
    return [*common, "--data", str(data / "camvid"), "--split", "val", *more]


def test_the_search_finds_the_top_of_a_hill_and_tries_nothing_twice() -> None:
    asked = []

    def score(params: CRFParams) -> float:
        asked.append(params)
        return -abs(params.appearance_weight - 4) - abs(params.colour_width - 5) - abs(params.smoothness_weight - 1)

    best, tried = tune_crf.search(score)
    assert (best.appearance_weight, best.colour_width, best.smoothness_weight) == (4, 5, 1)
    assert best.smoothness_width == 3
    assert len(asked) == len(set(asked)) == len(tried)


def test_the_search_may_choose_no_crf() -> None:
    best, _ = tune_crf.search(lambda params: -params.appearance_weight - params.smoothness_weight)
    assert best.appearance_weight == best.smoothness_weight == 0


def test_halves_do_not_overlap() -> None:
    photos = list(range(7))
    assert half(photos, "even") == [1, 3, 5]
    assert half(photos, "odd") == [0, 2, 4, 6]
    assert half(photos, None) == photos


def test_the_command_chooses_on_one_half_and_reports_on_the_other(data, weights, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tune_crf, "GRID", {"appearance_weight": (0.0, 2.0)})
    out = tmp_path / "figures" / "crf.json"
    tune_crf.main(arguments(data, weights, "--out", str(out)))
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(out.read_text())
    assert found["chosen_by"]["photos"] == found["reported_on"]["photos"] == 1
    assert found["params"]["appearance_weight"] in (0, 2, 10)
    pairs = half(find_pairs(data / "camvid", "val"), "odd")
    reading = read_as("camvid", STREET)
    alone = summary(evaluate(load_model("fcn32s", "street", weights), pairs, reading), reading.group_names, 1)
    rows = found["figures"]
    assert rows["net alone"].items() >= alone.items()
    assert set(rows) == {"net alone", "authors' defaults", "chosen"}
    assert all(0 <= row["mean_iou_within_4_px_of_a_border"] <= 1 for row in rows.values())


def test_evaluate_with_a_crf_gives_the_same_row(data, weights, capsys, monkeypatch) -> None:
    monkeypatch.setattr(tune_crf, "GRID", {})
    tune_crf.main(arguments(data, weights))
    wanted = json.loads(capsys.readouterr().out)["figures"]["authors' defaults"]
    main(arguments(data, weights, "--half", "odd", "--crf"))
    found = json.loads(capsys.readouterr().out)
    assert found["mean_iou"] == wanted["mean_iou"]
    assert found["half"] == "odd"
    assert found["crf"]["appearance_width"] == 80
    main(arguments(data, weights, "--crf", "0", "3", "0", "80", "13"))
    silent = json.loads(capsys.readouterr().out)
    main(arguments(data, weights))
    assert silent["iou"] == json.loads(capsys.readouterr().out)["iou"]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (["1", "2"], "takes five numbers"),
        (["3", "0", "10", "80", "13"], "smoothness width is 0"),
        (["nan"] * 5, "is nan"),
    ],
)
def test_evaluate_refuses_bad_numbers_in_one_sentence(data, weights, numbers, message) -> None:
    with pytest.raises(SystemExit, match=message) as stop:
        main(arguments(data, weights, "--crf", *numbers))
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--photos", "0"], "wanted two photos"),
        (["--split", "test"], "camvid/test"),
        (["--layout", "msrc"], "no meaning"),
    ],
)
def test_errors_exit_with_one_sentence(data, weights, more, message) -> None:
    with pytest.raises(SystemExit, match=message) as stop:
        tune_crf.main(arguments(data, weights, *more))
    assert str(stop.value).startswith("tune_crf: ")
    assert "\n" not in str(stop.value)
