"""The scoreboard: rows by hand, the page's table against the file, the ledger's claims and their filter."""

from __future__ import annotations

import json

import numpy as np
import pytest

from seglib import metrics
from seglib.claims import literature, scoreboard
from seglib.claims.__main__ import CLAIMS
from seglib.claims.counts import RADII, Counts
from seglib.claims.files import read_scoreboard
from seglib.claims.ledger import read_ledger
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.metrics.objects import things_and_stuff
from seglib.ui.scoreboard import claims as ledger_panel
from seglib.ui.scoreboard import nets as scoreboard_panel
from seglib.ui.scoreboard import speed as speed_panel
from tests.test_pages import calm, open_page, recorded

ENTRY = {
    "name": "it",
    "section": 2,
    "how": "Looked.",
    "paper": "none",
    "link": "metrics?photo=china",
    "figures": [
        {"name": "gain", "value": 2.0, "low": 1.0, "high": 3.0, "unit": "points"},
        {"name": "speed", "value": -1.0, "low": None, "high": None, "unit": "times"},
    ],
    "context": {"a": "1"},
    "why": "Because.",
    "seconds": 3.0,
}


def test_a_row_holds_the_metrics_of_all_photos_together() -> None:
    rng = np.random.default_rng(0)
    everywhere = rng.integers(0, 90, (3, 11, 11))
    everywhere[1] += 500 * np.eye(11, dtype=int)  # the best photo
    near = rng.integers(0, 9, (3, len(RADII), 11, 11))
    row = scoreboard.row(Counts(near, near[:, 0], everywhere), "street", ["a", "b", "c"])
    cm = everywhere.sum(0)
    assert row["mean_iou"] == pytest.approx(metrics.mean_iou(cm), abs=1e-4)
    band = metrics.mean_iou(near[:, RADII.index(BORDER)].sum(0))
    assert row[f"mean_iou_within_{BORDER}_px"] == pytest.approx(band, abs=1e-4)
    apart = things_and_stuff(cm, LABEL_SETS["street"])
    assert row["things_mean_iou"] == pytest.approx(apart["things"]["Mean IoU"], abs=1e-4)
    assert row["stuff_mean_iou"] == pytest.approx(apart["stuff"]["Mean IoU"], abs=1e-4)
    assert list(row["worst"])[-1] == "b"
    assert list(row["worst"].values()) == sorted(row["worst"].values())


def test_only_the_named_nets_are_scored_anew(tmp_path, monkeypatch) -> None:
    out, asked = tmp_path / "board.json", []
    kept = {"fcn32s": {"mean_iou": 0.5}, "pyramid": {"mean_iou": 0.4}}
    costs = {"fcn32s": {"milliseconds": 9}}
    out.write_text(json.dumps({"costs": costs, "scores": {"street": kept, "everyday": kept}}))

    def measured(bench, names):
        asked.extend(names)
        return {"everyday": {"pyramid": {"mean_iou": 0.6}}}

    monkeypatch.setattr(scoreboard, "rows", measured)
    scoreboard.main(["--data", str(tmp_path), "--out", str(out), "--only", "pyramid"])
    board = read_scoreboard(out)
    assert asked == ["pyramid"]
    assert board["costs"] == costs
    assert board["scores"] == {"street": kept, "everyday": kept | {"pyramid": {"mean_iou": 0.6}}}


def test_naming_nets_needs_a_file_that_holds_the_others(tmp_path) -> None:
    with pytest.raises(SystemExit, match="leave --only out once"):
        scoreboard.main(["--data", str(tmp_path), "--out", str(tmp_path / "board.json"), "--only", "pyramid"])


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_the_page_shows_what_the_file_says(labels: str) -> None:
    board = read_scoreboard()
    app = open_page("scoreboard.py", classes=labels)
    shown = recorded(app, "Mean IoU")
    assert set(shown.index) == set(board["scores"][labels])
    assert shown["Mean IoU"].is_monotonic_decreasing
    scores, costs, _, peers = (each.value for each in app.table[:4])
    assert scores["Mean IoU"].tolist() == [f"{score:.1f}" for score in shown["Mean IoU"]]
    assert list(scores.index) == list(costs.index) == [net.replace("_", "_\u200b") for net in shown.index]
    said = "\n".join(each.value for each in app.caption)
    assert "were trained on more" in said  # the small nets, and deeplab
    for net, row in board["scores"][labels].items():
        assert shown.loc[net, "Mean IoU"] == pytest.approx(100 * row["mean_iou"])
    assert shown.loc["fcn8s", "Time, ms"] == board["costs"]["fcn8s"]["milliseconds"]
    assert float(peers.loc["fcn_\u200bresnet50", "Parameters, M"]) > 30


