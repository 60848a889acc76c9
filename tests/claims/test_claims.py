"""The ledger: verdicts by hand, spreads against SciPy's bootstrap, counts kept and counted once, the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.stats import bootstrap

from seglib import metrics
from seglib.annotation.polygons import load_annotation
from seglib.claims import __main__ as claims
from seglib.claims import about_layers, about_metrics, about_nets
from seglib.claims.counts import RADII, Bench, Counts, count, gain, percent, spread
from seglib.claims.ledger import Claim, Figure, Finding, NotInTheBoxError, entry, read_ledger, verdict, write_ledger
from seglib.metrics import confusion_matrix
from seglib.photos import TWICE
from seglib.training.held_out import group_names, held_out

PAGES = Path(__file__).resolve().parent.parent.parent / "pages"


def camvid(folder: Path, photos: int = 4, split: str = "val") -> Path:
    """Photos of two halves: road (3) on the left, sky (0) on the right."""
    for kind in ("images", "labels"):
        (folder / "camvid" / split / kind).mkdir(parents=True)
    truth = np.zeros((48, 64), np.uint8)
    truth[:, :32] = 3
    truth[:2] = 255
    for i in range(photos):
        rng = np.random.default_rng(i)
        image = np.where(truth[..., None] == 3, 60, 200) + rng.integers(0, 40, (48, 64, 3))
        Image.fromarray(image.astype(np.uint8)).save(folder / "camvid" / split / "images" / f"p{i}.png")
        Image.fromarray(truth).save(folder / "camvid" / split / "labels" / f"p{i}.png")
    return folder


def by_brightness(image: np.ndarray) -> np.ndarray:
    return np.where(image.mean(2) < 130, 3, 0).astype(np.uint8)


@pytest.mark.parametrize(
    ("figures", "wanted"),
    [
        ([(1, 0.1, 2)], "holds"),
        ([(1, None, None)], "holds"),
        ([(1, 0.1, 2), (1, -0.1, 2)], "holds weakly"),
        ([(1, 0.1, 2), (-1, -2, 0.5)], "does not hold here"),
        ([(0, 0, 0)], "does not hold here"),
    ],
)
def test_verdicts_by_hand(figures: list[tuple], wanted: str) -> None:
    assert verdict([Figure("it", *each) for each in figures]) == wanted


def test_nothing_measured_is_not_judged() -> None:
    with pytest.raises(ValueError, match="without figures"):
        verdict([])


def test_a_spread_is_that_of_scipys_bootstrap() -> None:
    rng = np.random.default_rng(1)
    hits = rng.integers(20, 80, 40)
    cms = np.zeros((40, 2, 2), np.int64)
    cms[:, 0, 0], cms[:, 0, 1] = hits, 100 - hits
    ours = spread("accuracy", lambda cm: 100 * metrics.pixel_accuracy(cm), cms)
    theirs = bootstrap((hits,), np.mean, n_resamples=5000, method="percentile", rng=rng).confidence_interval
    assert ours.value == pytest.approx(hits.mean(), abs=0.01)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.6)


def test_a_net_is_not_ahead_of_itself() -> None:
    cms = np.random.default_rng(0).integers(0, 50, (7, 3, 3))
    assert gain("none", metrics.mean_iou, cms, cms) == Figure("none", 0, 0, 0)


def test_photos_are_drawn_together() -> None:
    """One net better by 10 points on every photo is ahead by 10 in every draw, however much photos differ."""
    hits = np.random.default_rng(0).integers(10, 80, 20)
    worse, better = np.zeros((2, 20, 2, 2), np.int64)
    worse[:, 0, 0], worse[:, 0, 1] = hits, 100 - hits
    better[:, 0, 0], better[:, 0, 1] = hits + 10, 90 - hits
    assert gain("ten", metrics.pixel_accuracy, better, worse) == Figure("ten", 10, 10, 10)


def test_counts_are_those_of_the_metrics(tmp_path: Path) -> None:
    photos = held_out(camvid(tmp_path), "street")
    found = count(by_brightness, photos)
    pair, _ = photos[1]
    truth = np.asarray(Image.open(pair.labels))
    said = by_brightness(np.asarray(Image.open(pair.image)))
    np.testing.assert_array_equal(found.everywhere[1], confusion_matrix(truth, said, 11))
    assert found.near.shape == (4, len(RADII), 11, 11)
    assert found.within(1).sum() == 4 * 46 * 2  # a border of 46 rows, one pixel on either side
    assert (found.within(3) + found.beyond(3) == found.everywhere).all()
    assert not found.thin.any()  # halves are not thin
    assert percent(metrics.pixel_accuracy, found.everywhere) > 99


def test_what_was_counted_is_not_counted_again(tmp_path: Path) -> None:
    bench = Bench(camvid(tmp_path), tmp_path / "work")
    first = bench.of(by_brightness, "street", "key", "title")

    def never(image: np.ndarray) -> np.ndarray:
        raise AssertionError

    again = bench.of(never, "street", "key", "title")
    np.testing.assert_array_equal(again.near, first.near)
    with pytest.raises(AssertionError):
        bench.of(never, "street", "another key", "title")


def test_a_gain_at_the_border_only() -> None:
    """Both nets right beyond the border; inside it one is right on 3 of 4 pixels, the other on half."""
    far = np.array([[100, 0], [0, 100]])
    near, other = np.array([[3, 1], [1, 3]]), np.array([[2, 2], [2, 2]])
    assert about_nets._more_at_the_border(near, other, far, far) == pytest.approx(100 * (3 / 5 - 2 / 6))
    assert about_nets._keeps_more(near, far, other, far) == pytest.approx(100 * (3 / 5 - 2 / 6))


def test_lost_at_the_border_by_hand() -> None:
    sharp, soft = np.array([[9, 1], [0, 0]]), np.array([[5, 5], [0, 0]])
    right = np.array([[10, 0], [0, 0]])
    assert about_layers._loses_more(right, soft, right, sharp) == pytest.approx(40)


def test_what_the_last_stage_loses_is_named_by_class() -> None:
    """Of the second class, a tenth of the pixels, the later stage finds two where the earlier one found eight."""
    before, after = np.zeros((2, 11, 11), int)
    before[0, 0], before[1, :2] = 90, (2, 8)
    after[0, 0], after[1, :2] = 90, (8, 2)
    first, second = group_names("street")[:2]
    words = about_layers._why_the_last_step_loses([60.0, 70.0, 80.0], before, after)
    assert words.startswith("Beyond 3 px of a border accuracy rises with every step: 60.0, 70.0, 80.0 %.")
    assert f"loses most on {second} (-60.0 points, 10.0 % of the pixels): class accuracy" in words
    assert first not in words
    falling = about_layers._why_the_last_step_loses([60.0, 80.0, 70.0], before, after)
    assert falling.startswith("The last step loses most")


def test_entries_survive_the_file(tmp_path: Path) -> None:
    claim = Claim("it", "It is so.", 2, "Looked.", "None.", "metrics?photo=china")
    found = entry(claim, Finding((Figure("gain", 2.0, 1.0, 3.0),), {"a": "1"}), 1.25)
    path = tmp_path / "claims.json"
    assert read_ledger(path) == {}
    write_ledger({"it": found}, path)
    assert read_ledger(path) == {"it": json.loads(json.dumps(found))}
    assert found["verdict"] == "holds"


def test_every_claim_names_a_page_that_exists() -> None:
    for name, (claim, _) in claims.CLAIMS.items():
        assert claim.name == name
        assert (PAGES / f"{claim.link.partition('?')[0]}.py").is_file()


def test_the_command_measures_what_is_missing_and_no_more(tmp_path: Path, monkeypatch, capsys) -> None:
    asked = []

    def measure(bench: Bench) -> Finding:
        asked.append(bench.data)
        return Finding((Figure("gain", 1.0),))

    two = {name: (Claim(name, "So.", 2, "Looked.", "None.", "metrics"), measure) for name in ("one", "two")}
    monkeypatch.setattr(claims, "CLAIMS", two)
    out = tmp_path / "claims.json"
    arguments = ["--data", str(tmp_path), "--out", str(out)]
    claims.main(arguments)
    claims.main(arguments)
    assert len(asked) == 2
    claims.main([*arguments, "--only", "two"])
    assert len(asked) == 3
    assert list(read_ledger(out)) == ["one", "two"]
    assert "two: holds" in capsys.readouterr().out


def test_a_claim_on_what_is_not_in_the_box_stays_out_with_a_sentence(tmp_path: Path, monkeypatch, capsys) -> None:
    def lacking(bench: Bench) -> Finding:
        raise NotInTheBoxError("no such net")

    claim = Claim("one", "So.", 2, "Looked.", "None.", "metrics")
    both = {"one": (claim, lacking), "two": (claim, lambda bench: Finding((Figure("gain", 1.0),)))}
    monkeypatch.setattr(claims, "CLAIMS", both)
    out = tmp_path / "claims.json"
    claims.main(["--data", str(tmp_path), "--out", str(out)])
    assert list(read_ledger(out)) == ["two"]
    assert "one: left out of the ledger: no such net" in capsys.readouterr().out


def test_a_folder_without_photos_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"claims: accuracy: .*should hold the folders"):
        claims.main(["--data", str(tmp_path), "--out", str(tmp_path / "claims.json"), "--work", str(tmp_path)])


def test_two_annotators_agree_less_at_borders(tmp_path: Path) -> None:
    finding = about_metrics.labels_are_imprecise(Bench(tmp_path, tmp_path))
    assert len(finding.figures) == len(TWICE) == 3
    assert all(5 < figure.value < 60 for figure in finding.figures)
    with pytest.raises(ValueError, match="no annotation 'coins': there are astronaut, camera, grace_hopper"):
        load_annotation("coins", second=True)


def flow_of(kinds: dict[str, tuple[float, float, float]]) -> dict:
    """Two seeds of every trunk: norm without skips, with skips, and with their arrows cut."""
    nets = {}
    for kind, (alone, whole, cut) in kinds.items():
        nets[kind] = {
            "fcn32s": [{"end": {"norm": [alone, 0, 0, 9], "deep": [alone, 0, 0, 9]}}] * 2,
            "fcn4s": [{"end": {"norm": [whole, 0, 0, 9], "deep": [cut, 0, 0, 9]}}] * 2,
        }
    return {"nets": nets}


def test_gradients_of_the_plain_trunk_decide_and_ours_stand_beside(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(about_layers, "STEPS", 6)
    monkeypatch.setattr(about_layers, "SEEDS", 2)
    monkeypatch.setattr(about_layers, "BATCH", 1)
    bench = Bench(camvid(tmp_path, 2, "train"), tmp_path)
    flow = flow_of({"plain": (1, 8, 2), "norms": (4, 2, 2)})
    monkeypatch.setattr(about_layers, "read_flow", lambda: flow)
    finding = about_layers.skips_carry_gradient(bench)
    (figure,) = finding.figures
    assert (figure.value, figure.low, figure.high, figure.unit) == (2, 2, 2, "doublings")
    assert "cut +2.00 doublings" in finding.context["plain"]
    assert "over a net without skips +3.00" in finding.context["plain"]
    assert "over a net without skips -1.00" in finding.context["trunk with norms"]
    assert "fcn32s, mean norm in thirds of 6 steps" in finding.context["our own trunk, first steps"]
    monkeypatch.setattr(about_layers, "read_flow", lambda: None)
    with pytest.raises(ValueError, match=r"run python -m seglib\.inside\.gradient_flow first"):
        about_layers.skips_carry_gradient(bench)


def test_doublings_are_logarithms_of_ratios_with_their_spread() -> None:
    runs = [{"end": {"norm": [4.0, 0, 0, 9]}}, {"end": {"norm": [16.0, 0, 0, 9]}}]
    others = [{"end": {"deep": [1.0, 0, 0, 1]}}, {"end": {"deep": [2.0, 0, 0, 1]}}]
    figure = about_layers.doublings(runs, others, ("norm", "deep"), "ratio")
    assert figure.value == 2.5  # 2 and 3 doublings
    half_width = 12.7062 * np.std([2, 3], ddof=1) / 2**0.5  # Student's t, one degree of freedom
    assert (figure.low, figure.high) == pytest.approx((2.5 - half_width, 2.5 + half_width), abs=0.01)


def test_a_linear_classifier_reads_every_stride(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(about_layers, "PHOTOS", 3)
    data = camvid(tmp_path, 3, "train")
    camvid(data, 2)
    finding = about_layers.deeper_is_more_abstract(Bench(data, tmp_path / "work"))
    assert len(finding.figures) == 6
    for stride in (4, 8, 16, 32):
        assert "class accuracy" in finding.context[f"stride {stride}"]


def test_counts_hold_arrays_alone(tmp_path: Path) -> None:
    bench = Bench(camvid(tmp_path), tmp_path / "work")
    assert isinstance(bench.of(by_brightness, "street", "key", "title"), Counts)
    (file,) = (tmp_path / "work").iterdir()
    with np.load(file, allow_pickle=False) as kept:
        assert set(kept) == {"near", "thin", "everywhere"}
