"""A wheel in an empty environment outside the checkout works the same: designs, templates and profiles travel in it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent

pytestmark = pytest.mark.sweep


def run(folder: Path, *command: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel; its dependencies are taken from the one the tests run in."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(home, sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(home), str(CHECKOUT))
    (wheel,) = home.glob("fabwright-*.whl")
    venv.create(home / "env", with_pip=True)
    bin_folder = home / "env" / "bin"
    run(home, str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel))
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    # A path added this way does not run the .pth files in it, so the editable install stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return bin_folder


def test_it_is_the_installed_one(installed: Path) -> None:
    origin = run(installed, str(installed / "python"), "-c", "import fabwright; print(fabwright.__file__)")
    assert str(installed.parent) in origin


def test_lists_are_the_same_as_in_the_checkout(installed: Path) -> None:
    for command in (("designs", "--json"), ("machines", "--json"), ("materials", "--json"), ("show", "insole")):
        here = run(CHECKOUT, sys.executable, "-m", "fabwright", *command)
        assert run(installed, str(installed / "fabwright"), *command) == here


def test_a_job_is_the_same_to_the_byte(installed: Path, tmp_path: Path) -> None:
    order = ("make", "enclosure", "--set", "board=arduino-nano", "--machine", "grbl-laser-600x400", "--material",
             "acrylic-3mm", "--single-file", "--quiet")
    run(tmp_path, str(installed / "fabwright"), *order, "--out", str(tmp_path / "wheel"))
    run(tmp_path, sys.executable, "-m", "fabwright", *order, "--out", str(tmp_path / "checkout"))
    (one,), (other,) = (tmp_path / "wheel").iterdir(), (tmp_path / "checkout").iterdir()
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()
