"""The metrics page headless: every control moves, and the numbers are those of the library."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib import class_counts
from seglib.labels import EVERYDAY, IGNORE, LABEL_SETS
from seglib.metrics import baselines, confusion_matrix, duel, mean_iou, pixel_accuracy
from seglib.metrics.boundary import band_curve
from seglib.metrics.conventions import LIBRARIES, Convention, counts_with_void, mean_iou_by
from seglib.models.cards import shipped_nets
from seglib.models.prediction import predict
from seglib.models.segmentation import Segmentation
from seglib.models.weights import load_model
from seglib.photos import PHOTOS, load_photo, photo_truth
from seglib.ui import host
from seglib.ui.metrics import cache as metrics_cache
from seglib.ui.metrics import duel as duel_panel
from tests.conftest import write_split
from tests.guessing import right_and_wrong
from tests.test_pages import calm, recorded, table

ROOT = Path(__file__).resolve().parent.parent
K = len(EVERYDAY)


def open_page(experiment: str, **query: str) -> AppTest:
    """A visitor who follows a link to one experiment and declines to guess."""
    app = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=200)
    for key, value in ({"experiment": experiment, "photo": "china"} | query).items():
        app.query_params[key] = value
    for guess in ("duel_guess", "band_guess"):
        app.session_state[guess] = "Just show me"
    app.run()
    app.switch_page(str(ROOT / "pages" / "metrics.py")).run()
    return calm(app)


def texts(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.markdown, *app.caption, *app.info, *app.latex))


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return photo_truth("china", EVERYDAY)


@pytest.fixture
def small_box(monkeypatch):
    """Two photos in the box instead of ten, to be quick."""
    monkeypatch.setattr(metrics_cache, "PHOTOS", {name: PHOTOS[name] for name in ("china", "camera")})
    for cached in (metrics_cache.box_counts, metrics_cache.box_objects):
        cached.clear()
    yield
    for cached in (metrics_cache.box_counts, metrics_cache.box_objects):
        cached.clear()


def test_the_scores_of_the_duel_are_those_of_the_library(truth) -> None:
    app = open_page("Metric duel")
    scores = table(app, "Mean IoU")
    said = predict(load_model("fcn8s", "everyday"), load_photo("china")).labels
    cm = confusion_matrix(truth, said, K)
    assert scores.loc["fcn8s", "Mean IoU"] == pytest.approx(100 * mean_iou(cm), abs=0.3)
    off = confusion_matrix(truth, baselines.shifted(truth, 4), K)
    assert scores.loc["truth, 4 px off", "Pixel accuracy"] == pytest.approx(100 * pixel_accuracy(off))
    frequent = EVERYDAY.classes[class_counts.most_frequent(EVERYDAY)]
    assert f"most frequent in training: {frequent}" in scores.index
    assert set(shipped_nets("everyday")) <= set(scores.index)


def test_every_control_of_the_duel(truth) -> None:
    app = open_page("Metric duel")
    before = table(app, "Mean IoU")
    app.selectbox(key="shrink_china_everyday").set_value("tree").run()
    app.select_slider(key="share").set_value("1 %").run()
    shrunk = table(calm(app), "Mean IoU")
    window = metrics_cache.window(truth, EVERYDAY.index("tree"), 0.01)
    assert window.share == pytest.approx(0.01, rel=0.2)
    cut = truth[window.view]
    largest = int(np.bincount(cut[cut != IGNORE], minlength=K).argmax())
    row = shrunk.loc[f"all {EVERYDAY.classes[largest]}"]
    assert row["Pixel accuracy"] == pytest.approx(100 * (cut == largest).sum() / (cut != IGNORE).sum())
    assert "loses by" in texts(app)  # a pair that disagrees was found and named
    app.selectbox(key="grouping").set_value("This | the rest").run()
    merged = table(calm(app), "Mean IoU")
    assert (merged["Pixel accuracy"].loc[shrunk.index] >= shrunk["Pixel accuracy"] - 1e-9).all()
    app.selectbox(key="grouping").set_value("This in four").run()
    quartered = table(calm(app), "Mean IoU")
    np.testing.assert_allclose(quartered["Pixel accuracy"].loc[shrunk.index], shrunk["Pixel accuracy"])
    app.selectbox(key="grouping").set_value("Things | stuff").run()
    app.select_slider(key="share").set_value("whole photo").run()
    app.selectbox(key="grouping").set_value("As they are").run()
    app.slider(key="fault_pixels").set_value(9).run()
    app.slider(key="fault_rare").set_value(30).run()
    app.slider(key="fault_rate").set_value(50).run()
    after = table(calm(app), "Mean IoU")
    assert after.loc["truth, 9 px off", "Mean IoU"] < before.loc["truth, 4 px off", "Mean IoU"]
    assert after.loc["truth, 50 % at random", "Mean IoU"] < before.loc["truth, 10 % at random", "Mean IoU"]
    assert "truth without classes under 30 %" in after.index


def lit_picture(app: AppTest) -> str:
    """What was sent to the picture of a cell's pixels."""
    return next(element.proto.json for element in app.get("bidi_component") if element.proto.id.endswith("-lit"))


