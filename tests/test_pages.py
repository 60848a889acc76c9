"""Every page headless: it runs, its controls do what they say, and a bad visitor gets a sentence, not a traceback."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.labels import LABEL_SETS
from seglib.metrics import confusion_matrix, mean_iou, pixel_accuracy
from seglib.metrics.boundary import boundary_band
from seglib.models import torchvision_nets
from seglib.models.cards import shipped_nets
from seglib.models.prediction import predict
from seglib.models.streams import stream_scores
from seglib.models.weights import load_model
from seglib.photos import PHOTOS, load_photo, photo_truth
from seglib.resolution import ceilings
from seglib.ui import host
from tests.guessing import right_and_wrong
from tests.menu import PAGE_FILES

ROOT = Path(__file__).resolve().parent.parent
ROUTER = ROOT / "seglib" / "ui" / "router.py"
PAGES = [path.name for path in PAGE_FILES]
WITHOUT_PHOTO = ("scoreboard.py", "lecture.py", "notes.py")


def open_page(name: str = "compare.py", **query: str) -> AppTest:
    """A visitor who opens a page by a link."""
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if name != "compare.py":
        app.switch_page(str(ROOT / "pages" / name)).run()
    calm(app)
    return app


def calm(app: AppTest) -> AppTest:
    """No traceback on the page."""
    assert not app.exception, [error.message for error in app.exception]
    return app


def views(app: AppTest) -> dict[str, dict]:
    """What was sent to the picture widgets of the page, by key."""
    found = {}
    for element in app.get("bidi_component"):
        found[element.proto.id.rsplit("-", 1)[-1]] = json.loads(element.proto.json)
    return found


def test_the_last_layer_is_drawn_as_score_maps_of_which_the_largest_wins() -> None:
    app, labels = open_page("resolution.py", photo="china"), LABEL_SETS["everyday"]
    shown = views(app)["last_layer"]["panels"]
    model = load_model("fcn32s", "everyday")
    scores = stream_scores(model, load_photo("china"))[32]
    shares = np.bincount(scores.argmax(0).ravel(), minlength=len(labels)) / scores[0].size
    first = labels.classes[int(shares.argmax())]
    assert shown[0]["title"] == f"Scores for {first}"
    assert shown[0]["caption"].endswith(f"wins {100 * shares.max():.1f} %")
    assert shown[-1]["title"] == "The largest wins"
    row, col = (round(at / 32) for at in (213, 320))
    assert shown[-1]["caption"] == f"at the pin {labels.classes[int(scores[:, row, col].argmax())]}"
    weights = sum(each.numel() for each in model.score["32"].parameters())
    assert any(f"{weights:,} weights" in each.value for each in app.info)


def test_bars_behind_per_cents_are_as_long_as_they_say() -> None:
    app = open_page(photo="china")
    shares = next(table for table in app.table if table.value.index.name == "Class, %").value
    styles = next(each.proto.body for each in app.get("html") if ".st-key-bars_the_pixel" in each.proto.body)
    for row in range(len(shares)):
        for column in range(shares.shape[1]):
            cell = f"tr:nth-child({row + 1}) td:nth-of-type({column + 1}) {{"
            rule = next(line for line in styles.splitlines() if cell in line)
            assert f"{float(shares.iloc[row, column]):.1f}%, transparent 0)" in rule


def test_what_each_stream_turned_is_counted_both_ways() -> None:
    app = open_page("skip_connections.py", photo="china")
    shown = views(app)["turned"]["panels"]
    assert [panel["title"] for panel in shown] == ["fcn32s to fcn16s", "fcn16s to fcn8s", "fcn8s to fcn4s"]
    truth, image = photo_truth("china", LABEL_SETS["everyday"]), load_photo("china")
    before, after = (predict(load_model(net, "everyday"), image).labels for net in ("fcn32s", "fcn16s"))
    right, wrong = (after == truth) & (before != truth), (after != truth) & (before == truth) & (truth != 255)
    labelled = (truth != 255).sum()
    shares = [f"{100 * pixels.sum() / labelled:.1f} %" for pixels in (right, wrong)]
    assert shown[0]["caption"] == f"{shares[0]} put right, {shares[1]} wrong"


def test_absent_classes_of_this_photo_are_named() -> None:
    app = open_page("metrics.py", experiment="Five mean IoUs", photo="china")
    truth = photo_truth("china", LABEL_SETS["everyday"])
    cm = confusion_matrix(truth, predict(load_model("fcn4s", "everyday"), load_photo("china")).labels, 19)
    values = {each.label: each.value for each in app.metric}
    assert values["Absent classes left out"] == f"{100 * mean_iou(cm):.1f} %"
    here = int(((cm.sum(0) + cm.sum(1)) > 0).sum())
    assert values["Absent classes count 0"] == f"{100 * mean_iou(cm) * here / 19:.1f} %"
    assert any(each.value.startswith(f"{19 - here} of 19 classes are neither") for each in app.caption)


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The grid on the page that has such a column, or else the table."""
    grids = [element.value for element in app.dataframe if column in element.value.columns]
    return grids[0] if grids else recorded(app, column)


