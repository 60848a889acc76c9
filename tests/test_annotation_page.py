"""The page on annotation, headless: the painter's strokes are put into the session as its browser would send them."""

from __future__ import annotations

import base64
import json
import time
import zlib

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib import images
from seglib.annotation.contours import label_png, labelme_file
from seglib.annotation.heavy_tail import class_shares
from seglib.class_counts import read_statistics
from seglib.labels import EVERYDAY, IGNORE
from seglib.metrics.agreement import open_mean_iou, score_against
from seglib.photos import TWICE, load_photo, photo_truth
from seglib.ui import cache
from seglib.ui.annotation import borders
from tests.test_pages import ROOT, calm, open_page, people, png, table, views

PHOTO = "china"
TRUTH = photo_truth(PHOTO, EVERYDAY)
BLANK = np.full_like(TRUTH, IGNORE)
K = len(EVERYDAY)


def open_panel(panel: str = "Paint", photo: str = PHOTO, **query: str) -> AppTest:
    return open_page("annotation.py", photo=photo, annotation_panel=panel, **query)


def paint(app: AppTest, labels: np.ndarray, rev: int, photo: str = PHOTO, purpose: str = "paint", edition: int = 0):
    """What a browser does when a stroke ends."""
    content = base64.b64encode(zlib.compress(labels.tobytes())).decode()
    height, width = labels.shape
    value = {"b64": content, "h": height, "w": width, "edition": edition, "rev": rev}
    app.session_state[f"painter {photo} everyday {purpose}"] = {"painting": value}
    app.run()
    calm(app)


def metric(app: AppTest, label: str) -> str:
    return next(element.value for element in app.metric if element.label.startswith(label))


def painter(app: AppTest) -> dict:
    """What the page sends to the painter."""
    return next(data for key, data in views(app).items() if key.startswith("painter"))


def go(app: AppTest, page: str) -> None:
    app.switch_page(str(ROOT / "pages" / page)).run()
    calm(app)


def test_a_stroke_changes_the_score() -> None:
    app = open_panel()
    assert metric(app, "Labelled") == "0.0 %"
    half = BLANK.copy()
    half[:, :320] = TRUTH[:, :320]
    paint(app, half, 1)
    wanted = 100 * open_mean_iou(score_against(half, TRUTH, K))
    assert metric(app, "Mean IoU") == f"{wanted:.1f} %"
    paint(app, TRUTH, 2)
    assert metric(app, "Mean IoU") == "100.0 %"


def test_an_older_state_never_comes_back() -> None:
    app = open_panel()
    paint(app, TRUTH, 5)
    paint(app, BLANK, 4)
    assert metric(app, "Mean IoU") == "100.0 %"


def test_a_painting_outlives_reruns_other_photos_and_other_pages() -> None:
    app = open_panel()
    paint(app, TRUTH, 3)
    app.selectbox(key="photo").set_value("coffee").run()
    assert painter(app)["map"] is None
    assert metric(app, "Labelled") == "0.0 %"
    app.selectbox(key="photo").set_value(PHOTO).run()
    go(app, "compare.py")
    go(app, "annotation.py")
    assert metric(app, "Mean IoU") == "100.0 %"
    data = painter(app)
    assert (data["edition"], data["rev"]) == (0, 3)
    sent = data["maps"][data["map"]]
    np.testing.assert_array_equal(
        np.frombuffer(zlib.decompress(base64.b64decode(sent["content"])), np.uint8).reshape(TRUTH.shape), TRUTH
    )


def test_while_painting_nothing_is_sent_back() -> None:
    app = open_panel()
    before = json.dumps(painter(app))
    paint(app, TRUTH, 1)
    assert json.dumps(painter(app)) == before


