"""The panel on things, headless: boxes and strokes are put into the session as a browser sends them."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seglib.before_convnets.boxes import Box, class_iou, stuff_box
from seglib.before_convnets.grab_cut import BACKGROUND, SEEDS, iterate, object_mask, start
from seglib.labels import EVERYDAY, IGNORE
from seglib.photos import load_photo, photo_truth
from seglib.ui.before_convnets import boxes as detection_boxes
from seglib.ui.before_convnets import things
from tests.guessing import right_and_wrong
from tests.test_pages import calm, open_page, png, table, views

BOX = {"top": 60, "left": 0, "bottom": 500, "right": 400}  # round the photographer


def open_panel(photo: str, **query: str) -> AppTest:
    return open_page("before_convnets.py", before="Things", photo=photo, **query)


def browser_sends(app: AppTest, photo: str, **values: object) -> None:
    app.session_state[f"painter {photo} {SEEDS.name} {detection_boxes.STROKES}"] = {
        "painting": None,
        "box": None,
    } | values
    app.run()
    calm(app)


def iou(app: AppTest) -> float:
    return table(app, "within the box")["within the box"].iloc[0]


def painter(app: AppTest) -> dict:
    return next(data for key, data in views(app).items() if key.startswith("painter"))


def words(app: AppTest) -> str:
    return " ".join(str(each.value) for each in (*app.info, *app.warning, *app.error, *app.caption))


def test_detector_votes_and_iterations() -> None:
    app = open_panel("astronaut")
    data = painter(app)
    assert len(data["marks"]) == 1
    assert data["tools"] == ["box", "brush", "eraser", "move"]
    assert "windows agree on one box" in words(app)
    scores = table(app, "within the box")
    assert list(scores.index) == ["GrabCut after 3", "fcn8s"]
    image, truth, box = load_photo("astronaut"), photo_truth("astronaut", EVERYDAY), Box(*data["box"])
    cut = start(image, box)
    for _ in range(3):
        cut = iterate(cut)
    k = EVERYDAY.index("person")
    found = object_mask(cut, box, truth.shape)
    assert iou(app) == pytest.approx(100 * class_iou(truth, found, k, box))
    app.slider(key="cut_step").set_value(0).run()
    calm(app)
    found = object_mask(start(image, box), box, truth.shape)  # the box, to a pixel of the shrunken photo
    assert iou(app) == pytest.approx(100 * class_iou(truth, found, k, box))
    assert iou(app) == pytest.approx(100 * class_iou(truth, box.mask(truth.shape), k, box), abs=1)
    app.slider(key="votes").set_value(2).run()  # a false alarm joins
    calm(app)
    assert len(painter(app)["marks"]) == 2
    app.button_group(key="which astronaut Face").set_value("2: 3 windows").run()
    calm(app)
    assert Box(*painter(app)["box"]) != box


def test_a_detector_that_finds_nothing_says_so_and_the_drawn_box_stays() -> None:
    app = open_panel("camera")
    browser_sends(app, "camera", box=BOX | {"rev": 1})
    assert app.session_state[detection_boxes.WHO] == detection_boxes.MINE
    before = iou(app)
    app.button_group(key=detection_boxes.WHO).set_value("Face").run()
    calm(app)
    assert "no 5 windows agree" in words(app)
    assert painter(app)["box"] is None
    assert app.button(key="finds_one").label == "Where it finds one: Astronaut"
    app.button_group(key=detection_boxes.WHO).set_value(detection_boxes.MINE).run()
    calm(app)
    assert iou(app) == before
    assert painter(app)["box"] == list(BOX.values())


def test_each_photo_opens_on_something_found_until_the_visitor_says_who_draws() -> None:
    app = open_panel("china")  # a detector calls its temple a person
    assert app.session_state[detection_boxes.WHO] == detection_boxes.MINE
    assert painter(app)["box"] == list(stuff_box(photo_truth("china", EVERYDAY), EVERYDAY))
    assert "No detector finds a thing here, so this box was put in the midst of stuff, sky." in words(app)
    app.session_state["photo"] = "astronaut"
    calm(app.run())
    assert app.session_state[detection_boxes.WHO] == "Face"
    assert "windows agree on one box" in words(app)
    app.session_state["photo"] = "flower"
    calm(app.run())
    assert "so this box was put round the largest thing, flower." in words(app)
    assert iou(app) > 50
    app.button_group(key=detection_boxes.WHO).set_value("Cat face").run()
    app.session_state["photo"] = "china"
    calm(app.run())
    assert app.session_state[detection_boxes.WHO] == "Cat face"  # the visitor's choice stays
    assert "no 5 windows agree" in words(app)
    app.button_group(key=detection_boxes.WHO).set_value(detection_boxes.MINE).run()
    assert "so this box was put in the midst of stuff" in words(calm(app))
    browser_sends(app, "china", box=BOX | {"rev": 1})
    assert "was put" not in words(app)  # it is the visitor's own now


def test_a_link_that_names_a_detector_is_followed() -> None:
    assert "Face: in this photo no 5 windows agree" in words(open_panel("china", box_by="Face"))


@pytest.mark.parametrize(("who", "photo"), things.FINDS.items())
def test_where_a_detector_finds_nothing_a_photo_is_offered_in_which_it_does(who: str, photo: str) -> None:
    app = open_panel("rocket", box_by=who)
    app.button(key="finds_one").click().run()
    calm(app)
    assert app.session_state["photo"] == photo
    assert "windows agree" in words(app)
    assert "no 5 windows agree" not in words(app)
    assert painter(app)["box"] is not None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bottom": 60}, "no area"),
        ({"top": 900, "bottom": 950}, "outside the photo"),
        ({"top": -9, "left": -9, "bottom": 900, "right": 900}, "whole photo"),
    ],
)
def test_a_wrong_box_gets_one_sentence_and_the_one_before_stays(wrong: dict, said: str) -> None:
    app = open_panel("camera", box_by="You")
    assert "Draw a box" in words(app)
    browser_sends(app, "camera", box=BOX | {"rev": 1})
    before = iou(app)
    browser_sends(app, "camera", box=BOX | wrong | {"rev": 2})
    assert len(app.error) == 1
    assert said in app.error[0].value
    assert iou(app) == before
    app.run()
    assert not app.error
    browser_sends(app, "camera", box="nonsense")
    assert iou(app) == before


def test_strokes_correct_the_cut() -> None:
    app = open_panel("camera", box_by="You")
    browser_sends(app, "camera", box=BOX | {"rev": 1})
    seeds = np.full((512, 512), IGNORE, np.uint8)
    seeds[100:480, 20:280] = BACKGROUND
    content = base64.b64encode(zlib.compress(seeds.tobytes())).decode()
    before = iou(app)
    browser_sends(app, "camera", painting={"b64": content, "h": 512, "w": 512, "edition": 0, "rev": 1})
    assert iou(app) < before


def test_a_box_round_stuff_is_made_and_fails_with_a_reason() -> None:
    app = open_panel("chelsea", box_by="Cat face")  # has no stuff of its own
    app.button(key="stuff_box").click().run()
    calm(app)
    assert app.session_state["photo"] == "china"
    assert painter(app)["box"] == list(stuff_box(photo_truth("china", EVERYDAY), EVERYDAY))
    assert "cut_view" not in views(app)  # first a guess
    kept = right_and_wrong(app, "stuff_guess")
    assert kept.options[kept.right] == "below 5 % of the box"
    assert kept.because.startswith("0.0 % of the box is left. 100.0 % of the strip just outside")
    assert iou(app) == 0
    assert "Nothing is left after iteration 1" in words(app)
    assert "100.0 % of the strip just outside is sky" in words(app)
    app.slider(key="cut_step").set_value(0).run()  # all of the box: the guess was about three iterations
    assert calm(app).session_state["lecture_guesses"]["stuff_guess"].because == kept.because


def test_street_classes_have_no_animal_and_the_page_says_so() -> None:
    app = open_panel("chelsea", box_by="Cat face", classes="street")
    assert "no class for what is in the box" in words(app) or "no human labels" in words(app)
    assert "cut_view" in views(app)


def test_a_photo_of_one_colour_is_refused_in_a_sentence() -> None:
    app = open_panel("camera", box_by="You")
    app.file_uploader(key="photo_file").upload("grey.png", png(np.full((60, 80, 3), 90, np.uint8)), "image/png").run()
    key = app.session_state["photo"]
    app.session_state["stuff_guess"] = "Just show me"
    browser_sends(app, key, box={"top": 10, "left": 10, "bottom": 40, "right": 50, "rev": 1})
    assert [each.value for each in app.error] == [
        "All pixels have the same colour: there is nothing by which object and background differ."
    ]
