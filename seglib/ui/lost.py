"""What a visitor brought and is gone: said, not passed over.

Photos of visitors live in the memory of one visit on one server. A restart, the death of a replica behind a proxy, or a
page loaded anew ends that visit, while the browser still shows the old controls, and the address bar still the old
view. So the address also says how many photos the visitor had brought (``own=2``), and an arrival with such an address
is told that they are not here.
"""

from __future__ import annotations

import streamlit as st

_PARAMETER = "own"
_MOST = 9  # a single digit: anybody may write what they like into an address


def arrive() -> None:
    """On the first run of a visit: remember whether its address speaks of photos that this server has not."""
    named = st.query_params.get(_PARAMETER, "")
    if named.isascii() and named.isdigit() and len(named) == 1 and named != "0":
        st.session_state["lost_photos"] = int(named)
        st.session_state["lost_before"] = True


def show_in_address(photos: int) -> None:
    """Let the address say how many photos of their own the visitor has here; nothing where there are none."""
    wanted = str(min(photos, _MOST)) if photos else None
    if wanted is None:
        st.query_params.pop(_PARAMETER, None)
    elif st.query_params.get(_PARAMETER) != wanted:
        st.query_params[_PARAMETER] = wanted


def uploader_key() -> str:
    """The uploader's key: another one after a loss, for the browser would go on to list the file that is gone."""
    return "photo_file_again" if st.session_state.get("lost_before") else "photo_file"


def forget() -> None:
    """The visitor knows: they closed the notice, or brought a photo again."""
    st.session_state.pop("lost_photos", None)


def notice(shown: str) -> None:
    """Above the page: what was lost, why, what is ``shown`` instead, and what to do."""
    count = st.session_state.get("lost_photos", 0)
    if not count:
        return
    photos, these, them = ("photo", "it is", "it") if count == 1 else (f"{count} photos", "they are", "them")
    st.warning(
        f"**Your own {photos} and the labels you gave {them} are no longer here.** What visitors bring is kept in the "
        "memory of one visit only, and that visit has ended: the server was restarted or another one took over, the "
        f"page was loaded anew, or the link is somebody else's. Shown is {shown}. To go on with your own, choose "
        f"{them} again under “Your own photo”; {these} still on your device.",
        icon=":material/history:",
    )
    st.button("Close this notice", key="close_lost", on_click=forget, type="tertiary")