def test_a_number_taken_apart(truth) -> None:
    app = open_page("Metric duel")
    app.selectbox(key="apart").set_value("truth, 4 px off").run()
    app.selectbox(key="metric").set_value("Pixel accuracy").run()
    off = baselines.shifted(truth, 4)
    cm = confusion_matrix(truth, off, K)
    assert rf"{100 * pixel_accuracy(cm):.1f}\,\%" in texts(calm(app))
    wrong = ((off != truth) & (truth != IGNORE)).sum()
    lit = lit_picture(app)
    assert f"all its mistakes: {wrong:,} pixels" in lit
    sky, tree = EVERYDAY.index("sky"), EVERYDAY.index("tree")
    app.selectbox(key="matrix_cell").select("sky, called tree").run()
    assert f"sky, called tree: {cm[sky, tree]:,} pixels" in lit_picture(calm(app))


def test_without_a_guess_nothing_is_revealed() -> None:
    app = open_page("Metric duel")
    app.session_state["duel_guess"] = None
    app.run()
    assert not any("Mean IoU" in element.value.columns for element in calm(app).table)


@pytest.mark.parametrize("experiment", ["Metric duel", "At the border"])
def test_a_guess_is_asked_judged_and_kept(truth, experiment: str) -> None:
    app, key = open_page(experiment), {"Metric duel": "duel_guess", "At the border": "band_guess"}[experiment]
    kept = right_and_wrong(app, key)
    if experiment == "Metric duel":
        scores = table(app, "Mean IoU")["Pixel accuracy"]
        [everywhere] = [name for name in scores.index if name.startswith("all ")]
        beaten = (scores.loc[everywhere] > scores.loc[list(shipped_nets("everyday"))]).any()
        assert kept.options[kept.right] == ("yes" if beaten else "no")
        assert f"“{everywhere}” has {scores.loc[everywhere]:.1f} % pixel accuracy" in kept.because
    else:
        answer = predict(load_model("fcn4s", "everyday"), load_photo("china")).labels
        cm, inside = confusion_matrix(truth, answer, K), band_curve(truth, answer, (4,), K)[0]
        near, everywhere = (each.sum() - np.trace(each) for each in (inside, cm))
        share = 100 * near / everywhere
        assert f"{share:.1f} %." in kept.because
        low, high = {"below 25 %": (0, 25), "25 to 50 %": (25, 50), "over 50 %": (50, 100)}[kept.options[kept.right]]
        assert low <= share <= high


def test_the_duel_answers_what_it_asks_in_every_window() -> None:
    app = open_page("Metric duel", share="1 %")
    app.session_state["duel_guess"] = None
    app.run()
    kept = right_and_wrong(app, "duel_guess")
    scores = table(app, "Mean IoU")["Pixel accuracy"]
    [everywhere] = [name for name in scores.index if name.startswith("all ")]
    nets = scores.loc[list(shipped_nets("everyday"))]
    assert f"it beats {(scores.loc[everywhere] > nets).sum() or 'no net'}" in kept.because
    assert "metrics/ignoring pays" in app.session_state["seen"]


