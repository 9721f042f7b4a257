"""Independent judges: other people's programs read our files. `make judges` installs them and runs these tests.

A judge that is not installed fails the test that asks it; nothing here is ever skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from fabwright.errors import FabwrightError

HERE = Path(__file__).resolve().parent
JUDGES = HERE.parents[1] / ".judges"
INSTALL = "run tests/judges/install (or `make judges`), which installs every judge"


@dataclass(frozen=True)
class Wish:
    """One job that the judges are shown."""

    design: str
    options: Mapping[str, Any]
    machine: str
    material: str
    measured_thickness_mm: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


INSOLE = {"eu_size": 42, "side": "left"}
BOARD = {"board": "raspberry-pi-4"}
WISHES = {
    "insole-prusa": Wish("insole", INSOLE, "prusa-mk4s", "tpu-95a"),
    "insole-ender": Wish("insole", INSOLE, "ender-3-v3", "petg"),
    "insole-voron": Wish("insole", INSOLE, "voron-2.4-350", "petg"),
    "insole-railcore": Wish("insole", INSOLE, "railcore-300zl", "petg"),
    "enclosure-bambu": Wish("enclosure", BOARD, "bambu-a1", "petg"),
    "enclosure-prusa": Wish("enclosure", BOARD, "prusa-mk4s", "petg"),
    "insole-router": Wish("insole", INSOLE, "grbl-router-800", "eva-40"),
    "insole-linuxcnc": Wish("insole", INSOLE, "linuxcnc-mill-600", "eva-40"),
    "enclosure-laser": Wish("enclosure", BOARD, "grbl-laser-600x400", "acrylic-3mm", 2.87),
    "enclosure-diode": Wish("enclosure", BOARD, "diode-10w-400x400", "birch-ply-4mm"),
}


@dataclass(frozen=True)
class Judges:
    """Where the installed judges are and how to ask them."""

    folder: Path = JUDGES

    @property
    def python(self) -> str:
        """The interpreter that has Moonraker, OctoPrint, gcode-metadata, lib3mf and ezdxf."""
        return str(self.installed("venv/bin/python"))

    def installed(self, relative: str) -> Path:
        """A file below .judges; fails with a sentence when it is not there."""
        path = self.folder / relative
        if not path.exists():
            pytest.fail(f"judge {relative} is not installed: {INSTALL}", pytrace=False)
        return path

    def program(self, name: str) -> str:
        """A program on PATH; fails with a sentence when it is not there."""
        found = shutil.which(name)
        if found is None:
            pytest.fail(f"judge {name} is not installed: {INSTALL}", pytrace=False)
        return str(found)

    def ask(self, command: list[str], seconds: float = 300.0, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        """What the judge says; its exit code is for the caller to read."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"LC_ALL": "C.UTF-8"}
        environment |= kwargs.pop("env", {})
        return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False,
                              env=environment, stdin=subprocess.DEVNULL, **kwargs)

    def ask_client(self, client: str, *files: Path, seconds: float = 120.0) -> Any:
        """The JSON that one of the small programs in tests/judges/clients prints about files."""
        said = self.ask([self.python, str(HERE / "clients" / client), *map(str, files)], seconds)
        assert said.returncode == 0, f"{client} failed on {files}: {said.stderr[-2000:]}"
        return json.loads(said.stdout)


@dataclass(frozen=True)
class Made:
    """A job as a hub has it: saved in a folder."""

    wish: Wish
    job: Any
    folder: Path
    machine: Any

    @property
    def programs(self) -> list[Path]:
        """The program files in running order."""
        return [self.folder / name for name in self.job.programs]

    @property
    def setup(self) -> Any:
        """The setup of the manifest."""
        from fabwright.model import Setup

        return Setup.from_json(self.job.manifest["setup"])

    @cached_property
    def traces(self) -> list[Any]:
        """What our own interpreter makes of each program."""
        from fabwright.pipeline import read_back

        return [read_back(path.read_bytes(), path.name, self.machine) for path in self.programs]


@dataclass(frozen=True)
class Workshop:
    """Makes each wish once, when the first judge asks for it."""

    out: Path
    _made: dict[str, Made | FabwrightError] = field(default_factory=dict)
    _exports: dict[tuple[str, str], Path] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> Any:
        """The built-in catalogue."""
        import fabwright as fw

        return fw.open_catalogue()

    def __getitem__(self, key: str) -> Made:
        if key not in self._made:
            try:
                self._made[key] = self.make(WISHES[key])
            except FabwrightError as error:
                self._made[key] = error
        found = self._made[key]
        if isinstance(found, FabwrightError):
            pytest.fail(f"no {key} to show the judges: {found}", pytrace=False)
        return found

    def make(self, wish: Wish) -> Made:
        """The job of a wish, made through the public API."""
        variant = self.catalogue.get(wish.design).configure(wish.options)
        job = variant.make(wish.machine, wish.material, wish.measured_thickness_mm, wish.parameters)
        assert job.verdict.passed, [c.as_json() for c in job.verdict.failures]
        return Made(wish, job, job.save(self.out), self.catalogue.machine(wish.machine))

    def export(self, key: str, file_format: str) -> Path:
        """The geometry of a wish's variant as one file, made through the public API."""
        if (key, file_format) not in self._exports:
            wish = WISHES[key]
            variant = self.catalogue.get(wish.design).configure(wish.options)
            path = self.out / f"{key}.{file_format}"
            path.write_bytes(variant.export(file_format, wish.machine, wish.material, wish.measured_thickness_mm))
            self._exports[key, file_format] = path
        return self._exports[key, file_format]


@pytest.fixture(scope="session")
def judges() -> Judges:
    """The installed judges."""
    return Judges()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The jobs that the judges are shown, each made once."""
    return Workshop(tmp_path_factory.mktemp("jobs"))


@pytest.fixture(scope="session")
def judge_data() -> Callable[[str], Path]:
    """A file of tests/judges/data."""
    return lambda name: HERE / "data" / name