def test_painted_labels_are_the_truth_on_every_page_only_if_so_wished() -> None:
    app = open_panel()
    mine = np.where(TRUTH == 3, np.uint8(4), TRUTH)  # sky is water
    paint(app, mine, 1)
    go(app, "compare.py")
    before = table(app, "Mean IoU")
    go(app, "annotation.py")
    app.toggle(key="own_truth").set_value(True).run()
    calm(app)
    ours = table(app, "Mean IoU")
    assert not ours.equals(before)
    go(app, "compare.py")
    assert table(app, "Mean IoU").equals(ours)
    go(app, "annotation.py")
    app.toggle(key="own_truth").set_value(False).run()
    go(app, "compare.py")
    assert table(app, "Mean IoU").equals(before)


def test_two_visitors_who_paint_the_same_photo_meet_each_their_own_score() -> None:
    tables = []
    for labels in (np.where(TRUTH == 3, np.uint8(4), TRUTH), np.where(TRUTH == 1, np.uint8(2), TRUTH)):
        app = open_panel()
        paint(app, labels, 1)
        app.toggle(key="own_truth").set_value(True).run()
        tables.append(table(app, "Mean IoU"))
    assert not tables[0].equals(tables[1])


def test_one_pixel_of_a_megapixel_changes_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    # Streamlit's own hash of a large array looks at a sample and would miss it.
    monkeypatch.setattr(images, "MAX_PIXELS", 1_000_000)
    answer = cache.Segmentation(np.zeros((1000, 1000), np.uint8), np.ones((1000, 1000), np.float16), {})
    monkeypatch.setattr(cache, "segment", lambda *_: answer)
    app = open_panel()
    pixels = np.random.default_rng(2).integers(0, 256, (1000, 1000, 3), dtype=np.uint8)
    app.file_uploader(key="photo_file").upload("big.png", png(pixels), "image/png").run()
    key = app.selectbox(key="photo").value
    app.toggle(key="own_truth").set_value(True).run()
    labels = np.zeros((1000, 1000), np.uint8)
    labels[0] = IGNORE
    labels[1, :20] = 1
    paint(app, labels, 1, key)
    recalls = [table(app, "Class accuracy")["Mean IoU"].iloc[0]]
    for place, rev in (((500, 500), 2), ((999, 999), 3), ((123, 7), 4)):
        labels[place] = 1
        paint(app, labels, rev, key)
        recalls.append(table(app, "Class accuracy")["Mean IoU"].iloc[0])
    assert len(set(recalls)) == 4


@pytest.mark.parametrize("kind", ["json", "png"])
def test_a_saved_file_loads_as_the_same_map(kind: str) -> None:
    app = open_panel()
    content = labelme_file(TRUTH, EVERYDAY).encode() if kind == "json" else label_png(TRUTH, EVERYDAY)
    app.file_uploader(key="load").upload(f"mine.{kind}", content).run()
    calm(app)
    assert metric(app, "Mean IoU") == "100.0 %"
    assert painter(app)["edition"] == 1
    paint(app, BLANK, 1)  # a stroke of before, delivered late
    assert metric(app, "Mean IoU") == "100.0 %"
    paint(app, BLANK, 1, edition=1)
    assert metric(app, "Labelled") == "0.0 %"


