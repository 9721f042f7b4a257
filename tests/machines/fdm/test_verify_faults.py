"""Faults planted in good programs, ours and PrusaSlicer's: each must be refused, and every good program accepted."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fabwright.errors import FabwrightError

from . import foreign
from .faults import Text, faults, moved, scaled, travelling

needs_prusaslicer = pytest.mark.skipif(not foreign.INSTALLED, reason="prusa-slicer is not installed")
# The program by absolute filament, which older slicers write.
ABSOLUTE = {"use_relative_e_distances": "0", "layer_gcode": ""}

# Every feature at least once, on a part that shows it.
NATIVE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("holed", "prusa-mk4s", "pla", {}), ("tube", "ender-3-v3", "petg", {"brim": "outer"}),
    ("step", "voron-2.4-350", "tpu-95a", {"wall_order": "outer-inner"}),
    ("dome", "prusa-mk4s", "petg", {"adaptive_layers": True}), ("fin", "ender-3-v3", "pla", {"infill_pattern": "grid"}),
    ("overhang", "prusa-mk4s", "pla", {"supports": "tree"}), ("island", "prusa-mk4s", "pla", {"supports": "grid"}),
    ("bridge", "prusa-mk4s", "pla", {"seam": "rear"}), ("step", "prusa-mk4s", "pla", {"raft_layers": 2}),
    ("fin", "prusa-mk4s", "pla", {"vase": True}),
    ("holed", "prusa-mk4s", "pla", {"infill_every_layers": 2, "layer_height_mm": 0.15, "infill_pattern": "gyroid"}),
    ("step", "prusa-mk4s", "pla", {"infill_pattern": "honeycomb", "walls": 3, "avoid_crossing": False}),
    ("dome", "voron-2.4-350", "pla", {"infill_pattern": "triangles", "pauses_mm": [2.0]}),
)
FOREIGN: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    ("holed", {}, {}), ("step", {"infill_pattern": "gyroid"}, ABSOLUTE), ("dome", {"infill_pattern": "grid"}, {}),
    ("overhang", {"supports": "grid"}, {}), ("bridge", {}, {"perimeter_generator": "classic"}),
    ("fin", {"wall_order": "outer-inner"}, {}), ("tube", {"brim": "outer"}, {}),
    ("holed", {"infill_every_layers": 2, "layer_height_mm": 0.15}, {}),
)


def accepted(made: Any, seed: int, drops: int, some: float = 1.0) -> tuple[int, list[str]]:
    """Number of faults planted (a share of them, by chance), and those that passed."""
    rng = random.Random(seed)
    passed: list[str] = []
    count = 0
    for name, lines in faults(Text(made.data, random.Random(seed)), drops):
        data = "\n".join(lines).encode()
        if data == made.data or rng.random() > some:
            continue
        count += 1
        try:
            verdict = made.verdict(data)
        except FabwrightError:
            continue
        if verdict.passed:
            passed.append(name)
    return count, passed


def test_planted_faults_are_refused(holed):
    assert holed.verdict().passed
    count, passed = accepted(holed, 1, 4, 0.4)
    assert count >= 30
    assert passed == []


@needs_prusaslicer
def test_faults_in_a_program_of_prusaslicer_are_refused(bench):
    made = foreign.sliced((bench.mesh("fin"),), bench.machine("prusa-mk4s"), bench.material("pla"))
    assert [c.message for c in made.verdict().failures] == []
    count, passed = accepted(made, 1, 3, 0.4)
    assert count >= 25
    assert passed == []


def _bare(text: Text, role: str, layer: int) -> list[str]:
    return text.bare([k for k, name in text.roles().items() if name == role and k in text.span(layer)])


@pytest.mark.parametrize(("change", "check", "sentence"), [
    (lambda t: t.dropped("M109"), "heat-waited", "filament is pushed before the nozzle's target was reached"),
    (lambda t: t.changed(t.beads, scaled("E", 1.1)), "bead-width",
     "Width by the filament pushed off what the file says reaches"),
    (lambda t: t.changed([k for k in t.span(7) if k in t.moves], moved("X", 1.0)), "boundary",
     "Layer 7: distance between bead edge and section, 99th percentile of the layer is"),
    (lambda t: _bare(t, "Internal infill", 8), "infill-gap",
     "Layer 8: area inside further from a bead than the declared infill leaves is"),
    (lambda t: t.changed(t.beads, scaled("F", 10, 0)), "feed-xy", "Speed in the plane reaches"),
    (lambda t: t.dropped("M104 S0"), "safe-end", "at the end the nozzle stays on"),
    (lambda t: t.inserted("M82"), "extruder-mode", "the extruder's mode is unset, or changes in mid-print"),
    (lambda t: t.inserted("G1 Z0.4 F720", [k for k in t.travels if k > t.layers[9]][4]), "above-the-part",
     "Depth of the nozzle below what is printed in its way reaches"),
    (lambda t: t.changed(t.moves, moved("Z", 0.1)), "layer-height", "a bead lies 0.1"),
    (lambda t: [*t.lines[:t.layers[7]], *t.lines[t.layers[6]:]], "laid-once",
     "volume of a layer's solid beads off what they cover is"),
    (lambda t: t.inserted("M204 P30000"), "accelerations", "an acceleration of 30000 mm/s2 is asked for"),
    (lambda t: t.changed([t.beads[200]], travelling), "filament-stated", "the file's footer says"),
])
def test_the_check_that_should_see_a_fault_sees_it(holed, change, check, sentence):
    text = Text(holed.data, random.Random(5))
    failures = {c.name: c for c in holed.verdict("\n".join(change(text)).encode()).failures}
    assert check in failures
    assert sentence in failures[check].message


def test_supports_that_are_missing_or_in_the_part_are_seen(bench):
    made = bench.printed((bench.mesh("overhang"),), supports="grid")
    assert [c.message for c in made.verdict().failures] == []
    text = Text(made.data, random.Random(1))
    rows = [k for k, name in text.roles().items() if name.startswith("Support material")]
    missing = made.verdict("\n".join(text.bare(rows)).encode())
    failure = {c.name: c for c in missing.failures}["supported"]
    assert "begin in the air, over nothing and beside nothing" in failure.message
    aside = [k for k in text.moves if text.layers[20] < k < text.layers[21]]
    shifted = made.verdict("\n".join(text.changed(aside, moved("X", -3.0))).encode())
    assert not shifted.passed


@pytest.mark.sweep
@pytest.mark.parametrize("case", range(len(NATIVE)))
def test_sweep_of_faults_in_our_programs(bench, case):
    name, printer, filament, parameters = NATIVE[case]
    made = bench.printed((bench.mesh(name),), printer, filament, **parameters)
    assert [c.message for c in made.verdict().failures] == []
    count, passed = accepted(made, 2, 8)
    assert count >= 60
    assert passed == []


@pytest.mark.sweep
@needs_prusaslicer
@pytest.mark.parametrize("case", range(len(FOREIGN)))
def test_sweep_of_faults_in_programs_of_prusaslicer(bench, case):
    name, parameters, more = FOREIGN[case]
    made = foreign.sliced((bench.mesh(name),), bench.machine("prusa-mk4s"), bench.material("pla"), more, **parameters)
    assert [c.message for c in made.verdict().failures] == []
    count, passed = accepted(made, 3, 6)
    assert count >= 60
    assert passed == []
