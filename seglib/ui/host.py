"""What this server may do for whoever opens it: its owner decides, by how they start it."""

from __future__ import annotations

import os

import streamlit as st

LOCAL_FOLDERS = "SEGLIB_LOCAL_FOLDERS"  # 1: visitors may name folders of this machine
PUBLIC = "SEGLIB_PUBLIC"  # 1: strangers come here, so nothing that takes the machine for minutes
LOOPBACK = ("127.0.0.1", "::1", "localhost")

SWITCHED_OFF = "Switched off on this server, which strangers share. Start the app on a machine of your own to try it."


def is_public() -> bool:
    """Whether strangers share this server."""
    return os.environ.get(PUBLIC) == "1"


def address() -> str | None:
    """The one address that the server listens at; None for all that the machine has."""
    return st.get_option("server.address")


def may_open_folders() -> bool:
    """Whether visitors may name folders of this machine: only if no other machine can be a visitor.

    What a request says about its origin proves nothing (a proxy makes all visitors local), so it is the server's own
    address that counts.
    """
    return os.environ.get(LOCAL_FOLDERS) == "1" and address() in LOOPBACK
