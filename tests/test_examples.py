"""Every example runs, draws its figure without a display, and is named in README and by a page that shows the same."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


@every_script
def test_it_runs_and_draws_one_figure(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "figure.png"
    monkeypatch.setattr(sys, "argv", [str(script), str(picture)])
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.strip(), "an example prints the numbers that settle it"
    assert [path.name for path in tmp_path.iterdir()] == [picture.name]
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    assert pixels.shape[0] > 250
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20


@every_script
def test_without_a_path_it_draws_beside_itself_under_its_own_name(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert f'Path(__file__).parent / "output" / "{script.stem}.png"' in text
    assert "pyplot" not in text


def test_the_readme_lists_them_all() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [script.stem for script in SCRIPTS if f"| `{script.name}` |" not in readme] == []


def test_a_page_names_each_of_them_and_none_that_there_is_not() -> None:
    pages = [*(ROOT / "pages").glob("*.py"), *(ROOT / "seglib" / "ui").rglob("*.py")]
    named = [name for page in pages for name in re.findall(r'example="(\w+)"', page.read_text(encoding="utf-8"))]
    assert sorted(named) == [script.stem for script in SCRIPTS]
