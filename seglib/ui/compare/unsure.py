"""What a net is unsure of, in words: how much of the photo, and whether it had reason to be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seglib.labels import IGNORE
from seglib.models.segmentation import Segmentation
from seglib.ui.words import percent


def unsure_words(answers: Mapping[str, Segmentation], truth: np.ndarray | None, limit: float) -> str:
    """A sentence a net: the share below ``limit``, and, with a truth, how many are wrong there and elsewhere."""
    sentences = []
    for net, answer in answers.items():
        unsure = answer.confidence < limit
        words = f"**{net}** is less than {100 * limit:.0f} % sure of {percent(unsure.mean())} of the photo"
        if truth is not None:
            known, wrong = truth != IGNORE, answer.labels != truth
            parts = {"of that": known & unsure, "of the rest": known & ~unsure}
            rates = [f"{percent(wrong[where].mean())} {name}" for name, where in parts.items() if where.any()]
            words += f"; wrong: {', '.join(rates)}" if rates else ""
        sentences.append(words + ".")
    return " ".join(sentences)
