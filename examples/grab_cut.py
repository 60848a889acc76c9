"""Things before convnets: a box says where, GrabCut says which pixels.

A detector, or a person, draws a box round the thing. Outside is background, inside is to be decided. Learn the colours
of both sides as mixtures of Gaussians, cut the photo where colours and edges say so, and again, until nothing changes
(Rother, Kolmogorov & Blake 2004). No class is ever learnt: a box round stuff, which has no shape, does not help.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import seglib
from seglib.before_convnets import grab_cut
from seglib.before_convnets.box_pictures import outlined
from seglib.before_convnets.boxes import Box, class_iou
from seglib.photos import load_photo, photo_truth

image = load_photo("flower")
label_set = seglib.LABEL_SETS["everyday"]
truth, flower = photo_truth("flower", label_set), label_set.index("flower")
box = Box(top=0, left=115, bottom=330, right=500)

cut = grab_cut.start(image, box)
while not cut.changed < 0.0005 and cut.step < 12:  # share of the pixels that changed sides; nan at the start
    cut = grab_cut.iterate(cut)
    thing = grab_cut.object_mask(cut, box, truth.shape)
    iou = class_iou(truth, thing, flower, box)
    print(f"iteration {cut.step}: {cut.changed:6.2%} of the pixels changed sides, IoU in the box {iou:.1%}")

figure = Figure(figsize=(12, 3.2), layout="constrained")
pictures = {
    "the box": outlined(image, box),
    f"after {cut.step} iterations, IoU {iou:.1%}": np.where(thing[..., None], image, image // 5),
    "a person's polygon": np.where((truth == flower)[..., None], image, image // 5),
}
for axes, (title, picture) in zip(figure.subplots(1, 3), pictures.items(), strict=True):
    axes.imshow(picture)
    axes.set_title(title)
    axes.axis("off")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "grab_cut.png")
