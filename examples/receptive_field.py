"""How much of the photo does one answer depend on? Computed from the layers, and measured by gradients.

The receptive field follows from kernels, strides and dilations alone. How much of it a trained net uses does not:
change each pixel a little, and see how much one score moves. Most of that lies in the middle (Luo et al. 2016), because
many paths lead from there to the unit, and few from the rim.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import seglib
from seglib.models import layer_table_of
from seglib.photos import load_photo
from seglib.receptive_field import receptive_field
from seglib.rendering import heat_on_grey
from seglib.window.effective_field import effective_size, gradient_energy

net, (row, col) = "shallow8", (208, 320)
image = load_photo("china")
model = seglib.load_model(net, "everyday")
winner = int(seglib.predict(model, image).labels[row, col])
computed = receptive_field(layer_table_of(net))
energy = gradient_energy(model, image, (row, col), winner)
measured = effective_size(energy, (row, col))
print(f"{net} can see {computed.size} x {computed.size} pixels, one unit every {computed.jump};")
print(f"95 % of what moves its answer lies within {measured} x {measured}")

figure = Figure(figsize=(11, 3.8), layout="constrained")
picture, profile = figure.subplots(1, 2)
picture.imshow(heat_on_grey(image, energy / energy.max()))
for side, color, name in ((computed.size, "C0", "computed"), (measured, "C1", "measured")):
    corner = (col - side / 2, row - side / 2)
    picture.add_patch(Rectangle(corner, side, side, fill=False, color=color, linewidth=2, label=f"{name}: {side} px"))
picture.legend(loc="lower right")
picture.axis("off")
rows, cols = np.indices(energy.shape)
distance = np.maximum(abs(rows - row), abs(cols - col))  # the square around the point that a pixel is on
share = np.cumsum(np.bincount(distance.ravel(), energy.ravel())) / energy.sum()
profile.plot(2 * np.arange(len(share)) + 1, 100 * share)
profile.axvline(computed.size, color="C0", linestyle="--")
profile.axvline(measured, color="C1", linestyle="--")
profile.set_xlim(0, 1.5 * computed.size)
profile.set(xlabel="side of a square around the point, pixels", ylabel="% of the gradient's energy")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "receptive_field.png")
