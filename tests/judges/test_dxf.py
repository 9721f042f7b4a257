"""ezdxf's audit and npm's dxf-parser read every DXF: closed outlines in millimetres, with the areas of the parts."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.judge

SHEETS = ("enclosure-laser", "enclosure-diode")
AREA_RELATIVE = 1e-6
COLOURS = {"CUT": 1, "ENGRAVE": 5, "SCORE": 3}
R2010 = "AC1024"
MILLIMETRES = 4


def area_mm2(vertices: list[list[float]]) -> float:
    """Unsigned area of a closed chain of lines and bulged arcs."""
    v = np.array(vertices, dtype=float)
    after = np.roll(v, -1, axis=0)
    straight = float((v[:, 0] * after[:, 1] - after[:, 0] * v[:, 1]).sum()) / 2.0
    chord = np.hypot(after[:, 0] - v[:, 0], after[:, 1] - v[:, 1])
    arcs = 0.0
    for length, bulge in zip(chord, v[:, 2], strict=True):
        if abs(bulge) > 1e-12:
            radius, angle = length * (1 + bulge ** 2) / (4 * abs(bulge)), 4 * math.atan(abs(bulge))
            arcs += math.copysign(radius ** 2 / 2 * (angle - math.sin(angle)), bulge)
    return abs(straight + arcs)


def dxf_files(workshop: Any, key: str) -> list[Path]:
    """Every DXF of a wish: that of its bundle and the export."""
    return [*sorted((workshop[key].folder / "geometry").glob("*.dxf")), workshop.export(key, "dxf")]


def expected_areas_mm2(workshop: Any, key: str) -> list[float]:
    """Areas inside every outline and hole of the flat parts that travel in the bundle, ascending."""
    sheets = json.loads(workshop[key].job.files["geometry/sheets.json"])
    return sorted(area_mm2(c["vertices"]) for s in sheets for c in [s["outline"], *s["holes"]])


def entities_agree(entities: list[dict[str, Any]], areas_mm2: list[float]) -> None:
    """Cut contours are closed and enclose the parts' areas; nothing lies on a layer of no meaning."""
    assert {e["layer"] for e in entities} <= set(COLOURS)
    cuts = [e for e in entities if e["layer"] == "CUT"]
    assert all(e["closed"] and e["type"] in ("LWPOLYLINE", "CIRCLE") for e in cuts)
    assert sorted(area_mm2(e["vertices"]) for e in cuts) == pytest.approx(areas_mm2, rel=AREA_RELATIVE)


def colours_agree(found: dict[str, Any]) -> None:
    """Every layer in use has the colour that lasers' software knows it by."""
    used = sorted({e["layer"] for e in found["entities"]})
    assert {name: found["layers"].get(name) for name in used} == {name: COLOURS.get(name) for name in used}


@pytest.mark.parametrize("key", SHEETS)
def test_ezdxf_finds_nothing_to_mend(judges: Any, workshop: Any, key: str) -> None:
    files = dxf_files(workshop, key)
    assert len(files) >= 2
    for path in files:
        found = judges.ask_client("dxf_audit.py", path)
        assert (found["errors"], found["fixes"]) == ([], []), path.name
        assert found["header"] == {"$INSUNITS": MILLIMETRES, "$MEASUREMENT": 1, "$ACADVER": R2010}
        assert np.abs(np.array(found["extents"]) - np.array(found["bounds"])).max() < 0.01, path.name
        colours_agree(found)
        entities_agree(found["entities"], expected_areas_mm2(workshop, key))


@pytest.mark.parametrize("key", SHEETS)
def test_dxf_parser_finds_the_same_outlines(judges: Any, workshop: Any, key: str) -> None:
    for path in dxf_files(workshop, key):
        found = parse_with_node(judges, path)
        assert found["header"]["$INSUNITS"] == MILLIMETRES
        colours_agree(found)
        entities_agree(found["entities"], expected_areas_mm2(workshop, key))


def parse_with_node(judges: Any, path: Path) -> Any:
    """What dxf-parser finds; fails with its words when it cannot read the file."""
    modules = judges.installed("node/node_modules")
    bundled = judges.folder / "venv/bin/node"
    node = str(bundled) if bundled.exists() else judges.program("node")
    client = Path(__file__).parent / "clients" / "dxf_entities.js"
    said = judges.ask([node, str(client), str(path)], seconds=60, env={"NODE_PATH": str(modules)})
    assert said.returncode == 0, f"dxf-parser refuses {path.name}: {said.stderr[-1000:]}"
    return json.loads(said.stdout)


def test_dxf_parser_sees_a_truncated_file(judges: Any, workshop: Any, tmp_path: Path) -> None:
    whole = workshop.export("enclosure-laser", "dxf").read_bytes()
    cut = tmp_path / "cut.dxf"
    cut.write_bytes(whole[:int(len(whole) * 0.7)])
    with pytest.raises((AssertionError, KeyError)):
        entities_agree(parse_with_node(judges, cut)["entities"], expected_areas_mm2(workshop, "enclosure-laser"))
