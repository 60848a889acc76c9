"""The teaching page, headless; strokes reach the session as a browser would send them."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
from streamlit.testing.v1 import AppTest

from seglib.images import load_image
from seglib.labels import IGNORE
from seglib.photos import load_photo, photo_path
from seglib.teach import imagenet_net, photo_features, read_lesson, segment, teach, write_lesson
from seglib.teach.doubt import most_uncertain
from seglib.teach.lesson import Lesson, own_classes
from seglib.teach.results import FOUR
from seglib.ui.teach.files import labelme_at, png_at
from tests.test_before_convnets_page import label_map
from tests.test_pages import calm, open_page, png, views

PHOTO = "chelsea"
SIZE = load_photo(PHOTO).shape[:2]


def open_teach(photo: str = PHOTO, **query: str) -> AppTest:
    return open_page("teach.py", photo=photo, **query)


def two_strokes() -> np.ndarray:
    """One on the cat's nose, one on the blurred room."""
    strokes = np.full(SIZE, IGNORE, np.uint8)
    strokes[150:160, 150:200] = 0
    strokes[20:30, 300:350] = 1
    return strokes


def paint(app: AppTest, labels: np.ndarray, rev: int = 1, edition: int = 0, photo: str = PHOTO) -> AppTest:
    content = base64.b64encode(zlib.compress(labels.tobytes())).decode()
    height, width = labels.shape
    value = {"b64": content, "h": height, "w": width, "edition": edition, "rev": rev}
    app.session_state[f"painter {photo} own teach"] = {"painting": value}
    app.run()
    return calm(app)


def painter(app: AppTest, photo: str = PHOTO) -> dict:
    return next(view for key, view in views(app).items() if view.get("name", "").startswith(f"{photo} own teach"))


def answer(app: AppTest) -> np.ndarray:
    return label_map(app, "teach_answer", "A net of streams")


def layers(app: AppTest) -> object:
    """The row of switches."""
    return next(group for group in app.get("button_group") if "colour" in group.options)


def test_it_opens_with_one_sentence_on_what_to_do() -> None:
    app = open_teach()
    assert "Nothing is painted yet" in app.info[0].value
    assert [entry["name"] for entry in painter(app)["classes"]] == ["object", "background"]


def test_strokes_segment_the_photo_as_the_library_does() -> None:
    app = open_teach()
    paint(app, two_strokes())
    features = photo_features(load_photo(PHOTO), imagenet_net())
    wanted = segment(features, teach([(features, two_strokes())], FOUR)).labels
    assert np.array_equal(answer(app), wanted)
    assert "Learnt from strokes on 1 photo: object, background" in " ".join(c.value for c in app.caption)


def test_the_painter_rings_what_the_answer_to_these_strokes_is_least_sure_of() -> None:
    app = open_teach()
    paint(app, two_strokes())
    features = photo_features(load_photo(PHOTO), imagenet_net())
    answered = segment(features, teach([(features, two_strokes())], FOUR)).probabilities
    ring = views(app)["teach_answer"]["ring"]
    assert (ring["name"], ring["edition"], ring["rev"]) == (painter(app)["name"], 0, 1)
    row, col = ring["place"]
    assert (row, col) == most_uncertain(answered, two_strokes())
    assert f"The ring at row {row}, column {col} marks" in " ".join(caption.value for caption in app.caption)
    more = two_strokes()
    more[row - 3 : row + 3, col - 3 : col + 3] = 0
    paint(app, more, rev=2)
    again = views(app)["teach_answer"]["ring"]
    assert again["rev"] == 2
    assert again["place"] != ring["place"]
    paint(app, np.full(SIZE, IGNORE, np.uint8), rev=3)
    assert views(app)["teach_answer"]["ring"] is None


def test_a_layer_switched_off_changes_the_answer() -> None:
    app = open_teach()
    paint(app, two_strokes())
    before = answer(app)
    layers(app).set_value([16, 8, 4]).run()
    calm(app)
    assert not np.array_equal(answer(app), before)
    layers(app).set_value([]).run()
    assert "switch one on" in calm(app).info[0].value