def recorded(app: AppTest, column: str) -> pd.DataFrame:
    """The table of such a column as a visitor may take it home; the page writes its numbers with few decimals."""
    return next(frame for _, frame in app.session_state["record_now"].tables if column in frame.columns)


def people(app: AppTest) -> pd.DataFrame:
    """How far each two of them agree: who has which number, and the numbers of the others above."""
    return next(frame for _, frame in app.session_state["record_now"].tables if frame.index.name == "Mean IoU, %")


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("labels", LABEL_SETS)
def test_every_page_runs_with_both_label_sets(name: str, labels: str) -> None:
    open_page(name, classes=labels)


@pytest.mark.parametrize("photo", PHOTOS)
def test_every_bundled_photo_opens(photo: str) -> None:
    app = open_page(photo=photo)
    assert app.selectbox(key="photo").value == photo


def test_the_scores_on_the_page_are_those_of_the_library() -> None:
    app = open_page(photo="china")
    truth = photo_truth("china", LABEL_SETS["everyday"])
    scores = table(app, "Mean IoU")
    assert list(scores.index) == list(shipped_nets("everyday"))
    for net in scores.index:
        answer = predict(load_model(net, "everyday"), load_photo("china")).labels
        cm = confusion_matrix(truth, answer, len(LABEL_SETS["everyday"]))
        assert scores.loc[net, "Mean IoU"] == pytest.approx(100 * mean_iou(cm), abs=0.05)
        assert scores.loc[net, "Pixel accuracy"] == pytest.approx(100 * pixel_accuracy(cm), abs=0.05)


@pytest.mark.parametrize("name", ["compare.py", "skip_connections.py"])
def test_classes_that_a_net_invents_are_named(name: str) -> None:
    app, labels = open_page(name, photo="china"), LABEL_SETS["everyday"]
    truth = photo_truth("china", labels)
    note = next(element.value for element in app.caption if element.value.startswith("Named, but not in this photo"))
    answer = predict(load_model("fcn8s", "everyday"), load_photo("china")).labels[truth != 255]
    invented = {labels.classes[k] for k in np.unique(answer) if k not in truth}
    assert invented
    named = note.removeprefix("Named, but not in this photo: ").split(". ")[0].split("; ")
    assert {each.split(" by ")[0] for each in named if "fcn8s" in each} == invented


def test_a_link_to_a_class_that_is_no_more_says_so() -> None:
    app = open_page("skip_connections.py", class_everyday="animal")
    words = "The link names “animal”, which is now several classes: cat, dog, horse, sheep, cow, bird."
    assert words in [element.value for element in app.caption]
    assert app.selectbox(key="class_everyday").value == "the net's answer"
    app.selectbox(key="class_everyday").set_value("cat").run()
    assert words not in [element.value for element in calm(app).caption]


def test_a_link_reopens_photo_classes_nets_and_pixel() -> None:
    app = open_page(photo="rocket", classes="street", pin="17,23")
    assert app.selectbox(key="photo").value == "rocket"
    assert "row 17, column 23" in " ".join(element.value for element in app.header)
    assert views(app)["compare"]["pin"] == [17, 23]


