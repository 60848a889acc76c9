"""Routes: what is shipped keeps its promises, what comes from outside is bounded and told what is wrong with it."""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.claims import about_start
from seglib.claims.__main__ import CLAIMS
from seglib.claims.ledger import SECTIONS, read_ledger
from seglib.labels import LABEL_SETS
from seglib.lecture.answers import ANSWERS
from seglib.lecture.routes import (
    LONGEST,
    LONGEST_LINK,
    MOST_BYTES,
    MOST_STEPS,
    BadRoute,
    Paint,
    Question,
    Route,
    Step,
    pack,
    read_route,
    shipped,
    unpack,
    write_route,
)
from seglib.photos import PHOTOS, load_photo
from tests.menu import ROOT

ONE = 'title = "One"\n[[step]]\nname = "a"\nsays = "See?"\npage = "compare"\n'


def test_every_claim_of_the_ledger_and_every_section_has_a_step_in_the_whole_lecture() -> None:
    whole = shipped()["whole"]
    claims = {claim for step in whole.steps for claim in step.claims}
    assert claims == set(CLAIMS)
    without_control = {"imagenet"} if all(map(about_start.what_is_lacking, LABEL_SETS)) else set()
    assert claims - without_control == set(read_ledger())
    assert {1, 12, 13, 14, *SECTIONS} <= {step.section for step in whole.steps}
    sections = [step.section for step in whole.steps]
    assert sections == sorted(sections), "the whole lecture follows the lecture's order"


@pytest.mark.parametrize(("name", "minutes"), [("ten_minutes", 10), ("twenty_five_minutes", 25), ("fifty_minutes", 50)])
def test_a_route_of_so_many_minutes_takes_them(name: str, minutes: float) -> None:
    route = shipped()[name]
    assert route.minutes == minutes
    assert route.starts()[0] == 0
    assert route.starts()[-1] + route.steps[-1].minutes == minutes


@pytest.mark.parametrize("name", shipped())
def test_steps_name_pages_photos_classes_and_answers_that_there_are(name: str) -> None:
    for step in shipped()[name].steps:
        assert (ROOT / "pages" / f"{step.page}.py").is_file()
        assert step.view.get("photo", "china") in PHOTOS
        assert step.view.get("classes", "everyday") in LABEL_SETS
        if step.question:
            assert step.question.answer in ANSWERS
        if step.paint:
            assert step.paint.label in LABEL_SETS[step.view.get("classes", "everyday")].classes
            height, width = load_photo(step.view["photo"]).shape[:2]
            assert step.paint.row + step.paint.side <= height
            assert step.paint.col + step.paint.side <= width


def test_a_shorter_route_takes_its_steps_from_the_whole_lecture_and_changes_some_fields() -> None:
    whole = read_route(ONE + 'note = "Look."\n[step.question]\nwords = "?"\noptions = ["x", "y"]\n')
    text = 'title = "Short"\nof = "whole"\n[[step]]\nname = "a"\nminutes = 4\nquestion = false\n'
    step = read_route(text, {"whole": whole}).steps[0]
    assert (step.says, step.note, step.minutes, step.question) == ("See?", "Look.", 4.0, None)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_route_survives_being_saved_and_shared(name: str) -> None:
    route = shipped()[name]
    assert read_route(write_route(route)) == route
    assert read_route(write_route(route, shipped()["whole"]), shipped()) == route
    assert unpack(pack(route)) == route


def texts(kind: str) -> st.SearchStrategy[str]:
    return (
        # Without "\r": a text over several lines loses the difference between the ways to end one.
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=LONGEST[kind])
        .map(str.strip)
        .filter(bool)
    )


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**8), 10**8),
    st.floats(-1e8, 1e8),
    texts("option"),
    st.lists(texts("option"), max_size=3).map(tuple),
)
QUESTIONS = st.builds(Question, texts("words"), st.lists(texts("option"), min_size=2, max_size=6).map(tuple))
STEPS = st.builds(
    Step,
    name=st.just("a"),
    says=texts("says"),
    page=st.sampled_from(["compare", "metrics"]),
    view=st.dictionaries(st.from_regex(r"\A[A-Za-z0-9_]{1,40}\Z"), VALUES, max_size=4),
    section=st.integers(0, 99),
    note=st.just("") | texts("note"),
    minutes=st.floats(0, 600),
    question=st.none() | QUESTIONS,
    paint=st.none() | st.builds(Paint, texts("name"), st.integers(0, 99), st.integers(0, 99), st.integers(16, 99)),
)


@settings(deadline=None)
@given(STEPS)
def test_any_step_survives_being_written_and_read(step: Step) -> None:
    route = Route("Mine", "", (step,))
    assert read_route(write_route(route)) == route


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_a_file_holds_it_is_a_route_or_gets_one_sentence(text: str) -> None:
    with pytest.raises(BadRoute) as error:
        read_route(text)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 3\n" + ONE.partition("\n")[2], "no title"),
        ('title = "x"', "1 to 100 steps"),
        ('title = "x"\nstep = 3', "1 to 100 steps"),
        (ONE + "[[step]]\n" * MOST_STEPS, "1 to 100 steps"),
        (ONE.replace('"See?"', f'"{"x" * 500}"'), "500 characters"),
        (ONE.replace("compare", "../secrets"), "names no page"),
        (ONE.replace('"a"', '"A b"'), "small letters"),
        (ONE + ONE.partition("\n")[2], "Two steps are called 'a'"),
        (ONE + "minutes = -1", "from 0 to 600"),
        (ONE + "minutes = nan", "from 0 to 600"),
        (ONE + "[step.view]\nphoto = 1979-05-27", "neither a short text"),
        (ONE + "[step.view]\nfactor = inf", "neither a short text"),
        (ONE + f"[step.view]\n{'k' * 50} = 1", "at most 24 values"),
        (ONE + "view = 3", "no table"),
        (ONE + '[step.question]\nwords = "?"\noptions = ["x"]', "2 to 6"),
        (ONE + '[step.question]\noptions = ["x", "y"]', "no words"),
        (ONE + '[step.paint]\nlabel = "sky"\nrow = 0\ncol = 0\nside = true', "side is True"),
        ('of = "nowhere"\n' + ONE, "no route 'nowhere'"),
        ("x" * (MOST_BYTES + 1), "at most 200 kB"),
        ("a = " + "[" * 5000, "no route"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(BadRoute, match=words):
        read_route(text)


def test_a_long_route_is_no_link() -> None:
    words = "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyz ", k=4000))
    with pytest.raises(BadRoute, match="Save it as a file"):
        pack(Route("Long", "", (Step("a", "See?", "compare", note=words),)))


@pytest.mark.parametrize("word", ["", "!!", "AAAA", "A" * (LONGEST_LINK + 1), "é"])
def test_a_broken_link_gets_one_sentence(word: str) -> None:
    with pytest.raises(BadRoute):
        unpack(word)


def test_a_link_is_never_unpacked_further_than_a_route_may_be_long() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"#" * 1_000_000, 9)).decode().rstrip("=")
    assert len(bomb) < LONGEST_LINK
    with pytest.raises(BadRoute, match="at most 200 kB"):
        unpack(bomb)
