"""Where designs, templates and profiles are found, in a checkout and in an installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fabwright
from fabwright.errors import StoreError, UsageError
from fabwright.store import locations
from fabwright.store.locations import (
    data_root,
    designs_root,
    package_root,
    read_profiles,
    read_template,
    read_templates,
    read_text,
    templates_root,
)


def test_a_checkout_is_used_where_there_is_one() -> None:
    home = Path(fabwright.__file__).parent
    assert package_root() == home
    assert designs_root() in (home / "_data" / "designs", home.parent.parent / "designs")
    assert templates_root().name == "templates"
    with pytest.raises(StoreError, match=r"the folder 'nothing-such' is neither in .* install fabwright again"):
        data_root("nothing-such")


def test_an_installed_wheel_brings_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(package_root(), site / "fabwright", ignore=shutil.ignore_patterns("__pycache__", "machines"))
    for name in ("designs", "templates/marlin", "templates/grbl"):
        (site / "fabwright" / "_data" / name).mkdir(parents=True)
    (site / "fabwright" / "_data" / "templates" / "grbl" / "program.gcode.j2").write_bytes(b"(top)\r\n{{ moves }}\n")
    folder = site / "fabwright" / "machines" / "plotter" / "profiles"
    folder.mkdir(parents=True)
    (folder / "b.toml").write_text('[machine]\nid = "b"\n')
    (folder / "a.toml").write_text('[machine]\nid = "a"\n')
    code = (f"import sys; sys.path.insert(0, {str(site)!r})\n"
            "from fabwright.store.locations import *\n"
            "print(designs_root()); print(read_templates())\n"
            "print(read_profiles('machine'), read_profiles('material'))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        str(site / "fabwright" / "_data" / "designs"), str({"grbl": "(top)\n{{ moves }}\n"}),
        str([(f"plotter/profiles/{i}.toml", {"machine": {"id": i}}) for i in "ab"]) + " []"]


def test_built_in_profiles_say_where_they_come_from() -> None:
    for kind in ("machine", "material"):
        found = read_profiles(kind)
        assert [origin for origin, _ in found] == sorted(origin for origin, _ in found)
        assert all(kind in document for _, document in found)


def test_extra_folders_add_profiles_of_either_kind(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[machine]\nid = "m"\n')
    (tmp_path / "p.toml").write_text('[material]\nid = "p"\n')
    (tmp_path / "notes.txt").write_text("not a profile")
    assert read_profiles("machine", [tmp_path])[-1] == (str(tmp_path / "m.toml"), {"machine": {"id": "m"}})
    assert read_profiles("material", [tmp_path])[-1] == (str(tmp_path / "p.toml"), {"material": {"id": "p"}})


@pytest.mark.parametrize(("data", "sentence"), [
    (b"[machine\n", "x.toml: not TOML: "), (b"a = 1\n", "x.toml: a profile has a table [machine] or [material]"),
    (b"a = '\xff'", "x.toml: not UTF-8 text (byte 5)"),
])
def test_a_file_that_is_no_profile_is_named(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "x.toml").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_profiles("machine", [tmp_path])
    assert str(tmp_path) in str(caught.value)
    assert sentence in str(caught.value)
    with pytest.raises(UsageError, match=r"there is no folder of profiles .*nowhere"):
        read_profiles("machine", [tmp_path / "nowhere"])


def test_templates_are_texts_by_controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "klipper").mkdir()
    (tmp_path / "klipper" / "program.gcode.j2").write_bytes(b"M83\r\n")
    (tmp_path / "setup-sheet.html.j2").write_bytes(b"<html>")
    monkeypatch.setattr(locations, "templates_root", lambda: tmp_path)
    assert read_templates() == {"klipper": "M83\n"}
    assert read_template("setup-sheet.html.j2") == "<html>"
    with pytest.raises(StoreError, match=r"missing.j2 cannot be read: No such file"):
        read_template("missing.j2")
    with pytest.raises(StoreError, match="cannot be read: Is a directory"):
        read_text(tmp_path)
