"""PrusaSlicer, admesh and lib3mf read every mesh file we write: closed, oriented, nothing to repair."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.judge

SOLIDS = ("insole-prusa", "enclosure-prusa", "insole-router")
# Text of a slicer: six significant digits of a single-precision sum.
VOLUME_RELATIVE = 1e-4
# Lines that the slicer prints only when there was something to repair.
REPAIRS = ("open_edges", "backwards_edges", "degenerate_facets", "edges_fixed", "facets_removed", "facets_reversed")


def volume_mm3(path: Path) -> float:
    """Volume of the binary STL by the divergence theorem, without our own reader."""
    data = path.read_bytes()
    count = int(np.frombuffer(data, "<u4", 1, 80)[0])
    rows = np.frombuffer(data, np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")]), count, 84)
    v = rows["v"].astype(float)
    return float(np.einsum("ij,ij->i", v[:, 0], np.cross(v[:, 1], v[:, 2])).sum() / 6.0)


def slicer_info(judges: Any, path: Path) -> list[dict[str, str]]:
    """What `prusa-slicer --info` prints about each object of a file; its exit code says nothing."""
    said = judges.ask([judges.program("prusa-slicer"), "--info", str(path)], seconds=120)
    objects = [dict(re.findall(r"^(\w+) = +(\S+)$", part, re.MULTILINE))
               for part in said.stdout.split(f"[{path.name}]")[1:]]
    assert objects, f"prusa-slicer read nothing of {path.name}: {said.stdout[-500:]} {said.stderr[-500:]}"
    return objects


def slicer_accepts(judges: Any, path: Path) -> list[dict[str, str]]:
    """The objects of a file that needs no repair; fails with the slicer's words otherwise."""
    objects = slicer_info(judges, path)
    for facts in objects:
        assert facts["manifold"] == "yes", f"{path.name}: {facts}"
        repairs = {name: facts[name] for name in REPAIRS if facts.get(name, "0") != "0"}
        assert not repairs, f"{path.name}: {repairs}"
        assert int(facts["number_of_facets"]) > 0
    return objects


def admesh_accepts(judges: Any, path: Path) -> float:
    """The volume of a file that needs no repair; fails with admesh's words otherwise."""
    said = judges.ask([judges.program("admesh"), str(path)], seconds=120)
    found = {name.strip(): value for name, value in re.findall(r"([A-Z][A-Za-z0-9 ]+?) *: +([-0-9.]+)", said.stdout)}
    assert int(found["Number of facets"]) > 0, said.stdout
    clean = ("Total disconnected facets", "Degenerate facets", "Edges fixed", "Facets removed", "Facets added",
             "Facets reversed", "Backwards edges", "Normals fixed")
    assert {name: int(found[name]) for name in clean} == dict.fromkeys(clean, 0), f"{path.name}:\n{said.stdout}"
    return float(found["Volume"])


def stl_files(workshop: Any, key: str) -> list[Path]:
    """Every STL of a wish: the bodies in its bundle and the export of all of them."""
    made = workshop[key]
    return [*sorted((made.folder / "geometry").glob("*.stl")), workshop.export(key, "stl")]


@pytest.mark.parametrize("key", SOLIDS)
def test_stl_is_closed_for_the_slicer_and_admesh(judges: Any, workshop: Any, key: str) -> None:
    files = stl_files(workshop, key)
    assert len(files) >= 2
    for path in files:
        expected = volume_mm3(path)
        assert expected > 0
        (whole,) = slicer_accepts(judges, path)
        assert float(whole["volume"]) == pytest.approx(expected, rel=VOLUME_RELATIVE), path.name
        assert admesh_accepts(judges, path) == pytest.approx(expected, rel=VOLUME_RELATIVE), path.name


@pytest.mark.parametrize("key", SOLIDS)
def test_3mf_is_closed_for_the_slicer(judges: Any, workshop: Any, key: str) -> None:
    objects = slicer_accepts(judges, workshop.export(key, "3mf"))
    assert [int(facts["number_of_parts"]) for facts in objects] == [1] * len(workshop[key].job.manifest["bodies"])
    total = volume_mm3(workshop.export(key, "stl"))
    assert sum(float(facts["volume"]) for facts in objects) == pytest.approx(total, rel=VOLUME_RELATIVE)


@pytest.mark.parametrize("key", SOLIDS)
def test_3mf_has_no_warning_in_strict_mode(judges: Any, workshop: Any, key: str) -> None:
    found = judges.ask_client("threemf_strict.py", workshop.export(key, "3mf"))
    bodies = workshop[key].job.manifest["bodies"]
    assert found["warnings"] == []
    assert found["millimetres"]
    assert [m["name"] for m in found["meshes"]] == bodies
    assert found["build_items"] == len(bodies)
    assert all(m["manifold_and_oriented"] and m["valid"] and m["triangles"] > 0 for m in found["meshes"]), found


def test_the_judges_see_an_open_and_a_reversed_mesh(judges: Any, workshop: Any, tmp_path: Path) -> None:
    good = workshop.export("enclosure-prusa", "stl").read_bytes()
    count = int(np.frombuffer(good, "<u4", 1, 80)[0])
    opened = tmp_path / "open.stl"
    opened.write_bytes(good[:80] + (count - 1).to_bytes(4, "little") + good[84:-50])
    with pytest.raises(AssertionError, match=r"open\.stl"):
        slicer_accepts(judges, opened)
    with pytest.raises(AssertionError, match=r"open\.stl"):
        admesh_accepts(judges, opened)
    flipped = bytearray(good)
    flipped[84 + 12:84 + 36] = good[84 + 24:84 + 36] + good[84 + 12:84 + 24]
    turned = tmp_path / "turned.stl"
    turned.write_bytes(bytes(flipped))
    with pytest.raises(AssertionError, match=r"turned\.stl"):
        admesh_accepts(judges, turned)
