"""How much memory this process has at hand, and had at its worst moment, in bytes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def status(field: str) -> int:
    """A line of /proc/self/status, such as ``VmSize``; 0 where there is no such file (not Linux)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)


def start_peak() -> int:
    """Memory in use now; the high-water mark starts anew from here where the system lets it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return peak()
    return status("VmRSS")


def peak() -> int:
    """The high-water mark since `start_peak`."""
    # macOS counts in bytes, Linux in units of 1024.
    unit = 1 if sys.platform == "darwin" else 1024
    return status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
