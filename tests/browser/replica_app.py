"""The app without its warm-up, for tests of several at once: nets are loaded when a page first asks for one."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from seglib.ui.headers import SafeAnswers
from seglib.ui.late_looks import NoLateLooks

ROUTER = Path(__file__).resolve().parent.parent.parent / "seglib" / "ui" / "router.py"
app = st.App(ROUTER, middleware=[Middleware(SafeAnswers), Middleware(NoLateLooks)])
