"""`pip install .`: a wheel that holds what the library reads, and dependencies that are written down once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from seglib.assets import ASSETS

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FOLDERS = ("weights", "annotations", "texts", "statistics", "crf")


def run(*command: str, cwd: Path, **environment: str) -> str:
    """What a command prints; what it complained of, if it failed."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel of this checkout, and nothing else, was installed without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", ".", str(ROOT), cwd=folder)
    (wheel,) = folder.glob("*.whl")
    assert wheel.name == f"seglib-{PROJECT['version']}-py3-none-any.whl"
    site = folder / "site"
    run(*pip, "install", "--no-deps", "--no-index", "--no-compile", "--target", str(site), str(wheel), cwd=folder)
    wheel.unlink()  # tens of megabytes, and pytest keeps the folders of its last three runs
    return site


def test_readmes_lines_print_from_the_wheel_alone_what_they_print_here(
    installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    ours = "from seglib.assets import ASSETS\nprint(seglib.__file__, ASSETS, sep='\\n')"
    printed = run(sys.executable, "-c", lines + ours, cwd=tmp_path, PYTHONPATH=str(installed), OMP_NUM_THREADS="1")
    scores, code, assets = printed.splitlines()
    assert Path(code) == installed / "seglib" / "__init__.py"
    assert Path(assets) == installed / "seglib" / "assets"
    exec(lines, {})
    assert scores == capsys.readouterr().out.strip()


def test_the_wheel_holds_every_file_of_the_library_and_its_assets_and_no_other(installed: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}

    assets = {f"assets/{path}" for path in files(ASSETS)}
    assert files(installed / "seglib") == files(ROOT / "seglib") | assets
    assert {path.name for path in installed.iterdir()} == {"seglib", f"seglib-{PROJECT['version']}.dist-info"}


def test_in_a_checkout_the_assets_lie_where_people_look_for_them() -> None:
    assert ASSETS == ROOT / "assets"
    assert all((ASSETS / name).is_dir() for name in FOLDERS)


def listed(file: str) -> set[str]:
    """The packages of a requirements file, without the one line that includes another."""
    return {line for line in (ROOT / file).read_text().splitlines() if not line.startswith("-r ")}


def test_dependencies_are_those_of_the_requirements_files() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = "a package stands in requirements*.txt and, for who needs it, in pyproject.toml"
    assert listed("requirements.txt") == {*PROJECT["dependencies"], *extras["app"], *extras["train"]}, wanted
    assert listed("requirements-dev.txt") | {"seglib[app,train]"} == set(extras["dev"]), wanted
