"""Templates place words; they never compute."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
PROGRAMS = sorted(TEMPLATES.glob("*/program.gcode.j2"))

COMPUTING = (nodes.BinExpr, nodes.UnaryExpr, nodes.Call, nodes.Assign, nodes.Compare)


def test_there_is_one_per_controller() -> None:
    assert [p.parent.name for p in PROGRAMS] == ["bambu", "grbl", "klipper", "linuxcnc", "marlin", "reprap"]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.parent.name)
def test_no_template_computes(path: Path) -> None:
    tree = Environment().parse(path.read_text(encoding="ascii"))
    for kind in COMPUTING:
        for node in tree.find_all(kind):
            asks_for_a_fact = isinstance(node, nodes.Compare) and [op.op for op in node.ops] == ["in"]
            assert asks_for_a_fact, f"{path.parent.name}, line {node.lineno}: {type(node).__name__}"
    assert {f.name for f in tree.find_all(nodes.Filter)} <= {"default"}
