"""Train a tiny net, in seconds: what can be learnt from half a photo?

Five convolutions, each dilated twice as much as the one before, so that a pixel is judged by the 63 x 63 around it, and
cross-entropy on every labelled pixel. The left half teaches, the right half examines: what the net knows by heart about
the one, and what it understood about the other.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import nn

import seglib
from seglib.models.prediction import image_tensor
from seglib.photos import load_photo, photo_truth
from seglib.rendering import colorize

torch.manual_seed(0)
label_set = seglib.LABEL_SETS["everyday"]
image, truth = load_photo("china")[::4, ::4], photo_truth("china", label_set)[::4, ::4]
halves = {"left, taught": np.s_[:, :80], "right, unseen": np.s_[:, 80:]}
taught = halves["left, taught"]
x, target = image_tensor(image[taught]), torch.tensor(truth[taught][None], dtype=torch.long)

layers = []
for channels, dilation in ((3, 1), (24, 2), (24, 4), (24, 8), (24, 16)):
    layers += [nn.Conv2d(channels, 24, 3, padding=dilation, dilation=dilation), nn.BatchNorm2d(24), nn.ReLU()]
net = nn.Sequential(*layers, nn.Conv2d(24, len(label_set), 1))
optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)

accuracy = {name: [] for name in halves}
for step in range(60):
    loss = nn.functional.cross_entropy(net.train()(x), target, ignore_index=seglib.IGNORE)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 3 != 2:
        continue
    labels = seglib.predict(net.eval(), image).labels
    for name, half in halves.items():
        accuracy[name].append(100 * (labels == truth)[half][truth[half] != seglib.IGNORE].mean())
print(f"{sum(p.numel() for p in net.parameters())} parameters, loss {loss.item():.3f}")
for name, curve in accuracy.items():
    print(f"{name}: pixel accuracy {curve[-1]:.1f} %")

figure = Figure(figsize=(13, 3), layout="constrained")
*views, chart = figure.subplots(1, 4)
pictures = {"photo": image, "truth": colorize(truth, label_set), "after 60 steps": colorize(labels, label_set)}
for axes, (title, picture) in zip(views, pictures.items(), strict=True):
    axes.imshow(picture)
    axes.axvline(79.5, color="white")
    axes.set_title(title)
    axes.axis("off")
for name, curve in accuracy.items():
    chart.plot(range(3, 61, 3), curve, label=name)
chart.set(xlabel="step", ylabel="pixel accuracy, %", ylim=(0, 101))
chart.legend()
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "train_a_tiny_net.png")
