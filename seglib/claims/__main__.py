"""Measure the claims: ``python -m seglib.claims --data DIR``.

Claims already in the ledger are not measured again unless they are named. Counts of nets on photos are kept in
``--work``, so that a run that was killed goes on where it was. A claim on nets that are not in the box is left out,
with a sentence.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tqdm import tqdm

from seglib.claims import (
    about_crf,
    about_layers,
    about_metrics,
    about_nets,
    about_start,
    about_systems,
    about_windows,
)
from seglib.claims.counts import Bench
from seglib.claims.ledger import FILE, NotInTheBoxError, entry, read_ledger, write_ledger

CLAIMS = {
    claim.name: (claim, measure)
    for part in (about_metrics, about_start, about_nets, about_windows, about_layers, about_crf, about_systems)
    for measure, claim in part.CLAIMS.items()
}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.claims", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--work", type=Path, default=Path("runs/claims"), help="folder for what is counted on the way")
    parser.add_argument("--only", nargs="+", choices=CLAIMS, metavar="CLAIM", help="measure these, and anew")
    args = parser.parse_args(argv)
    bench, entries = Bench(args.data, args.work), read_ledger(args.out)
    todo = args.only or [name for name in CLAIMS if name not in entries]
    for name in (bar := tqdm(todo, unit="claim", disable=None)):
        bar.set_postfix_str(name)
        claim, measure = CLAIMS[name]
        start = time.process_time()  # of all threads: a busy machine does not count
        try:
            finding = measure(bench)
        except NotInTheBoxError as error:
            print(f"{name}: left out of the ledger: {error}", flush=True)
            continue
        except ValueError as error:
            sys.exit(f"claims: {name}: {error}")
        entries[name] = entry(claim, finding, time.process_time() - start)
        ordered = {key: entries[key] for key in CLAIMS if key in entries}
        write_ledger(ordered, args.out)
        print(f"{name}: {entries[name]['verdict']}", flush=True)


if __name__ == "__main__":
    main()
