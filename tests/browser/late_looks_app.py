"""An app for test_late_looks.py: a page with a part that asks to be drawn again all the time, and one that is still."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from seglib.ui.late_looks import NoLateLooks

app = st.App(Path(__file__).with_name("late_looks_router.py"), middleware=[Middleware(NoLateLooks)])
