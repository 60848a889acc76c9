"""Streamlit's AppTest without what it does again for every visitor: search all that is installed, and poll."""

from __future__ import annotations

import functools

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner


def wait(runner: LocalScriptRunner, timeout: float = 3) -> None:
    """Sleep until the page's thread ends, where AppTest looks every millisecond, and takes the interpreter from it."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"the page was not through after {timeout} s")


def quicken(patch: pytest.MonkeyPatch) -> None:
    """Wait for pages asleep, and search what is installed for components once: it stays the same."""
    patch.setattr(local_script_runner, "require_widgets_deltas", wait)
    scan = functools.cache(manifest_scanner.scan_component_manifests)
    patch.setattr(manifest_scanner, "scan_component_manifests", scan)
