"""Releases on disk: read strictly, found by version, loaded side by side, refused when they reach outside."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from fabwright.design import configure
from fabwright.errors import UnknownNameError, UsageError
from fabwright.store.releases import find_release, read_release, read_releases

HEAD = """id = "{id}"
version = "{version}"
licence = "Apache-2.0"
title = "A peg"
summary = "A round peg."
[classes.plotter]
summary = "Drawn."
[refused.press]
reason = "A peg has no draft."
"""
DESIGN = """from __future__ import annotations
from fabwright.design import Making, Options, Part, length
from .sizes import LONGEST_MM

class Peg(Options):
    long_mm: float = length(10, 1, LONGEST_MM, group="Size", label="Length", help="How long.")

OPTIONS = Peg

def build(options: Peg, making: Making) -> Part:
    from .deep.solid import name
    return name()
"""
CASES = '[[case]]\nname = "short"\noptions = {long_mm = 2}\nclasses = ["plotter"]\nexpect = {height_mm = 2}\n'


def write(root: Path, folder: str = "peg", version: str = "1.0.0", longest: int = 50,
          files: dict[str, str] | None = None) -> Path:
    home = root / folder
    (home / "deep").mkdir(parents=True)
    texts = {"design.toml": HEAD.format(id=folder.partition("@")[0], version=version), "design.py": DESIGN,
             "sizes.py": f"LONGEST_MM = {longest}\n", "cases.toml": CASES,
             "deep/solid.py": "from ..sizes import LONGEST_MM\ndef name():\n    return LONGEST_MM\n"}
    for name, text in (texts | (files or {})).items():
        (home / name).write_text(text, encoding="utf-8")
    return home


def test_a_release_is_read_and_loaded(tmp_path: Path) -> None:
    release = read_release(write(tmp_path))
    assert str(release) == "peg@1.0.0"
    assert (release.licence, release.title, release.summary) == ("Apache-2.0", "A peg", "A round peg.")
    assert (release.classes, release.refused) == ({"plotter": "Drawn."}, {"press": "A peg has no draft."})
    loaded = release.load()
    assert configure(loaded.options, {"long_mm": 50}, "peg", "1.0.0").options == {"long_mm": 50}
    assert loaded.build(None, None) == 50
    assert release.load().options is loaded.options
    assert hash(release) == hash(read_release(release.folder))
    case, = release.cases()
    assert (case.name, case.options, case.classes, case.expect) == (
        "short", {"long_mm": 2}, ("plotter",), {"height_mm": 2})


def test_two_versions_live_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "a", longest=50)
    write(tmp_path / "b", "peg@1.1.0", "1.1.0", longest=60)
    write(tmp_path / "b", "peg@2.0.0-rc.1", "2.0.0-rc.1", longest=70)
    releases = read_releases([tmp_path / "b", tmp_path / "a"], built_in=False)
    assert [str(r) for r in releases] == ["peg@1.0.0", "peg@1.1.0", "peg@2.0.0-rc.1"]
    assert [r.load().build(None, None) for r in releases] == [50, 60, 70]
    wanted = {"peg": "peg@1.1.0", "peg@1.0.0": "peg@1.0.0", "peg@^1": "peg@1.1.0", "peg@~1.0": "peg@1.0.0",
              "peg@1": "peg@1.1.0", "peg@2.0.0-rc.1": "peg@2.0.0-rc.1", "peg@^2.0.0-rc.0": "peg@2.0.0-rc.1"}
    assert {spec: str(find_release(releases, spec)) for spec in wanted} == wanted
    assert str(find_release(releases[2:], "peg")) == "peg@2.0.0-rc.1"


@pytest.mark.parametrize(("spec", "kind", "sentence"), [
    ("pge", UnknownNameError, "unknown design 'pge'; did you mean 'peg'? Known: peg."),
    ("", UnknownNameError, "unknown design ''"),
    ("peg@2", UnknownNameError, "unknown version of a design 'peg@2'"),
    ("peg@^3.1", UnknownNameError, "Known: peg@1.0.0."),
    ("peg@latest", UsageError, "design 'peg@latest': 'latest' is no version range such as 1.2.3, 1, ^1.2 or ~1.2"),
    ("peg@", UsageError, "design 'peg@': '' is no version range"),
])
def test_a_spec_that_finds_nothing_says_so(tmp_path: Path, spec: str, kind: type[UsageError], sentence: str) -> None:
    releases = (read_release(write(tmp_path)),)
    with pytest.raises(kind) as caught:
        find_release(releases, spec)
    assert sentence in str(caught.value)


def test_the_digest_covers_every_file_but_caches(tmp_path: Path) -> None:
    home = write(tmp_path)
    first = read_release(home).digest
    (home / "__pycache__").mkdir()
    (home / "__pycache__" / "x.pyc").write_bytes(b"cache")
    (home / ".hidden").write_bytes(b"x")
    assert read_release(home).digest == first
    shutil.copytree(home, tmp_path / "copy" / "peg")
    assert read_release(tmp_path / "copy" / "peg").digest == first
    (home / "deep" / "notes.txt").write_bytes(b"x")
    assert read_release(home).digest != first


def test_code_runs_as_it_was_digested(tmp_path: Path) -> None:
    home = write(tmp_path, longest=41)
    release = read_release(home)
    stamp = (home / "sizes.py").stat()
    (home / "sizes.py").write_text("LONGEST_MM = 42\n", encoding="utf-8")
    os.utime(home / "sizes.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    changed = read_release(home)
    assert [release.load().build(None, None), changed.load().build(None, None)] == [41, 42]
    assert not list(home.rglob("__pycache__"))


@pytest.mark.parametrize(("text", "sentence"), [
    ("id = 'peg", "design.toml: not TOML: "),
    ("id = 'peg'", "design.toml: version: Field required"),
    (HEAD.format(id="peg", version="1.0"), "design.toml: version: '1.0' is no semantic version such as 1.2.3"),
    (HEAD.format(id="Peg", version="1.0.0"), "design.toml: id: String should match pattern"),
    (HEAD.format(id="pin", version="1.0.0"),
     "design.toml: id and version say pin@1.0.0, but the folder is named 'peg'"),
    (HEAD.format(id="peg", version="1.0.0") + "extra = 1", "design.toml: refused.press.extra: Extra inputs are not"),
    (HEAD.format(id="peg", version="1.0.0").replace("refused.press", "refused.plotter"),
     "design.toml: the class 'plotter' is both served and refused"),
    ("\n".join(HEAD.format(id="peg", version="1.0.0").split("\n")[:5]), "design.toml: classes: Field required"),
])
def test_a_wrong_design_file_is_refused_by_its_field(tmp_path: Path, text: str, sentence: str) -> None:
    home = write(tmp_path, files={"design.toml": text})
    with pytest.raises(UsageError) as caught:
        read_releases([tmp_path], built_in=False)
    assert str(home / sentence.partition(":")[0]) in str(caught.value)
    assert sentence in str(caught.value)


def test_a_design_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "design.toml").write_bytes(b"id = '\xff'")
    with pytest.raises(UsageError, match=r"design.toml: not UTF-8 text .byte 6"):
        read_releases([tmp_path], built_in=False)


@pytest.mark.parametrize(("source", "sentence"), [
    ("import os\n",
     "design.py:1: imports os; a design may import cadquery, numpy, scipy, shapely, fabwright.design and"),
    ("import math\nfrom pathlib import Path\n", "design.py:2: imports pathlib; a design may import"),
    ("def f():\n    import random\n", "design.py:2: imports random; a design may"),
    ("from fabwright.geometry.inspect import x\n",
     "design.py:1: imports fabwright.geometry.inspect; of Fabwright a design may import fabwright.design only"),
    ("from fabwright import geometry\n", "design.py:1: imports fabwright; of Fabwright a design may"),
    ("import fabwright.design.kinds\n", "design.py:1: imports fabwright.design.kinds; of Fabwright"),
    ("from .. import other\n", "design.py:1: imports from outside the design's own folder"),
    ("x = open('/etc/passwd')\n", "design.py:1: calls open(); a design computes from its options alone"),
    ("__import__('os')\n", "design.py:1: calls __import__(); a design"),
    ("def f(:\n", "design.py:1: not Python: "),
    ("x = '\0'\n", "design.py:1: not Python: "),
    ("from fabwright.design import nothing_such\n", "the design cannot be loaded: ImportError: cannot import name"),
    ("from .missing import x\n", "the design cannot be loaded: ModuleNotFoundError: "),
    ("x = 1\ny = undefined\n", "design.py:2: the design cannot be loaded: NameError: name 'undefined' is not defined"),
    ("x = 1\n", "design.py: OPTIONS must name a subclass of fabwright.design.Options"),
    ("OPTIONS = int\n", "design.py: OPTIONS must name a subclass of fabwright.design.Options"),
    ("from fabwright.design import Options\nclass OPTIONS(Options):\n    pass\n",
     "design.py: build(options, making) is missing"),
])
def test_a_module_that_may_not_or_cannot_be_loaded_is_refused(tmp_path: Path, source: str, sentence: str) -> None:
    release = read_release(write(tmp_path, files={"design.py": source}))
    with pytest.raises(UsageError) as caught:
        release.load()
    assert sentence in str(caught.value)
    assert str(release.folder) in str(caught.value)


def test_every_offence_of_every_module_is_listed(tmp_path: Path) -> None:
    home = write(tmp_path, files={"sizes.py": "import os, sys\n", "deep/solid.py": "from ...x import y\n"})
    with pytest.raises(UsageError) as caught:
        read_release(home).load()
    assert [line.partition(": ")[0] for line in str(caught.value).split("\n")] == [
        f"{home}/deep/solid.py:1", f"{home}/sizes.py:1", f"{home}/sizes.py:1"]
    assert not any(name.startswith("fabwright_release_peg") and "sizes" in name and
                   not hasattr(sys.modules[name], "LONGEST_MM") for name in sys.modules)


@pytest.mark.parametrize(("text", "sentence"), [
    ("", "cases.toml: case: Field required"),
    (CASES + CASES, "cases.toml: two cases are named 'short'"),
    (CASES.replace("plotter", "press"), "cases.toml: case 'short': peg does not serve the class 'press'"),
    (CASES.replace("expect", "expected"), "cases.toml: case.0.expected: Extra inputs are not permitted"),
])
def test_wrong_cases_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_release(write(tmp_path, files={"cases.toml": text})).cases()
    assert sentence in str(caught.value)


def test_roots_that_hold_no_catalogue_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder of designs .*nowhere"):
        read_releases([tmp_path / "nowhere"], built_in=False)
    home = write(tmp_path)
    with pytest.raises(UsageError, match="peg is a design itself; give the folder that holds it"):
        read_releases([home], built_in=False)
    (home / "design.toml").unlink()
    with pytest.raises(UsageError, match=r"peg: a design has a design.toml"):
        read_releases([tmp_path], built_in=False)
    (home / "design.py").unlink()
    assert read_releases([tmp_path], built_in=False) == ()


def test_the_same_version_with_other_content_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    assert len(read_releases([tmp_path / "a", tmp_path / "b"], built_in=False)) == 1
    write(tmp_path / "c", longest=51)
    with pytest.raises(UsageError, match=r"hold different files as peg@1.0.0; raise the version of one"):
        read_releases([tmp_path / "a", tmp_path / "c"], built_in=False)