def test_cost_net_and_card_can_be_chosen() -> None:
    app = open_page("scoreboard.py", classes="street")
    for cost in scoreboard_panel.COSTS:
        app.button_group(key="cost").set_value(cost).run()
        calm(app)
    assert "number of parameters" in "\n".join(each.value for each in app.caption) or cost != "Parameters"
    app.selectbox(key="board_net").set_value("fcn4s").run()
    calm(app)
    assert '"fcn4s"' in app.json[0].value
    assert len(app.table[-1].value) == scoreboard.WORST


@pytest.mark.parametrize("labels", LABEL_SETS)
def test_the_literature_says_of_which_photos_its_rows_are_and_how_sure_we_are(labels: str) -> None:
    app = open_page("scoreboard.py", classes=labels)
    shown = recorded(app, "Known")
    _, rows = literature.ROWS[labels]
    assert list(shown.index) == [row.net for row in rows]
    drawn = next(each.value for each in app.table if "Photos" in each.value.columns)
    assert all(name.startswith(f"{row.net} [{row.sure}]") for name, row in zip(drawn.index, rows, strict=True))
    assert set(shown["Photos"]) <= {"test", "validation"}
    assert set(shown["Known"]) <= set(literature.SURE)
    if labels == "street":
        assert set(shown.index[shown["Photos"] == "validation"]) == {"ICNet of OpenVINO"}
        assert shown.loc["Dilation8 (2016)", "Mean IoU"] == 65.3
    said = "\n".join(each.value for each in app.caption)
    assert all(f"{letter}: {words}" in said for letter, words in literature.SURE.items())


def test_matched_controls_of_others_stand_beside_our_claims() -> None:
    papers = {name: claim.paper for name, (claim, _) in CLAIMS.items()}
    assert "FCN-Basic 47.3 mean IoU and 38.1 boundary F, the same without skips 44.1 and 32.0" in papers["skips"]
    assert "natural 83.9 / 55.6, balanced 81.7 / 62.4" in papers["accuracy"]
    assert "53.9 to 54.7 mean IoU and 32.8 to 40.8 boundary F" in papers["crf"]
    assert "32.1 to 24.1 mean IoU" in papers["crf"]
    assert "44.8, 66.2, 72.3, 76.6, 86.2, 85.5" in papers["depth"]


def test_without_a_file_there_is_a_sentence(monkeypatch) -> None:
    monkeypatch.setattr(scoreboard_panel, "read_scoreboard", lambda: None)
    assert "python -m seglib.scoreboard" in open_page("scoreboard.py").info[0].value
    monkeypatch.setattr(ledger_panel, "read_ledger", lambda path: {})
    assert "python -m seglib.claims" in open_page("scoreboard.py", board="Claims").info[0].value


def test_every_claim_of_the_ledger_is_on_the_page_with_its_verdict() -> None:
    entries = read_ledger()
    app = open_page("scoreboard.py", board="Claims")
    said = "\n".join(each.value for each in app.markdown)
    for entry in entries.values():
        assert entry["statement"] in said
        assert entry["verdict"] in ledger_panel.LOOKS


def test_claims_are_filtered_by_verdict(monkeypatch) -> None:
    entries = {verdict: ENTRY | {"statement": f"It {verdict}.", "verdict": verdict} for verdict in ledger_panel.LOOKS}
    monkeypatch.setattr(ledger_panel, "read_ledger", lambda path: entries)
    app = open_page("scoreboard.py", board="Claims")
    app.button_group(key="verdicts").set_value(["does not hold here"]).run()
    calm(app)
    said = "\n".join(each.value for each in app.markdown)
    assert "It does not hold here." in said
    assert "It holds." not in said


def test_speed_is_a_table_of_ratios_or_a_sentence(monkeypatch) -> None:
    ratio = {"median": 2.0, "quartiles": [1.5, 2.25]}
    report = {"machine": "a desk", "parts": {"crf": {"ratios": {"theirs / ours": ratio}}, "pages": {"failure": "no"}}}
    monkeypatch.setattr(speed_panel, "read_benchmarks", lambda: report)
    app = open_page("scoreboard.py", board="Speed")
    assert list(app.table[0].value.loc["the CRF"]) == ["theirs / ours", "2.00 (1.50 to 2.25)"]
    assert any("a desk" in each.value for each in app.caption)
    monkeypatch.setattr(speed_panel, "read_benchmarks", lambda: None)
    assert "python -m benchmarks" in open_page("scoreboard.py", board="Speed").info[0].value
