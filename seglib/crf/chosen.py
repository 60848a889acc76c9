"""The CRF parameters that `seglib.training.tune_crf` chose, and what came of them: files under ``assets/crf``."""

from __future__ import annotations

from pathlib import Path

from seglib.assets import ASSETS, read_json
from seglib.crf.pairwise import CRFParams

CHOSEN_BY, REPORTED_ON = "even", "odd"  # halves of the validation photos, see `seglib.training.evaluate.half`
RESULTS = ASSETS / "crf"


def read_choices(label_set_name: str, folder: Path = RESULTS) -> list[dict]:
    """What was measured for each net of a label set for which parameters have been chosen."""
    return [read_json(path) for path in sorted(folder.glob(f"{label_set_name}-*.json"))]


def chosen_params(label_set_name: str, model: str = "deeplab", folder: Path = RESULTS) -> CRFParams:
    """Parameters chosen on the `CHOSEN_BY` half of the validation photos; `ValueError` where none have been."""
    return CRFParams(**_choice(label_set_name, model, folder)["params"])


def chosen_iterations(label_set_name: str, model: str = "deeplab", folder: Path = RESULTS) -> int:
    """The iterations for which they were chosen."""
    return _choice(label_set_name, model, folder)["iterations"]


def _choice(label_set_name: str, model: str, folder: Path) -> dict:
    path = folder / f"{label_set_name}-{model}.json"
    if not path.is_file():
        raise ValueError(
            f"no CRF parameters for {model} on {label_set_name} photos: choose them with python -m seglib.tune_crf"
        )
    return read_json(path)
