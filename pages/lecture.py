"""The lecture itself: choose a route, open a room for the class, make a route of your own."""

import streamlit as st

from seglib.ui import page
from seglib.ui.lecture import lobby

page.heading("The lecture", "Step by step through the whole story, with the class voting from its phones.")
routes, room = st.columns([2, 1], gap="large")
with routes:
    lobby.routes()
with room:
    st.header("The class")
    lobby.room_card()
st.header("A route of your own")
lobby.own_route()