@pytest.mark.parametrize(
    "query",
    [
        {"photo": "../../etc/passwd"},
        {"classes": "<script>"},
        {"pin": "x,y"},
        {"pin": "99999,99999"},
        {"pin": "-1,5"},
        {"pin": "1" * 5000},
        {"nets": "fcn99s"},
        {"view": "nothing"},
    ],
    ids=str,
)
def test_a_nonsense_address_opens_the_page_all_the_same(query: dict[str, str]) -> None:
    app = open_page(**query)
    assert views(app)["compare"]["panels"]


def test_choosing_fewer_nets_shows_fewer_panels() -> None:
    app = open_page(photo="china")
    before = len(views(app)["compare"]["panels"])
    app.button_group(key="nets").set_value(["fcn8s"]).run()
    calm(app)
    assert len(views(app)["compare"]["panels"]) == before - len(shipped_nets("everyday")) + 1
    assert list(table(app, "Mean IoU").index) == ["fcn8s"]


def test_the_view_is_handed_to_the_pictures() -> None:
    app = open_page()
    app.button_group(key="view").set_value("errors").run()
    assert views(app)["compare"]["mode"] == "errors"


def test_a_pinned_pixel_is_read_out_everywhere() -> None:
    app = open_page(photo="china")
    app.session_state["pin"] = (11, 12)
    app.run()
    assert "row 11, column 12" in " ".join(element.value for element in app.header)
    app.switch_page(str(ROOT / "pages" / "skip_connections.py")).run()
    calm(app)
    assert views(app)["streams"]["pin"] == [11, 12]


def test_streams_stay_nested_and_choose_their_net() -> None:
    app = open_page("skip_connections.py", photo="china")

    def net_shown() -> str:
        panel = views(app)["skips"]["panels"][-1]
        return (panel["compare"] or panel)["title"]

    assert net_shown() == "fcn8s"
    app.toggle(key="stream4").set_value(True).run()
    assert net_shown() == "fcn4s"
    app.toggle(key="stream16").set_value(False).run()
    assert not app.toggle(key="stream8").value
    assert not app.toggle(key="stream4").value
    assert net_shown() == "fcn32s"
    app.toggle(key="stream8").set_value(True).run()
    assert app.toggle(key="stream16").value
    assert net_shown() == "fcn8s"
    calm(app)


def test_the_class_of_the_streams_can_be_chosen() -> None:
    app = open_page("skip_connections.py", photo="china")
    app.selectbox(key="class_everyday").set_value("sky").run()
    calm(app)
    assert "score for sky" in views(app)["sum"]["panels"][0]["title"]


def test_the_close_up_waits_for_a_guess_and_answers_it() -> None:
    app, labels = open_page("skip_connections.py", photo="china"), LABEL_SETS["everyday"]
    assert "edge_views" not in views(app)
    kept = right_and_wrong(app, "edge")
    assert len(views(app)["edge_views"]["panels"]) == 1 + len(shipped_nets("everyday"))
    truth, square = photo_truth("china", labels), np.s_[213 - 48 : 213 + 48, 320 - 48 : 320 + 48]
    near = boundary_band(truth, 3)[square] & (truth[square] != 255)
    right = {
        net: (predict(load_model(net, "everyday"), load_photo("china")).labels == truth)[square][near].mean()
        for net in shipped_nets("everyday")
    }
    assert kept.options[kept.right] == max(right, key=right.get)


def test_without_a_border_in_the_close_up_nobody_is_judged() -> None:
    app = open_page("skip_connections.py", photo="coins")  # of which one class is labelled
    app.button_group(key="edge").set_value("fcn4s").run()
    calm(app)
    assert views(app)["edge_views"]["panels"]
    assert any("No border between two labelled classes" in element.value for element in app.info)
    assert "lecture_guesses" not in app.session_state


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "skip_connections.py",
            {
                "skips/finer streams speak at borders",
                "skips/right at borders",
                "skips/help",
                "skips/streams turn more right than wrong",
            },
        ),
        (
            "resolution.py",
            {
                "resolution/slow, then fast",
                "resolution/small first",
                "resolution/thin first",
                "resolution/below the ceiling",
            },
        ),
    ],
)
def test_what_you_should_see_is_judged_on_the_photo(name: str, sentences: set[str]) -> None:
    app = open_page(name, photo="china", resolution_part="The ceiling")
    if name == "resolution.py":
        app.button_group(key="ceiling_guess").set_value("Just show me").run()
    assert set(calm(app).session_state["seen"]) == sentences