def test_the_crf_moves_borders() -> None:
    app = open_teach()
    paint(app, two_strokes())
    before = answer(app)
    app.toggle(key="teach_crf").set_value(True).run()
    calm(app)
    changed = (answer(app) != before).mean()
    assert 0 < changed < 0.5


def test_one_class_only_is_one_sentence_and_nothing_is_lost() -> None:
    app = open_teach()
    strokes = two_strokes()
    strokes[strokes == 1] = IGNORE
    paint(app, strokes)
    assert "Only one class is painted" in app.info[0].value
    paint(app, two_strokes(), rev=2)
    assert set(np.unique(answer(app))) == {0, 1}


def test_hostile_strokes_change_nothing() -> None:
    app = open_teach()
    paint(app, two_strokes())
    before = answer(app)
    paint(app, np.full(SIZE, 7, np.uint8), rev=2)
    assert np.array_equal(answer(app), before)


def test_classes_live_in_the_link() -> None:
    app = open_page("teach.py", photo=PHOTO, named=["cat", "room~00ff00"])
    assert painter(app)["classes"] == [
        {"name": "cat", "color": [229, 16, 26]},
        {"name": "room", "color": [0, 255, 0]},
    ]
    bad = open_page("teach.py", photo=PHOTO, named=["cat", "cat"])
    assert [entry["name"] for entry in painter(bad)["classes"]] == ["object", "background"]


def test_names_are_shown_as_they_are_never_as_markdown() -> None:
    app = open_page("teach.py", photo=PHOTO, named=["![x](http://a.b)", "**bold**"])
    paint(app, two_strokes())
    words = next(caption.value for caption in app.caption if caption.value.startswith("Learnt"))
    assert r"\!\[x\]\(http" in words
    assert r"\*\*bold\*\*" in words


def test_classes_are_renamed_added_and_removed_with_their_strokes() -> None:
    app = open_teach()
    paint(app, two_strokes())
    app.text_input(key="own_name_0_0").set_value("cat").run()
    calm(app)
    assert painter(app)["classes"][0]["name"] == "cat"
    assert set(np.unique(answer(app))) == {0, 1}
    app.text_input(key="own_new_1").set_value("nose").run()
    calm(app)
    assert [entry["name"] for entry in painter(app)["classes"]] == ["cat", "background", "nose"]
    strokes = two_strokes()
    strokes[200:210, 100:150] = 2
    paint(app, strokes, rev=2)
    app.button(key="own_remove_2_0").click().run()
    calm(app)
    assert [entry["name"] for entry in painter(app)["classes"]] == ["background", "nose"]
    assert set(np.unique(answer(app))) == {0, 1}
    app.text_input(key="own_name_3_0").set_value("nose").run()
    assert "Two classes are called" in calm(app).error[0].value
    assert [entry["name"] for entry in painter(app)["classes"]] == ["background", "nose"]


def test_a_head_is_taken_to_a_second_photo_and_strokes_there_add() -> None:
    app = open_teach()
    paint(app, two_strokes())
    app.selectbox(key="photo").set_value("coffee").run()
    calm(app)
    before = answer(app)
    assert before.shape == load_photo("coffee").shape[:2]
    strokes = np.full(before.shape, IGNORE, np.uint8)
    strokes[300:320, 20:120] = 1
    paint(app, strokes, photo="coffee")
    assert "on 2 photos" in " ".join(c.value for c in app.caption)
    assert (answer(app) != before).any()
    assert (answer(app)[300:320, 20:120] == 1).mean() > 0.9


def test_example_strokes_bring_classes_and_a_score() -> None:
    app = open_teach("coffee")
    app.button(key="teach_example").click().run()
    calm(app)
    assert [entry["name"] for entry in painter(app, "coffee")["classes"]] == ["cup", "saucer", "table"]
    caption = views(app)["teach_answer"]["panels"][0]["caption"]
    assert caption.startswith("mean IoU")
    assert "3 classes" in caption


