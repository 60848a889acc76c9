"""A skip connection's share: the score of an FCN is a sum, so it can be taken apart exactly.

FCN-8s computes class scores at strides 32, 16 and 8, upsamples them and adds. So what each stream says of one class can
be drawn on its own. The coarse one knows what is there; the fine ones add little, except right at the borders.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import seglib
from seglib.models.streams import fused_logits, stream_contributions, stream_scores
from seglib.photos import load_photo
from seglib.rendering import score_picture

image = load_photo("china")
size = image.shape[:2]
building = seglib.LABEL_SETS["everyday"].index("building")
streams = stream_scores(seglib.load_model("fcn8s", "everyday"), image)
shares = stream_contributions(streams, size, building)
total = sum(shares.values())
np.testing.assert_allclose(total, fused_logits(streams, size)[building], atol=1e-3)  # nothing is left over

figure = Figure(figsize=(14, 3), layout="constrained")
pictures = {f"stride {stride}": share for stride, share in shares.items()} | {"their sum": total}
axes = iter(figure.subplots(1, len(pictures) + 1))
photo = next(axes)
photo.imshow(image)
photo.set_title("photo")
photo.axis("off")
for ax, (title, scores) in zip(axes, pictures.items(), strict=True):
    strength = np.abs(scores).mean()
    print(f"{title}: {strength:.2f} logits on average, for or against building")
    ax.imshow(score_picture(scores, float(np.abs(scores).max())))  # orange: for, purple: against
    ax.set_title(f"{title}, up to ±{np.abs(scores).max():.1f}")
    ax.axis("off")
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "output" / "skip_contribution.png")
