"""The list of pages, and what all of them share: the page frame, the photo picker, the address bar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from seglib.assets import ASSETS, DamagedFile, left_out
from seglib.ui import inputs, lost, state
from seglib.ui.lecture import bar, following, question
from seglib.ui.loading import page_drawn

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES_FOLDER = ROOT / "pages"
PAGES = [
    st.Page(PAGES_FOLDER / "compare.py", title="Compare", default=True),
    st.Page(PAGES_FOLDER / "metrics.py", title="Metrics"),
    st.Page(PAGES_FOLDER / "annotation.py", title="Annotation"),
    st.Page(PAGES_FOLDER / "before_convnets.py", title="Before convnets"),
    st.Page(PAGES_FOLDER / "resolution.py", title="Resolution"),
    st.Page(PAGES_FOLDER / "pyramid.py", title="Pyramids"),
    st.Page(PAGES_FOLDER / "skip_connections.py", title="Skips"),
    st.Page(PAGES_FOLDER / "inside.py", title="Inside"),
    st.Page(PAGES_FOLDER / "receptive_field.py", title="Window"),
    st.Page(PAGES_FOLDER / "deeplab_crf.py", title="DeepLab"),
    st.Page(PAGES_FOLDER / "teach.py", title="Teach it"),
    st.Page(PAGES_FOLDER / "scoreboard.py", title="Scoreboard"),
]
HIDDEN = [st.Page(PAGES_FOLDER / "notes.py", title="Notes", visibility="hidden")]
PAGES.append(st.Page(PAGES_FOLDER / "lecture.py", title="Lecture"))

# A file of our own: Streamlit would fetch the picture of a named icon from the network.
st.set_page_config(page_title="Segmentation, alive", page_icon=ASSETS / "icon.png", layout="wide")
# Streamlit leaves a fifth of a projector's height empty above the title, and on a phone the sign that links to a
# heading takes a line of its own.
st.html(
    "<style>[data-testid='stMainBlockContainer'] { padding-top: 3.5rem; } "
    "[data-testid='stHeaderActionElements'] { display: none; }</style>"
)
page = st.navigation([*PAGES, *HIDDEN], position="top")
name = page.url_path or "compare"
place = following.arrive(name)
inputs.photo_picker()
state.show_in_address()
following.show_in_address(place)
bar.show(place, name)
question.show(place, name)
lost.notice(state.photo().title)
known = left_out()
for sentence in known.values():
    st.warning(f"Done without: {sentence}", icon=":material/broken_image:")
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
