"""All benchmarks in one go, each beside its peers: ``python -m benchmarks``.

One after the other, each in a process of its own that is ended when the time is up: ten minutes for all together. What
was measured is printed as one table of ratios, median and quartiles, and written as JSON, which the scoreboard shows.
With ``--only`` the file keeps what it has of the other parts, with the machine that they were measured on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from seglib.claims.files import BENCHMARKS
from seglib.costs.bill import machine

ROOT = Path(__file__).resolve().parent.parent
MINUTES = 10.0
# Name and arguments that keep each within a minute or two.
PARTS = {
    "inference": ["--rounds", "10"],
    "metrics": ["--rounds", "20"],
    "crf": [],
    "receptive_field": ["--rounds", "5"],
    "decoding": ["--rounds", "5"],
    "teach": ["--rounds", "5"],
    "pages": ["--rounds", "7"],
    "touch": ["--rounds", "3", "--only", "", "skip_connections", "scoreboard"],
    "visitors": ["--seconds", "15"],
    "phones": ["--seconds", "20"],
}


def run(name: str, arguments: list[str], seconds: float) -> dict:
    """One benchmark's report, or why there is none."""
    if seconds <= 0:
        return {"failure": "no time left"}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--out", str(out)]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return {"failure": f"not done within {seconds:.0f} s"}
        if done.returncode:
            return {"failure": (done.stderr.strip().splitlines() or ["no word"])[-1]}
        return json.loads(out.read_text())


def kept(out: Path, only: Sequence[str]) -> dict:
    """What the file has of other parts than these; where that comes from another machine, it says so."""
    if not out.is_file():
        return {}
    before, here = json.loads(out.read_text()), machine()
    others = {name: {"machine": before["machine"]} | report for name, report in before["parts"].items()}
    for report in others.values():
        if report["machine"] == here:
            del report["machine"]
    return {name: report for name, report in others.items() if name not in only}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--out", type=Path, default=BENCHMARKS)
    args = parser.parse_args(argv)
    end = time.monotonic() + 60 * MINUTES
    reports = kept(args.out, args.only)
    for name in args.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        reports[name] = run(name, PARTS[name], end - time.monotonic())
        for title, found in reports[name].get("ratios", {}).items():
            low, high = found["quartiles"]
            print(f"{name:16} {title:60} {found['median']:8.2f}  ({low:.2f} to {high:.2f})", flush=True)
        if "failure" in reports[name]:
            print(f"{name:16} {reports[name]['failure']}", flush=True)
    parts = {name: reports[name] for name in PARTS if name in reports}
    args.out.write_text(json.dumps({"machine": machine(), "parts": parts}, indent=1) + "\n")


if __name__ == "__main__":
    main()
