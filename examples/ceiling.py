"""The ceiling: what a coarse grid costs, even with perfect scores.

A classifier subsamples by 32. Suppose it were never wrong: each cell of 32 x 32 pixels knows exactly which share of it
each class has. Upsample these shares, take the largest, and compare with the truth: what is missing was lost to the
grid, and no training brings it back (Long, Shelhamer & Darrell 2015, appendix A). Thin things go first.
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

import seglib
from seglib.metrics import confusion_matrix, mean_iou
from seglib.photos import photo_truth
from seglib.rendering import colorize
from seglib.resolution import FACTORS, FCN_PAPER_CEILING, through_grid

label_set = seglib.LABEL_SETS["everyday"]
truth = photo_truth("rocket", label_set)
ceiling = {}
for factor in FACTORS:
    best = through_grid(truth, factor, len(label_set))
    ceiling[factor] = 100 * mean_iou(confusion_matrix(truth, best, len(label_set)))
    print(f"one score every {factor:3} pixels: at best {ceiling[factor]:5.1f} % mean IoU")

figure = Figure(figsize=(12, 3.4), layout="constrained")
before, after, chart = figure.subplots(1, 3)
before.imshow(colorize(truth, label_set))
before.set_title("truth")
after.imshow(colorize(through_grid(truth, 32, len(label_set)), label_set))
after.set_title("through a grid of 32 pixels")
before.axis("off"), after.axis("off")
chart.plot(ceiling.keys(), ceiling.values(), "o-", label="this photo")
chart.plot(FCN_PAPER_CEILING.keys(), FCN_PAPER_CEILING.values(), "s--", label="VOC 2011, FCN paper")
chart.set_xscale("log", base=2)
chart.set(xlabel="subsampling", ylabel="best possible mean IoU, %", ylim=(0, 102))
chart.legend()
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "ceiling.png")
