"""The pages of late_looks_app.py."""

import streamlit as st


def restless() -> None:
    """A number that grows by itself, and two ways to leave it."""
    count()
    st.page_link(STILL, label="link to the still page")
    if st.button("button to the still page"):
        st.switch_page(STILL)


@st.fragment(run_every=0.02)
def count() -> None:
    """How often this was drawn."""
    st.session_state.looks = st.session_state.get("looks", 0) + 1
    st.write(f"drawn {st.session_state.looks} times")


def still() -> None:
    """Words that must stay."""
    st.write("these words stay")
    st.page_link(RESTLESS, label="to the restless page")


RESTLESS = st.Page(restless, title="Restless", default=True)
STILL = st.Page(still, title="Still")
st.navigation([RESTLESS, STILL], position="hidden").run()
