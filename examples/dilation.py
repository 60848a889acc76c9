"""The exploded filter: a dilated filter is a larger one full of zeros, at the price of the small one.

Put zeros between the taps of a 3 x 3 kernel and it spans 5 x 5 (rate 2) or 9 x 9 pixels (rate 4). Dilated convolution
gives the same result without ever multiplying by those zeros: nine weights, nine products a pixel, a wider window.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from seglib.photos import load_photo
from seglib.receptive_field import Layer, receptive_field
from seglib.window.dilation import filtered, zero_stuffed

grey = load_photo("camera").mean(2) / 255
kernel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # Sobel: borders between left and right
rates = (1, 2, 4)

figure = Figure(figsize=(11, 7), layout="constrained")
for rate, (stuffed_axes, answer_axes) in zip(rates, figure.subplots(2, len(rates)).T, strict=True):
    stuffed, answer = zero_stuffed(kernel, rate), filtered(grey, kernel, rate)
    np.testing.assert_allclose(answer, filtered(grey, stuffed), atol=1e-9)
    by_torch = torch.nn.functional.conv2d(*(torch.tensor(a)[None, None] for a in (grey, kernel)), dilation=rate)
    np.testing.assert_allclose(answer, by_torch[0, 0], atol=1e-9)
    print(f"rate {rate}: spans {stuffed.shape[0]} pixels, {np.count_nonzero(kernel)} taps that are not zero")
    stuffed_axes.imshow(stuffed, cmap="PuOr_r", vmin=-2, vmax=2)
    stuffed_axes.set_title(f"rate {rate}: {stuffed.shape[0]} x {stuffed.shape[1]}")
    answer_axes.imshow(np.abs(answer), cmap="gray", vmax=2)
    stuffed_axes.axis("off"), answer_axes.axis("off")
chain = receptive_field([Layer(3, dilation=rate) for rate in rates])
print(f"one after the other they see {chain.size} pixels; without dilation it would be {1 + 2 * len(rates)}")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "dilation.png")