WRONG = {
    "colours": (png(np.full((427, 640, 3), (9, 8, 7), np.uint8)), "RGB"),
    "size": (png(np.zeros((50, 60), np.uint8)), "60 x 50"),
    "index": (png(np.full((427, 640), 77, np.uint8)), "class index 77"),
    "json": (b'{"shapes": [', "not a LabelMe file"),
    "text": (b"hello", "not a PNG"),
    "other photo": (labelme_file(np.zeros((50, 60), np.uint8), EVERYDAY).encode(), "60 x 50"),
    "label": (labelme_file(TRUTH, EVERYDAY).replace('"building"', '"unicorn"').encode(), "unicorn"),
    "another kind of JSON": (b'[{"image_id": 1, "segmentation": [[0, 0, 9, 0, 9, 9]]}]', "not a LabelMe file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gets_one_sentence_and_what_was_painted_stays(name: str) -> None:
    app = open_panel()
    paint(app, TRUTH, 1)
    content, words = WRONG[name]
    app.file_uploader(key="load").upload("wrong.json" if content[:1] == b"{" else "wrong.png", content).run()
    calm(app)
    assert len(app.error) == 1
    assert words in app.error[0].value
    assert metric(app, "Mean IoU") == "100.0 %"
    app.run()
    assert not app.error


def test_the_stopwatch_measures_scores_and_keeps_the_attempt() -> None:
    app = open_panel("Stopwatch")
    app.button(key="start").click().run()
    calm(app)
    half = BLANK.copy()
    half[:200] = TRUTH[:200]
    paint(app, half, 1, purpose="challenge", edition=1)
    watch = app.session_state["stopwatch"]
    app.button(key="stop").click().run()
    calm(app)
    seconds = app.session_state["stopwatch"].seconds
    assert seconds > 0
    assert watch.seconds is None
    pace = (half != IGNORE).sum() / seconds
    assert metric(app, "Pace") == f"{pace:,.0f} pixels a second"
    hours = f"**{1464 * 187500 / pace / 3600:,.0f} hours** for VOC 2012, 1,464 training photos"
    assert hours in [element.value for element in app.markdown]
    assert metric(app, "Mean IoU") == f"{100 * open_mean_iou(score_against(half, TRUTH, K)):.1f} %"
    assert any("you did not label" in element.value for element in app.markdown)
    app.button(key="start").click().run()
    assert painter(app)["edition"] == 2
    assert len(table(app, "pixels a second")) == 1
    go(app, "compare.py")
    assert table(app, "Mean IoU") is not None


def test_a_running_stopwatch_goes_on_over_a_reload() -> None:
    app = open_panel("Stopwatch")
    app.button(key="start").click().run()
    since = str(app.query_params["clock"])
    assert abs(time.time() - int(since)) < 60
    new = open_panel("Stopwatch", clock=since)
    calm(new)
    time.sleep(1.1)  # so that the next challenge is of another second
    assert painter(new)["name"] == painter(app)["name"]  # the tab's draft is for this challenge
    paint(new, TRUTH, 1, purpose="challenge")
    new.button(key="stop").click().run()
    calm(new)
    assert new.session_state["stopwatch"].started == int(since)
    assert metric(new, "Mean IoU") == "100.0 %"
    assert "clock" not in new.query_params
    new.button(key="start").click().run()
    assert painter(new)["name"] != painter(app)["name"]  # and not for the next


@pytest.mark.parametrize("clock", ["", "soon", "-5", "1e9", "0", "99999999999", "9" * 5000, "²"])
def test_a_clock_that_nobody_started_does_not_run(clock: str) -> None:
    app = open_panel("Stopwatch", clock=clock)
    calm(app)
    assert app.button(key="start").label == "Start"


def test_files_of_others_are_compared_and_wrong_ones_named() -> None:
    app = open_panel("Agreement")
    app.toggle(key="imagine").set_value(False).run()
    assert any("Two annotators" in element.value for element in app.info)
    other = np.where(TRUTH == 3, np.uint8(4), TRUTH)
    uploader = app.file_uploader(key="annotator_files")
    uploader.set_value(
        [
            ("anna.json", labelme_file(TRUTH, EVERYDAY).encode(), "application/json"),
            ("ben.png", label_png(other, EVERYDAY), "image/png"),
            ("cleo.png", WRONG["colours"][0], "image/png"),
            ("dan.json", WRONG["another kind of JSON"][0], "application/json"),
        ]
    ).run()
    calm(app)
    assert [error.value.split(":")[0] for error in app.error] == ["“`cleo.png`”", "“`dan.json`”"]
    pairs = people(app)
    assert list(pairs.index) == ["1: human labels", "2: anna.json", "3: ben.png"]
    assert pairs.loc["1: human labels", "2"] == 100
    assert pairs.loc["2: anna.json", "3"] < 95
    go(app, "compare.py")
    go(app, "annotation.py")
    assert "3: ben.png" in people(app).index


@pytest.mark.parametrize("name", TWICE)
def test_a_photo_labelled_twice_shows_how_two_people_differ(name: str) -> None:
    app = calm(open_panel("Agreement", photo=name))
    assert list(people(app).index) == ["1: human labels", "2: drawn again, fast"]
    assert 40 < float(metric(app, "The ceiling").split()[0]) < 100


def test_nets_are_held_against_what_people_agree_on() -> None:
    app = open_panel("Agreement", photo=TWICE[0])
    assert "annotation/people above nets" in app.session_state["seen"]
    words = next(element.value for element in app.info if "What you should see" in element.value)
    assert f"Two of these people agree to {metric(app, 'The ceiling')} mean IoU" in words


def test_borders_that_many_people_drew_stand_below_once_they_are_measured(monkeypatch) -> None:
    curve = {"px": [1, 5], "boundary F, %": [52.4, 75.6], "low": [50, 73], "high": [55, 78], "by chance, %": [9, 27]}
    monkeypatch.setattr(borders, "read_ledger", lambda: {"labels": {"curve": curve}})
    app = open_panel("Agreement", photo="camera", classes="street")
    words = "\n".join(element.value for element in app.markdown)
    assert "Within 1 px of each other two people have 52 % of their borders, within 5 px 76 %." in words
    monkeypatch.setattr(borders, "read_ledger", lambda: {"labels": {"curve": {}}})
    app = open_panel("Agreement", photo="camera", classes="street")
    assert "Where borders run" not in "\n".join(element.value for element in app.markdown)


def test_imagined_people_disagree() -> None:
    app = open_panel("Agreement")
    app.toggle(key="imagine").set_value(True).run()
    calm(app)
    assert 50 < float(metric(app, "The ceiling").split()[0]) < 100


def test_folding_raises_accuracy_and_names_what_is_lost() -> None:
    app = open_panel("Heavy tail")
    before = float(metric(app, "Pixel accuracy").split()[0])
    app.slider(key="fold").set_value(6).run()
    calm(app)
    assert float(metric(app, "Pixel accuracy").split()[0]) >= before
    [lost] = [element.value for element in app.markdown if "no longer be seen" in element.value]
    assert lost.count(",") == 5
    for source in ("camvid", "msrc", "labelmefacade", "people"):
        app.selectbox(key="tail_source").set_value(source).run()
        calm(app)
        shares = class_shares(read_statistics(source).pixels)
        rare = sum(sorted(shares.values())[: len(shares) // 2])
        heavy = max(shares.values()) >= 100 * min(shares.values()) and rare < 0.05
        assert app.session_state["seen"] == {"annotation/heavy tail": heavy}
        words = next(element.value for element in app.info if "What you should see" in element.value)
        assert f"{len(shares) // 2} of {len(shares)}, together {100 * rare:.2f} % of all" in words


def test_a_photo_without_labels_can_be_painted_and_timed() -> None:
    app = open_panel()
    app.file_uploader(key="photo_file").upload("mine.png", png(load_photo("coins")[:64, :80]), "image/png").run()
    key = app.selectbox(key="photo").value
    labels = np.full((64, 80), 2, np.uint8)
    paint(app, labels, 1, key)
    assert metric(app, "Labelled") == "100.0 %"
    app.button_group(key="annotation_panel").set_value("Stopwatch").run()
    app.button(key="start").click().run()
    app.button(key="stop").click().run()
    calm(app)
    assert metric(app, "Pace") == "0 pixels a second"


def test_what_there_is_to_label_is_said_before_any_clock_runs() -> None:
    table = next(each.value for each in open_panel("Stopwatch").table if "Photos" in each.value.columns)
    assert table.loc["VOC 2012, 1,464 training photos", "Photos"] == "1,464"
    assert "91 of stuff" in table.loc["COCO 2017, 118,287 training photos", "Classes"]
    camvid = read_statistics("camvid")
    assert table.loc["camvid, ours", "Photos"] == str(camvid.photos)
    assert table.loc["camvid, ours", "Classes"] == str(len(camvid.pixels))
