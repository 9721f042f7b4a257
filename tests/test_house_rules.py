"""The rules of the house that a linter cannot see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fabwright.machines.registry import machine_classes

SOURCE = Path(__file__).parent.parent / "src" / "fabwright"


def test_class_names_stay_inside_their_folders() -> None:
    word = re.compile(r"\b(" + "|".join(machine_classes()) + r")\b", re.IGNORECASE)
    offences = []
    for path in sorted(SOURCE.rglob("*.py")):
        relative = path.relative_to(SOURCE)
        home = relative.parts[1] if relative.parts[0] == "machines" and len(relative.parts) > 2 else ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            offences += [f"{relative}:{number}: {m}" for m in word.findall(line) if m.lower() != home]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize("command", [["--help"], ["designs"], ["machines"], ["materials"], ["show", "insole"],
                                     ["show", "enclosure", "--json-schema"]])
def test_quick_commands_import_nothing_heavy(command: list[str]) -> None:
    program = (
        "import sys; from fabwright.cli import main; code = main(sys.argv[1:]); heavy = set(sys.modules) & "
        "{'cadquery', 'OCP', 'trimesh', 'ezdxf', 'numba', 'scipy', 'shapely', 'manifold3d'}; "
        "sys.exit(f'imported {sorted(heavy)}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_source_file_grows_beyond_reading() -> None:
    long = {str(p.relative_to(SOURCE)): n for p in SOURCE.rglob("*.py") if (n := p.read_text().count("\n")) > 450}
    assert not long
