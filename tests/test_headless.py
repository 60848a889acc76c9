"""Pages that run headless are waited for as long as they may take, and no longer."""

from __future__ import annotations

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest


def endless() -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs this function's body alone

    while True:
        st.empty()


def test_a_page_without_end_is_stopped_and_said() -> None:
    with pytest.raises(RuntimeError, match=r"not through after 0\.2 s"):
        AppTest.from_function(endless).run(timeout=0.2)


def test_components_are_searched_for_once() -> None:
    assert manifest_scanner.scan_component_manifests() is manifest_scanner.scan_component_manifests()
