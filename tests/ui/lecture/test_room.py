"""The lecturer's side of a vote, headless, with phones that vote through the same rooms."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from seglib.lecture.class_paintings import pool, unpack_mask
from seglib.lecture.rooms import MOST_PHOTO, PAINT_SIDE, Key, Rooms
from seglib.lecture.routes import shipped
from seglib.photos import PHOTOS, load_photo
from seglib.ui.lecture import hall, laser
from seglib.ui.lecture.paint_it import data_url, square_picture
from tests.menu import ROOT
from tests.test_pages import png
from tests.ui.lecture.test_following import calm, follow

WHOLE = shipped()["whole"]
PHONES = [f"phone-number-{n:05}" for n in range(9)]


@pytest.fixture(autouse=True)
def _fresh_rooms() -> None:
    hall.rooms.cache_clear()


def with_room(step: str) -> tuple[AppTest, Key]:
    """A lecturer at a step, with a room open."""
    app = follow("whole", 1 + [s.name for s in WHOLE.steps].index(step))
    app.button(key="lecture_open").click().run()
    return calm(app), app.session_state["lecture_room"]


def press(app: AppTest, label: str) -> AppTest:
    return calm(next(button for button in app.button if button.label == label).click().run())


def test_vote_discuss_vote_again_show() -> None:
    app, key = with_room("pyramid_cost")
    rooms: Rooms = hall.rooms()
    press(app, "Ask the class")
    room = rooms.look(key.code)
    assert room.asked.words == app.session_state["lecture_place"].step.question.words
    for phone, option in zip(PHONES, (1, 1, 0), strict=False):
        assert rooms.vote(room, room.round, phone, option) == "counted"
    press(app, "End the vote")
    assert not app.get("vega_lite_chart") or "first vote" not in str(app.get("vega_lite_chart")[0].proto)
    press(app, "Vote again")
    room = rooms.look(key.code)
    assert room.is_open
    for phone in PHONES[:3]:
        rooms.vote(room, room.round, phone, 0)
    press(app, "End the vote")
    press(app, "Show")
    room = rooms.look(key.code)
    assert room.is_shown
    assert room.right == 0
    kept = app.session_state["lecture_guesses"]["pyramid_cost"]
    assert kept.votes == ((1, 2, 0), (3, 0, 0))


def test_a_painting_is_pooled_and_scored() -> None:
    app, key = with_room("paint")
    rooms: Rooms = hall.rooms()
    press(app, "Let the class paint")
    room = rooms.look(key.code)
    assert room.asked.kind == "paint"
    assert room.asked.picture.startswith("data:image/jpeg;base64,")
    for width in (40, 48, 56):
        mask = np.zeros((PAINT_SIDE, PAINT_SIDE), bool)
        mask[:, :width] = True
        ballot = base64.b64encode(np.packbits(mask).tobytes()).decode()
        assert rooms.vote(room, room.round, PHONES[width % 9], ballot) == "counted"
    press(app, "End the painting")
    press(app, "Show")
    pooled = pool([unpack_mask(ballot) for ballot in rooms.paintings(rooms.look(key.code))])
    assert pooled.painters == 3
    people = next(metric for metric in app.metric if metric.label.startswith("Two people"))
    assert people.value == f"{100 * pooled.ceiling:.1f} %"


def test_a_pixel_that_is_pinned_by_hand_is_a_dot_on_the_phones() -> None:
    app, key = with_room("fcn")
    app.run()  # the bar tells the room where it is
    assert hall.rooms().look(key.code).dot is None
    app.session_state["pointed"] = (106, 480)  # as `state.remember_pin` leaves it
    calm(app.run())
    room = hall.rooms().look(key.code)
    height, width = load_photo(app.selectbox(key="photo").value).shape[:2]
    assert room.dot == pytest.approx((480.5 / width, 106.5 / height))
    copy = Image.open(io.BytesIO(base64.b64decode(room.photo.split(",")[1])))
    assert max(copy.size) == laser.SIDE
    assert copy.width / copy.height == pytest.approx(width / height, rel=0.01)
    calm(app.run())
    assert hall.rooms().look(key.code).version == room.version, "told once"
    app.button(key="lecture_next").click().run()
    calm(app.run())
    assert hall.rooms().look(key.code).dot is None


def test_an_upload_is_not_shown_on_the_phones() -> None:
    app, key = with_room("fcn")
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    app.file_uploader(key="photo_file").upload("mine.png", png(pixels), "image/png").run()
    app.session_state["pointed"] = (10, 10)
    calm(app.run())
    assert hall.rooms().look(key.code).photo == ""
    assert hall.rooms().look(key.code).dot is None


@pytest.mark.parametrize("photo", PHOTOS)
def test_a_copy_of_every_photo_fits_into_a_room(photo: str) -> None:
    assert len(laser.copy_of(load_photo(photo))) <= MOST_PHOTO


def test_the_window_with_the_notes_follows_and_steers() -> None:
    app, key = with_room("fcn")
    app.run()  # the bar tells the room where it is
    notes = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=120)
    notes.query_params["room"] = str(key)
    notes.run()
    notes.switch_page(str(ROOT / "pages" / "notes.py")).run()
    calm(notes)
    shown = " ".join(element.value for element in notes.markdown).replace("\\", "")
    step = app.session_state["lecture_place"].step
    assert step.says in shown
    assert step.note.splitlines()[0] in shown
    next(button for button in notes.button if button.label == "Next").click().run()
    calm(app.run())
    assert app.session_state["lecture_place"].index == 1 + WHOLE.steps.index(step)


def test_notes_are_for_whoever_holds_the_key() -> None:
    _, key = with_room("fcn")
    for stolen in ("", key.code, f"{key.code}.{'x' * 22}"):
        notes = AppTest.from_file(str(ROOT / "seglib" / "ui" / "router.py"), default_timeout=120)
        notes.query_params["room"] = stolen
        notes.run()
        notes.switch_page(str(ROOT / "pages" / "notes.py")).run()
        assert calm(notes).info[0].value.startswith("Open a room")


def test_a_closed_room_is_over_for_everybody() -> None:
    app, key = with_room("fcn")
    app.button(key="lecture_close").click().run()
    calm(app)
    assert hall.rooms().look(key.code) is None
    assert [button for button in app.button if button.key == "lecture_open"]


def test_a_square_at_the_edge_of_a_photo_stays_inside_and_fits_into_a_room() -> None:
    paint = next(step.paint for step in WHOLE.steps if step.paint)
    for name in ("china", "coins"):
        picture = square_picture(load_photo(name), paint)
        assert picture.shape[0] == picture.shape[1]
        assert data_url(picture).startswith("data:image/jpeg;base64,")
    noise = np.random.default_rng(0).integers(0, 256, (384, 384, 3), np.uint8)
    with pytest.raises(ValueError, match="does not fit"):
        data_url(noise)


def test_one_question_at_a_time() -> None:
    """The page's own guess is not asked beside the step's question that answers it."""
    app, _ = with_room("accuracy")
    assert app.session_state["lecture_place"].step.question.opens == "duel_guess"

    def asked() -> bool:
        return "duel_guess" in {pills.key for pills in app.get("button_group")}

    assert not asked()
    press(app, "Ask the class")
    assert not asked()
    press(app, "End the vote")
    press(app, "Show")
    assert asked()
    assert app.session_state["duel_guess"] == "Just show me"
