"""The list of pages, and what all of them share: the page frame, the photo picker, the address bar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.navigation.page import StreamlitPage

from seglib.assets import ASSETS, DamagedFile, left_out
from seglib.ui import inputs, links, looks, lost, seen, state, turns
from seglib.ui.lecture import ahead, bar, following, laser, one_file, projector, question, tour
from seglib.ui.loading import page_drawn

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES_FOLDER = ROOT / "pages"


def _page(file: str, title: str, **looks: object) -> StreamlitPage:
    return st.Page(PAGES_FOLDER / f"{file}.py", title=title, **looks)


# In sections, so that the menu fits a projector and a zoom of 150 %; within them in the lecture's order.
PAGES = {
    "": [_page("compare", "Compare", default=True), _page("lecture", "Lecture")],
    "The task": [
        _page("metrics", "Metrics"),
        _page("annotation", "Annotation"),
        _page("before_convnets", "Before convnets"),
    ],
    "The nets": [
        _page("resolution", "Resolution"),
        _page("pyramid", "Pyramids"),
        _page("skip_connections", "Skips"),
        _page("inside", "Inside"),
        _page("receptive_field", "Window"),
        _page("deeplab_crf", "DeepLab"),
    ],
    "Yours": [_page("teach", "Teach it"), _page("scoreboard", "Scoreboard")],
    "Hidden": [_page("notes", "Notes", visibility="hidden")],
}

turns.begin_run()
# A file of our own: Streamlit would fetch the picture of a named icon from the network.
st.set_page_config(page_title="Segmentation, alive", page_icon=ASSETS / "icon.png", layout="wide")
looks.dress()
projector.dress()
page = st.navigation(PAGES, position="top")
name = page.url_path or "compare"
place = following.arrive(name)
links.arrive()
state.choose_from_address()
if name != "notes":  # which shows no photo: the other window has it
    inputs.photo_picker()
state.show_in_address()
following.show_in_address(place)
bar.show(place, name)
question.show(place, name)
laser.follow()
tour.leave(name)
lost.notice(state.photo().title)
known = left_out()
for sentence in known.values():
    st.warning(f"Done without: {sentence}", icon=":material/broken_image:")
seen.forget()
one_file.forget_place()
try:
    page.run()
except DamagedFile as error:
    if left_out() != known:  # the page can go on without it
        st.rerun()
    st.error(str(error))
except StreamlitAPIException:
    if not following.undo(place, name):
        raise
finally:
    page_drawn()
one_file.offer()
ahead.prepare(place)
