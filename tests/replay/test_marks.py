"""Layers and roles out of the comments of PrusaSlicer and Cura."""

from __future__ import annotations

from typing import Any

import numpy as np

PRUSA = """M83
G1 Z5 F600
;LAYER_CHANGE
;Z:0.2
;HEIGHT:0.2
;TYPE:External perimeter
G1 X1 E1
;TYPE:Solid infill
G1 X2 E1
;LAYER_CHANGE
;Z:0.5
;HEIGHT:0.3
G1 X3 E1
;TYPE:Bridge infill
;HEIGHT:0.4
G1 X4 E1
;TYPE:External perimeter
G1 X5 E1
"""

CURA = """;FLAVOR:Marlin
;LAYER_COUNT:2
M82
G28
;LAYER:0
G0 F600 X1 Y1 Z0.3
;TYPE:SKIRT
G1 X2 E1
;TYPE:WALL-OUTER
G1 X3 E2
;LAYER:1
G0 Z5
G0 Z0.5
;TYPE:FILL
G1 X4 E3
"""


def test_prusa_slicer(play: Any) -> None:
    trace = play(PRUSA, "marlin")
    assert trace.roles == ("External perimeter", "Solid infill", "Bridge infill")
    assert trace.layer.tolist() == [-1, 0, 0, 1, 1, 1]
    assert trace.role.tolist() == [-1, 0, 1, 1, 2, 0]
    assert trace.layer_z_mm.tolist() == [0.2, 0.5]
    assert trace.layer_height_mm.tolist() == [0.2, 0.3]
    assert [(h.name, h.at, h.text) for h in trace.happenings if h.name in ("layer", "role")] == [
        ("layer", 1, ""), ("role", 1, "External perimeter"), ("role", 2, "Solid infill"), ("layer", 3, ""),
        ("role", 4, "Bridge infill"), ("role", 5, "External perimeter")]


def test_cura_has_heights_in_its_moves_only(play: Any) -> None:
    trace = play(CURA, "marlin")
    assert trace.roles == ("Skirt/Brim", "External perimeter", "Internal infill")
    assert trace.layer.tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(trace.layer_z_mm, [0.3, 0.5])
    np.testing.assert_allclose(trace.layer_height_mm, [0.3, 0.2])


def test_damaged_marks_leave_a_gap_not_a_number(play: Any) -> None:
    trace = play(";LAYER_CHANGE\n;Z:oops\n;HEIGHT:nan\nM104 S0\n", "marlin")
    assert np.isnan(trace.layer_z_mm).all()
    assert np.isnan(trace.layer_height_mm).all()
