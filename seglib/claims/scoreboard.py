"""Every net in one table, with what it costs: ``python -m seglib.scoreboard --data DIR``.

Scores are those of the validation photos, near borders and over things and stuff apart; costs are of one photo on one
core of the machine that ran this, beside torchvision's nets. The page draws the file and computes nothing.

New weights of some nets change their scores and nothing else: ``--only NET ...`` scores these anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from seglib import metrics
from seglib.before_convnets.weights import NAME as TEXTURE
from seglib.before_convnets.weights import texture_path
from seglib.claims.counts import Bench, Counts
from seglib.claims.files import FILE, read_scoreboard
from seglib.costs.bill import machine
from seglib.costs.cost import CRF, PEERS, SIZE, measure_apart
from seglib.labels import LABEL_SETS
from seglib.metrics.boundary import BORDER
from seglib.metrics.objects import things_and_stuff
from seglib.models import MODELS
from seglib.models.cards import weights_path
from seglib.training.evaluate import summary
from seglib.training.held_out import group_names

WORST = 5  # photos


def row(counts: Counts, label_set_name: str, photos: list[str]) -> dict:
    """All scores of one net on a label set's validation photos."""
    label_set = LABEL_SETS[label_set_name]
    cm = counts.everywhere.sum(0)
    apart = things_and_stuff(cm, label_set)
    per_photo = np.array([metrics.mean_iou(photo) for photo in counts.everywhere])
    worst = np.argsort(per_photo)[:WORST]
    return summary(cm, group_names(label_set_name), len(photos)) | {
        f"mean_iou_within_{BORDER}_px": round(metrics.mean_iou(counts.within(BORDER).sum(0)), 4),
        "things_mean_iou": round(apart["things"]["Mean IoU"], 4),
        "stuff_mean_iou": round(apart["stuff"]["Mean IoU"], 4),
        "worst": {photos[i]: round(float(per_photo[i]), 4) for i in worst},
    }


def rows(bench: Bench, names: Collection[str] = (*MODELS, TEXTURE)) -> dict[str, dict[str, dict]]:
    """{label set: {net: scores}} of those named that are in the box, nets and the texture model."""
    scores: dict[str, dict[str, dict]] = {}
    for label_set_name in LABEL_SETS:
        photos = [pair.name for pair, _ in bench.photos(label_set_name)]
        shipped = [name for name in MODELS if name in names and weights_path(name, label_set_name).is_file()]
        scores[label_set_name] = {
            name: row(bench.of_net(name, label_set_name), label_set_name, photos) for name in shipped
        }
        if TEXTURE in names and texture_path(label_set_name).is_file():
            scores[label_set_name][TEXTURE] = row(bench.of_texture(label_set_name), label_set_name, photos)
    return scores


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m seglib.scoreboard", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--work", type=Path, default=Path("runs/claims"), help="folder for what is counted on the way")
    parser.add_argument("--only", nargs="+", choices=(*MODELS, TEXTURE), metavar="NET", help="score these, and anew")
    args = parser.parse_args(argv)
    board = read_scoreboard(args.out)
    if args.only and board is None:
        sys.exit(f"scoreboard: there is no {args.out} to keep the others from: leave --only out once")
    try:
        scores = rows(Bench(args.data, args.work), args.only or (*MODELS, TEXTURE))
    except ValueError as error:
        sys.exit(f"scoreboard: {error}")
    if args.only:
        for label_set_name, measured in scores.items():
            board["scores"][label_set_name] |= measured
    else:
        costs = {
            name: asdict(measure_apart(name))
            for name in tqdm((*MODELS, TEXTURE, CRF, *PEERS), unit="net", disable=None)
        }
        board = {"machine": machine(), "size": SIZE, "peers": PEERS, "costs": costs, "scores": scores}
    args.out.write_text(json.dumps(board, indent=1) + "\n")


if __name__ == "__main__":
    main()
