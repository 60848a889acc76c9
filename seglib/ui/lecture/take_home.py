"""Beside every experiment's title: its link, its pictures and numbers as files, code, a report, a step of a route."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from seglib.lecture import pictures, report, scripts
from seglib.lecture.routes import LONGEST
from seglib.photos import PHOTOS
from seglib.ui import record, state
from seglib.ui.lecture import following, guesses, hall, lobby, one_file, view
from seglib.ui.record import Record

_COPY = st.components.v2.component(
    "copy_link",
    html='<button type="button">Copy link</button><input hidden readonly aria-label="The link">',
    css="""
button, input { font: inherit; color: var(--st-text-color); background: none; padding: .45rem .75rem;
  border: 1px solid var(--st-border-color); border-radius: .5rem; width: 100%; cursor: pointer; }
button:hover { border-color: var(--st-primary-color); }
""",
    js=(Path(__file__).parent / "copy_link.js").read_text(encoding="utf-8"),
)


def draw(title: str, claim: str) -> None:
    """Begin the record of this view, and offer all that can be taken home of it."""
    page = st.session_state.get("lecture_page", "compare")
    shown = view.take_view()
    path = link_path(page, shown)
    now = record.begin(title, claim, f"{hall.address()}{path}")
    with st.popover("Take home", icon=":material/ios_share:", key="take_home"):
        _COPY(key="copy_link", data={"path": path})
        for words in what_stays():
            st.caption(words)
        _downloads(now, page, shown)
        _add_to_route(page, claim)


def link_path(page: str, shown: dict) -> str:
    """Path and query of a link that reopens a view; the route stays behind, for it would set a view of its own."""
    query = {}
    for key, value in shown.items():
        parts = value if isinstance(value, tuple) else (value,)
        query[key] = [str(part).lower() if isinstance(part, bool) else str(part) for part in parts]
    return f"/{'' if page == 'compare' else page}?{urlencode(query, doseq=True)}".rstrip("?")


def what_stays() -> list[str]:
    """What a link cannot carry, in words."""
    words = []
    if st.session_state.get("photo") not in PHOTOS:
        words.append("Your own photo is not in the link: it stays in your session.")
    if state.uses_painted():
        words.append("Labels that you painted are not in the link: they stay in your session.")
    return words


def _downloads(now: Record, page: str, shown: dict) -> None:
    stem = one_file.stem(now.title)
    # The callables run when a button is pressed, in another thread: all that they need is bound to them here.
    everything = partial(bundle, now, one_file.category_colors())
    _button("Pictures and tables", everything, f"{stem}.zip", "application/zip", "photo_library")
    one_file.keep_place()
    photo = st.session_state.get("photo")
    if photo in PHOTOS and (code := scripts.script(page, shown, now.title)):
        _button("This as code", code, f"{stem}.py", "text/x-python", "code")
    if place := following.here():
        book = partial(scripts.notebook, place.route)
        _button("The route as a notebook", book, "route.ipynb", "application/x-ipynb+json", "menu_book")
    made = partial(_report, now, record.before(), dict(guesses.all_guesses()))
    _button("Report of all I looked at", made, "report.html", "text/html", "description")


def _button(label: str, content: str | Callable, name: str, mime: str, icon: str) -> None:
    st.download_button(
        label,
        content,
        name,
        mime,
        on_click="ignore",
        icon=f":material/{icon}:",
        width="stretch",
        key=f"take_{name[-4:]}",
    )


def bundle(now: Record, colors: Sequence[str] = ()) -> bytes:
    """A ZIP of all pictures on the page, alone and with title, legend and caption, of its charts and its tables."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for number, shown in enumerate(now.shown, 1):
            name = f"{number:02}-" + (re.sub(r"[^A-Za-z0-9]+", "-", shown.title).strip("-")[:40] or "picture")
            file.writestr(f"{name}.png", pictures.png(shown.flat()))
            file.writestr(f"{name}-with-words.png", pictures.png(one_file.worded_picture(now, shown)))
        for number, chart in enumerate(now.charts, 1):
            for kind in ("png", "svg"):
                name = f"chart-{number}-{one_file.stem(chart.words)}.{kind}"
                file.writestr(name, one_file.chart_of(now, chart, kind, worded=True, colors=colors))
        for number, (title, frame) in enumerate(now.tables, 1):
            name = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:40] or "table"
            file.writestr(f"table-{number}-{name}.csv", one_file.csv(frame))
        file.writestr("link.txt", now.link + "\n")
    return buffer.getvalue()


def _report(now: Record, before: list[report.Section], made: dict[str, guesses.Guess]) -> str:
    sections = [section for section in before if section.link != now.link] + [now.reduced()]
    return report.build(
        "Semantic segmentation", time.strftime("%d %B %Y"), sections, list(map(_question, made.values()))
    )


def _question(guess: guesses.Guess) -> report.Question:
    def named(index: int | None) -> str:
        return "" if index is None else guess.options[index]

    columns = zip(guess.options, *guess.votes, strict=True) if guess.votes else ()
    votes = tuple((option, *map(str, counts)) for option, *counts in columns)
    return report.Question(guess.words, named(guess.chosen), named(guess.right), guess.because, votes)


def _add_to_route(page: str, claim: str) -> None:
    says = st.text_input("Into my own route, with the sentence", claim, max_chars=LONGEST["says"], key="take_says")
    if st.button("Add this view", icon=":material/playlist_add:", key="take_add") and says.strip():
        lobby.add_this_view(page, says.strip())
        st.toast("Added: your route is on the page Lecture.")
