"""Guests on the opening page: torchvision's larger nets, fetched only on request."""

from __future__ import annotations

import streamlit as st

from seglib.models.cards import WeightsError
from seglib.ui import cache, host, panels, state
from seglib.ui.components.photo_view import Panel
from seglib.ui.loading import loading
from seglib.ui.words import percent


def show_guests(photo: state.Photo) -> None:
    """List the nets, download those asked for, and show their answers beside ours.

    They speak the 21 classes of Pascal VOC, most of the photo being "background", so they are shown in their
    own colours and not scored against our classes.
    """
    with st.expander("Larger nets from torchvision, trained on COCO (optional download)", icon=":material/download:"):
        st.markdown(
            "These nets know the 21 classes of Pascal VOC and were trained on about a hundred times more photos. "
            "Fetching one needs a network, once; everything else here does not."
        )
        if loading() or not st.toggle("Show the list", key="guests", persist_state="session"):
            return
        from seglib.models import torchvision_nets

        names = list(torchvision_nets.NETS)
        name = st.selectbox(
            "Net",
            names,
            format_func=lambda name: f"{name} ({torchvision_nets.megabytes(name):.0f} MB)",
            key="guest",
            persist_state="session",
        )
        if not torchvision_nets.weights_file(name).is_file() and not _fetch(name):
            return
        try:
            answer = cache.guest(photo, name)
        except WeightsError as error:
            st.error(str(error))
            return
        panel = Panel(
            title=name,
            role="output",
            alt=f"VOC classes that {name} gives to: {photo.alt}",
            caption=f"mean confidence {percent(float(answer.confidence.mean(dtype='f8')))}; not scored",
            picture=photo.image,
            labels=answer.labels,
            confidence=answer.confidence,
        )
        panels.show([panels.photo_panel(photo), panel], photo, torchvision_nets.VOC, key="guest_view", columns=2)


def _fetch(name: str) -> bool:
    """Offer the download; True once the weights are there. Any click while it runs, Stop included, ends it."""
    from seglib.models.torchvision_nets import download, megabytes

    if host.is_public():
        st.info(host.SWITCHED_OFF, icon=":material/lock:")
        return False
    if not st.button(f"Download {megabytes(name):.0f} MB", key="guest_download"):
        return False
    st.button("Stop", key="guest_stop")
    bar = st.progress(0.0, text=f"Downloading {name} …")
    try:
        download(name, lambda share: bar.progress(share, text=f"Downloading {name}: {100 * share:.0f} %"))
    except WeightsError as error:
        bar.empty()
        st.error(str(error))
        return False
    bar.empty()
    return True