def test_the_ceiling_that_is_asked_for_is_the_one_that_is_answered() -> None:
    app, labels = (
        open_page("resolution.py", photo="china", resolution_part="The ceiling", factor="128"),
        LABEL_SETS["everyday"],
    )
    kept = right_and_wrong(app, "ceiling_guess")
    score = 100 * ceilings(photo_truth("china", labels), len(labels))[32]
    assert f"{score:.1f} %" in kept.because
    assert "32 px" in kept.words
    low, high = {"over 95 %": (95, 100), "80 to 95 %": (80, 95), "50 to 80 %": (50, 80), "below 50 %": (0, 50)}[
        kept.options[kept.right]
    ]
    assert low <= score <= high


def test_a_link_from_when_the_resolution_page_was_one_opens_the_ceiling_that_it_names() -> None:
    app = open_page("resolution.py", photo="china", factor="128")
    assert app.select_slider(key="factor").value == 128
    app.button_group(key="resolution_part").set_value("There and back").run()
    assert calm(app).button_group(key="net").value == "fcn32s", "and the other part is not out of reach"


def test_the_ceiling_falls_with_the_factor_and_waits_for_a_guess() -> None:
    app = open_page("resolution.py", photo="china", resolution_part="The ceiling")
    assert not any("the ceiling is" in element.value for element in app.caption)
    app.button_group(key="ceiling_guess").set_value("Just show me").run()
    scores = []
    for factor in (4, 32, 128):
        app.select_slider(key="factor").set_value(factor).run()
        calm(app)
        words = next(element.value for element in app.caption if "the ceiling is" in element.value)
        scores.append(float(words.split("the ceiling is ")[1].split(" %")[0]))
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 70


def test_nearest_and_bilinear_upsampling_differ() -> None:
    app = open_page("resolution.py", photo="china")
    names = set()
    for how in ("nearest", "bilinear"):
        app.button_group(key="how").set_value(how).run()
        names.add(views(app)["pipeline"]["panels"][1]["compare"]["labels"])
    assert len(names) == 2


@pytest.mark.parametrize("name", [name for name in PAGES if name not in WITHOUT_PHOTO])
def test_an_upload_takes_the_place_of_the_photo_on_every_page(name: str) -> None:
    app = open_page(name)
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    app.file_uploader(key="photo_file").upload("mine.png", png(pixels), "image/png").run()
    calm(app)
    assert app.selectbox(key="photo").value.startswith("upload-")
    assert "mine.png" in json.dumps(views(app))


def test_an_upload_with_labels_is_scored() -> None:
    """As the same photo of the box is: it is small enough not to be shrunk."""
    app = open_page()
    photo = load_photo("chelsea")
    app.file_uploader(key="photo_file").upload("mine.png", png(photo), "image/png").run()
    upload = app.selectbox(key="photo").value
    truth = photo_truth("chelsea", LABEL_SETS["everyday"])
    app.file_uploader(key=f"truth_{upload}").upload("labels.png", png(truth), "image/png").run()
    calm(app)
    own = table(app, "Mean IoU")
    app.selectbox(key="photo").set_value("chelsea").run()
    assert own.equals(table(app, "Mean IoU"))


def test_an_upload_with_polygons_is_scored() -> None:
    app = open_page()
    app.file_uploader(key="photo_file").upload("mine.png", png(load_photo("chelsea")), "image/png").run()
    upload = app.selectbox(key="photo").value
    polygons = (ROOT / "assets" / "annotations" / "chelsea.json").read_bytes()
    app.file_uploader(key=f"truth_{upload}").upload("labels.json", polygons, "application/json").run()
    calm(app)
    own = table(app, "Mean IoU")
    app.selectbox(key="photo").set_value("chelsea").run()
    assert own.equals(table(app, "Mean IoU"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is not an image", "not"),
        (b"", "empty"),
        (png(np.zeros((16, 16, 3), np.uint8)), "32"),
        (png(np.zeros((40, 40, 3), np.uint8))[:60], "damaged"),
    ],
    ids=["text", "empty", "too small", "truncated"],
)
def test_a_bad_upload_gets_one_sentence_and_changes_nothing(content: bytes, words: str) -> None:
    app = open_page(photo="china")
    app.file_uploader(key="photo_file").upload("mine.png", content, "image/png").run()
    calm(app)
    assert len(app.error) == 1
    assert words in app.error[0].value.lower()
    assert app.selectbox(key="photo").value == "china"