@pytest.mark.usefixtures("small_box")
@pytest.mark.parametrize(
    ("experiment", "sentences"),
    [
        ("Metric duel", set()),  # of the whole photo, it says but what is arithmetic
        ("Five mean IoUs", {"metrics/absent classes decide"}),
        ("At the border", {"metrics/curves rise", "metrics/finer nets gain at the border", "metrics/mistakes far off"}),
        ("Things and stuff", {"metrics/small objects"}),
        ("Sure and right", {"metrics/as sure as right"}),
    ],
)
def test_what_you_should_see_is_judged_on_what_is_shown(experiment: str, sentences: set[str]) -> None:
    app = open_page(experiment)
    assert set(app.session_state["seen"]) == sentences
    assert "What you should see" in texts(app)


def test_the_card_of_farabet_stands_with_or_without_our_pair() -> None:
    app = open_page("Metric duel")
    card = table(app, "Trained with")
    assert card["Pixel accuracy"].tolist()[:4] == [78.5, 72.3, 83.9, 81.7]  # Farabet's pair, SegNet's pair
    assert card["Class accuracy"].tolist()[:4] == [29.6, 50.8, 55.6, 62.4]
    assert len(card) == 6 or "have not been trained" in texts(app)
    for labels in LABEL_SETS:
        assert not [name for name in shipped_nets(labels) if "balanced" in name or "natural" in name]


@pytest.mark.usefixtures("small_box")
def test_the_switches_of_the_mean() -> None:
    app = open_page("Five mean IoUs")
    counts = metrics_cache.box_counts("everyday", "fcn4s")
    assert counts.shape == (2, K + 1, K)
    truth = photo_truth("china", EVERYDAY)
    answer = predict(load_model("fcn4s", "everyday"), load_photo("china")).labels
    assert any(np.abs(each - counts_with_void(truth, answer, K)).sum() < 0.01 * truth.size for each in counts)

    def shown() -> str:
        return calm(app).metric[0].value

    assert shown() == f"{100 * mean_iou_by(counts):.1f} %"
    app.segmented_control(key="absent").set_value("one").run()
    assert shown() == f"{100 * mean_iou_by(counts, Convention(absent='one')):.1f} %"
    app.pills(key="switches_everyday").set_value(["mean over photos", "void is an error"]).run()
    assert shown() == f"{100 * mean_iou_by(counts, Convention('one', per_image=True, void_is_error=True)):.1f} %"
    app.pills(key="switches_everyday").set_value(["micro"]).run()
    assert shown() == f"{100 * mean_iou_by(counts, Convention(micro=True)):.1f} %"
    app.selectbox(key="convention_net").set_value("fcn32s").run()
    assert (
        shown() == f"{100 * mean_iou_by(metrics_cache.box_counts('everyday', 'fcn32s'), Convention(micro=True)):.1f} %"
    )
    assert len(app.table[0].value) == len(LIBRARIES)


def test_the_band(truth) -> None:
    app = open_page("At the border")
    app.pills(key="band_nets").set_value(["fcn4s"]).run()
    app.select_slider(key="radius").set_value(12).run()
    app.segmented_control(key="band_metric").set_value("Pixel accuracy").run()
    scores = table(calm(app), "In band")
    assert list(scores.index) == ["fcn4s"]
    answer = predict(load_model("fcn4s", "everyday"), load_photo("china")).labels
    inside = band_curve(truth, answer, (12,), K)[0]
    assert scores.loc["fcn4s", "In band"] == pytest.approx(100 * pixel_accuracy(inside), abs=0.5)
    assert 0 <= scores.loc["fcn4s", "Border F-score"] <= 100


def test_a_photo_without_borders_says_so() -> None:
    assert "no border" in texts(open_page("At the border", photo="coins"))