def test_comparisons() -> None:
    app = open_teach("coffee", teach_beside="Each layer alone")
    app.button(key="teach_example").click().run()
    calm(app)
    titles = [panel["title"] for panel in views(app)["teach_layers_view"]["panels"]]
    assert titles == ["32 alone", "16 alone", "8 alone", "4 alone", "colour alone", "All five"]
    group = next(group for group in app.get("button_group") if "Other photos" in group.options)
    group.set_value("Before convnets").run()
    calm(app)
    assert "mean IoU" in views(app)["teach_textons"]["panels"][0]["caption"]
    group = next(group for group in app.get("button_group") if "Other photos" in group.options)
    group.set_value("Other photos").run()
    app.multiselect(key="teach_others").set_value(["coins"]).run()
    calm(app)
    for net in ("ImageNet", "random weights"):
        assert label_map(app, f"teach_other coins {net}", net).shape == load_photo("coins").shape[:2]


def test_a_lesson_is_loaded_and_a_damaged_one_is_one_sentence() -> None:
    features = photo_features(load_photo(PHOTO), imagenet_net())
    head = teach([(features, two_strokes())], (32, 4))
    data = write_lesson(
        Lesson(own_classes(["cat", "room"]), {PHOTO: two_strokes(), "upload-gone": two_strokes()}, head)
    )
    app = open_teach()
    app.file_uploader(key="lesson_file").upload("lesson.json", data, "application/json").run()
    calm(app)
    assert [entry["name"] for entry in painter(app)["classes"]] == ["cat", "room"]
    assert np.array_equal(answer(app), segment(features, head).labels)
    assert "1 of its photos" in app.info[0].value
    app.file_uploader(key="lesson_file").upload("lesson.json", data[:100], "application/json").run()
    assert "lesson.json: This is not a lesson" in calm(app).error[0].value.replace("\\", "")
    assert np.array_equal(answer(app), segment(features, head).labels)


def test_downloads_have_the_photos_own_size() -> None:
    own, labels = own_classes(["a", "b"]), np.repeat([[0], [1]], 30, axis=0).repeat(40, axis=1).astype(np.uint8)
    assert load_image(png_at(labels, own, (120, 80))).shape == (120, 80, 3)
    content = json.loads(labelme_at(labels, own, (120, 80), "photo.jpg"))
    assert (content["imageHeight"], content["imageWidth"]) == (120, 80)
    assert {shape["label"] for shape in content["shapes"]} == {"a", "b"}
    assert max(y for shape in content["shapes"] for _, y in shape["points"]) == 120


def test_an_upload_can_be_taught() -> None:
    app = open_teach()
    image = np.zeros((64, 96, 3), np.uint8)
    image[:, 48:] = 200
    app.file_uploader(key="photo_file").upload("mine.png", png(image), "image/png").run()
    calm(app)
    key = app.session_state["photo"]
    strokes = np.full((64, 96), IGNORE, np.uint8)
    strokes[20:30, 5:25], strokes[20:30, 70:90] = 0, 1
    paint(app, strokes, photo=key)
    features = photo_features(image, imagenet_net())
    assert np.array_equal(answer(app), segment(features, teach([(features, strokes)], FOUR)).labels)


def test_saved_lessons_hold_what_was_taught() -> None:
    """What the download would write, read back."""
    app = open_teach()
    paint(app, two_strokes())
    head = teach([(photo_features(load_image(photo_path(PHOTO)), imagenet_net()), two_strokes())], FOUR)
    again = read_lesson(write_lesson(Lesson(own_classes(["object", "background"]), {PHOTO: two_strokes()}, head)))
    assert np.array_equal(again.strokes[PHOTO], two_strokes())
    assert np.array_equal(segment(photo_features(load_photo(PHOTO), imagenet_net()), again.head).labels, answer(app))