def test_bad_labels_get_one_sentence_and_leave_the_photo() -> None:
    app = open_page()
    app.file_uploader(key="photo_file").upload("mine.png", png(load_photo("china")), "image/png").run()
    upload = app.selectbox(key="photo").value
    wrong = {
        "rgb": png(np.full((427, 640, 3), (9, 8, 7), np.uint8)),
        "size": png(np.zeros((10, 10), np.uint8)),
        "index": png(np.full((427, 640), 77, np.uint8)),
        "json": b'{"shapes": 3}',
    }
    for content in wrong.values():
        app.file_uploader(key=f"truth_{upload}").upload("labels.png", content, "image/png").run()
        calm(app)
        assert len(app.error) == 1
        assert app.selectbox(key="photo").value == upload
        app.file_uploader(key=f"truth_{upload}").clear()


def test_two_visitors_do_not_see_each_others_photos() -> None:
    one, other = open_page(), open_page()
    one.file_uploader(key="photo_file").upload("secret.png", png(load_photo("coffee")), "image/png").run()
    key = one.selectbox(key="photo").value
    other.run()
    assert key not in other.selectbox(key="photo").options
    stolen = open_page(photo=key)
    assert stolen.selectbox(key="photo").value in PHOTOS


def test_without_a_network_a_guest_net_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_args: object, **_kwargs: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torchvision_nets.urllib.request, "urlopen", no_network)
    app = open_page()
    app.toggle(key="guests").set_value(True).run()
    app.button(key="guest_download").click().run()
    calm(app)
    assert "could not be downloaded" in app.error[0].value
    assert "no route to host" in app.error[0].value


def test_a_browser_that_missed_the_choice_of_photo_falls_back_on_the_same() -> None:
    """It shows, and at the next touch chooses, the first of the list: that must be the photo on the page."""
    app = open_page("resolution.py", photo="rocket")
    picker = app.selectbox(key="photo")
    assert picker.value == "rocket"
    assert picker.options[0] == PHOTOS["rocket"].title
    app.file_uploader(key="photo_file").upload("mine.png", png(np.zeros((64, 80, 3), np.uint8)), "image/png").run()
    assert app.selectbox(key="photo").options[0] == "mine.png"
    assert sorted(app.selectbox(key="photo").options[1:]) == sorted(photo.title for photo in PHOTOS.values())


def test_on_a_public_server_nothing_large_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv(host.PUBLIC, "1")
    app = open_page()
    app.toggle(key="guests").set_value(True).run()
    assert host.SWITCHED_OFF in [info.value for info in calm(app).info]
    assert "guest_download" not in {button.key for button in app.button}


def test_photos_of_another_visit_are_missed_aloud() -> None:
    app = open_page(own="2", photo="chelsea")
    (notice,) = calm(app).warning
    assert notice.value.startswith("**Your own 2 photos and the labels you gave them are no longer here.**")
    assert "Shown is Chelsea the cat." in notice.value
    assert app.selectbox(key="photo").value == "chelsea"
    app.file_uploader(key="photo_file_again").upload("mine.png", png(load_photo("china")), "image/png").run()
    assert not calm(app).warning
    assert app.query_params["own"] == "1"


@pytest.mark.parametrize("forged", ["0", "-1", "12", "２", "<b>"])
def test_forged_numbers_of_photos_are_ignored(forged: str) -> None:
    app = open_page(own=forged)
    assert not calm(app).warning
    assert "own" not in app.query_params


def test_the_notice_of_what_was_lost_can_be_closed() -> None:
    app = open_page(own="1")
    app.button(key="close_lost").click().run()
    assert not calm(app).warning
