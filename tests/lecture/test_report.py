"""The report: all it says is in the file, as text, and it can neither run nor fetch anything."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from seglib.lecture.report import Picture, Question, Section, Table, build

TEXT = st.text(max_size=60)


class Reader(HTMLParser):
    """Collects tags, attributes and text, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for key, value in attrs if key in ("href", "src")]
        assert not any(key.startswith("on") for key, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def test_guesses_votes_pictures_numbers_and_links_are_in_it() -> None:
    questions = [
        Question("Which?", "this", "this", "12.0 %", (("this", "3", "5"), ("that", "4", "2"))),
        Question("And now?", "that", "this"),
        Question("Do you like it?", "yes"),
    ]
    pictures = (Picture("Photo", b"\xff\xd8jpeg", "A pagoda.", "Summer Palace"),)
    tables = (Table("Scores", (("Net", "Mean IoU"), ("fcn8s", "33.8"))),)
    link = "http://localhost:8501/?photo=china&pin=1,2"
    reader = read(
        build("Report", "28 November", [Section("Compare", "A claim.", link, (), pictures, tables)], questions)
    )
    assert "1 of 2 guesses were right." in reader.text
    for words in ("Which?", "12.0 %", "first", "second", "A claim.", "Summer Palace", "Mean IoU", "33.8"):
        assert words in reader.text
    assert link in reader.links
    assert sum(source.startswith("data:image/jpeg;base64,") for source in reader.links) == 1


@settings(deadline=None)
@given(TEXT, TEXT, TEXT, TEXT)
def test_text_of_strangers_is_text(title: str, words: str, link: str, cell: str) -> None:
    hostile = f"<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{title}"
    picture = Picture(hostile, b"x", hostile, hostile)
    section = Section(
        hostile, words, f"javascript:{link}", (hostile,), (picture,), (Table(cell, ((cell,), (hostile,))),)
    )
    reader = read(build(hostile, words, [section], [Question(hostile, hostile, cell, hostile, ((hostile, "1"),))]))
    assert "script" not in reader.tags
    assert reader.tags.count("img") == 1
    assert not any(target.startswith("javascript") for target in reader.links)


def test_it_may_run_and_fetch_nothing() -> None:
    text = build("Report", "", [], [])
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
