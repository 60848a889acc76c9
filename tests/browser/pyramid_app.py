"""The app, with its weights in the folder that SEGLIB_TEST_WEIGHTS names."""

import os
from pathlib import Path

import streamlit as st

from seglib.models import cards

cards.WEIGHTS = Path(os.environ["SEGLIB_TEST_WEIGHTS"])
app = st.App(Path(__file__).resolve().parent.parent.parent / "seglib" / "ui" / "router.py")