@pytest.mark.usefixtures("small_box")
def test_things_and_stuff() -> None:
    app = open_page("Things and stuff", photo="camera")
    app.pills(key="things_nets").set_value(["fcn8s"]).run()
    app.segmented_control(key="measure").set_value("recall").run()
    parts = recorded(calm(app), "Mean IoU, things")
    assert list(parts.index) == ["fcn8s"]
    thirds = table(app, "Mean recall")
    scores = [each for _, each in metrics_cache.box_objects("everyday", "fcn8s")]
    assert len(scores) > 3
    assert thirds["Mean recall"].mean() == pytest.approx(100 * np.mean([each.recall for each in scores]), abs=2)


@pytest.mark.parametrize("experiment", ["Metric duel", "At the border", "Things and stuff"])
def test_a_photo_without_labels_gets_a_sentence(experiment: str) -> None:
    app = open_page(experiment, photo="chelsea", classes="street")
    assert "no human labels" in texts(app)


def test_one_changed_pixel_of_a_megapixel_is_seen() -> None:
    """Streamlit samples large arrays; our caches must not."""
    truth = np.zeros((1000, 1000), np.uint8)
    truth[:500] = 1
    edited = truth.copy()
    edited[777, 123] = 1
    faults = duel.Faults()
    answers = {"net": Segmentation(np.ones_like(truth), np.ones(truth.shape, np.float16), {})}

    def accuracy(labels: np.ndarray) -> float:
        found = metrics_cache.duel(labels, answers, EVERYDAY, 1, None, "As they are", faults)
        return pixel_accuracy(found.matrices["net"])

    assert accuracy(edited) - accuracy(truth) == pytest.approx(1e-6)


def test_a_folder_is_read_only_where_the_owner_allows_it(monkeypatch) -> None:
    monkeypatch.delenv(host.LOCAL_FOLDERS, raising=False)
    monkeypatch.setattr(host, "address", lambda: "127.0.0.1")
    app = open_page("Your folder")
    assert "SEGLIB_LOCAL_FOLDERS=1" in texts(app)
    assert [box.key for box in app.text_input] == ["take_says"]  # the one of every page: into a route of one's own


@pytest.mark.parametrize("address", [None, "0.0.0.0", "192.168.1.7"])
def test_a_folder_is_refused_where_another_machine_could_open_the_page(monkeypatch, address: str | None) -> None:
    monkeypatch.setenv(host.LOCAL_FOLDERS, "1")
    monkeypatch.setattr(host, "address", lambda: address)
    app = open_page("Your folder")
    assert "--server.address 127.0.0.1" in texts(app)
    assert [box.key for box in app.text_input] == ["take_says"]  # the one of every page: into a route of one's own


def test_a_folder_is_scored_reported_and_exported(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv(host.LOCAL_FOLDERS, "1")
    monkeypatch.setattr(host, "address", lambda: "127.0.0.1")
    write_split(tmp_path, K, 4)
    (tmp_path / "labels" / "photo2.png").unlink()
    app = open_page("Your folder")
    app.text_input(key="folder_root").set_value(str(tmp_path / "nowhere")).run()
    app.button(key="folder_start").click().run()
    assert "should hold the folder labels" in calm(app).error[0].value
    app.text_input(key="folder_root").set_value(str(tmp_path)).run()
    app.pills(key="folder_nets_everyday").set_value(["fcn32s", "fcn8s"]).run()
    app.button(key="folder_start").click().run()
    deadline = time.monotonic() + 120
    while app.session_state["folder_job"].running and time.monotonic() < deadline:
        time.sleep(0.2)
    app.run()
    rows = table(calm(app), "mean_iou")
    assert sorted(set(rows["photo"])) == ["photo0", "photo1", "photo3"]
    assert rows["mean_iou"].is_monotonic_increasing
    assert table(app, "problem")["problem"].tolist() == ["labels/photo2.png is missing."]
    assert set(table(app, "Mean IoU").index) == {"fcn32s", "fcn8s"}


def test_shares_run_from_a_third_to_a_thousandth() -> None:
    wanted = [share for share in duel_panel.SHARES.values() if share is not None]
    assert wanted == sorted(wanted, reverse=True)
    assert (wanted[0], wanted[-1]) == (0.33, 0.001)
