from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.verify.deposit import deposited
from fabwright.machines.fdm.verify.material import gaps_mm
from fabwright.machines.fdm.verify.runs import bead_runs, combined, merged
from fabwright.machines.fdm.verify.stopping import stop_check
from fabwright.machines.fdm.verify.thinning import thinned
from fabwright.model import CheckedPart, Dialect, Happening, Nominal, NominalZone, Part, Setup, Status
from fabwright.post import post

from . import foreign

FIGURES = ("time_s", "filament_mm", "filament_g", "filament_cm3", "layers", "volume_deviation_pct",
           "area_deviation_max_pct", "boundary_p99_mm")


@pytest.mark.parametrize(("name", "printer", "filament"), [
    ("holed", "prusa-mk4s", "pla"), ("tube", "ender-3-v3", "petg"), ("step", "voron-2.4-350", "tpu-95a"),
    ("dome", "prusa-mk4s", "petg"), ("fin", "ender-3-v3", "pla")])
def test_good_files_pass_with_every_figure(bench, name, printer, filament):
    made = bench.printed((bench.mesh(name),), printer, filament)
    verdict = made.verdict()
    assert [c.message for c in verdict.failures] == []
    assert all(name in verdict.figures for name in FIGURES)
    assert abs(verdict.figures["volume_deviation_pct"]) < 2.0
    assert verdict.figures["boundary_p99_mm"] < 0.05
    assert verdict.not_checked
    assert verdict.figures["filament_mm"] == pytest.approx(made.toolpath.files[0].facts["filament_used_mm"], abs=0.02)


def test_two_bodies_pass_together_and_the_setup_may_come_from_json(bench):
    made = bench.printed((bench.mesh("step"), bench.mesh("tube")), infill_density=0.2, infill_pattern="grid")
    setup = Setup.from_json(made.plan.setup.as_json())
    verdict = MACHINE_CLASS.verify((made.trace,), made.nominal, setup, made.machine, made.material)
    assert [c.message for c in verdict.failures] == []


@pytest.mark.parametrize("density", [0.0, 1.0])
def test_empty_and_full_bodies_pass(bench, density):
    made = bench.printed((bench.mesh("holed"),), infill_density=density, layer_height_mm=0.25)
    assert [c.message for c in made.verdict().failures] == []


def test_a_full_body_takes_the_volume_of_its_mesh(bench):
    made = bench.printed((bench.mesh_of(bench.block(20, 16, 4), "block"),), infill_density=1.0, elephant_foot_mm=0.0)
    assert made.verdict().figures["deposited_mm3"] == pytest.approx(20 * 16 * 4, rel=0.015)


def test_the_wrong_solid_is_refused(bench, holed):
    other = bench.mesh_of(bench.block(20, 16, 4), "holed")
    verdict = MACHINE_CLASS.verify((holed.trace,), Nominal((other,)), holed.plan.setup, holed.machine, holed.material)
    assert not verdict.passed
    assert {"solid-filled", "boundary"} & {c.name for c in verdict.failures}


def test_no_program_or_two_are_refused(holed):
    for traces in ((), (holed.trace, holed.trace)):
        verdict = MACHINE_CLASS.verify(traces, holed.nominal, holed.plan.setup, holed.machine, holed.material)
        assert not verdict.passed
        assert "A print is one program" in verdict.failures[0].message


@pytest.mark.parametrize("broken", [
    lambda lines: lines[:240], lambda lines: ["G28"], lambda lines: [t for t in lines if not t.startswith(";")],
    lambda lines: [t for t in lines if t != ";LAYER_CHANGE"], lambda lines: [t.replace("X1", "X1e9") for t in lines],
    lambda lines: [t.replace("E0.", "E9") for t in lines], lambda lines: [t.replace("Z", "Z9") for t in lines],
    lambda lines: [t.replace("X", "X-") for t in lines], lambda lines: [*lines[:300], "M104 S0"],
    lambda lines: [t.replace(";HEIGHT:0.2", ";HEIGHT:0.000001") for t in lines]])
def test_broken_programs_are_refused_in_words(holed, broken):
    verdict = holed.verdict("\n".join(broken(holed.data.decode().split("\n"))).encode())
    assert not verdict.passed
    assert all(c.message for c in verdict.failures)


def test_safety_alone_makes_no_claim_on_the_part(holed):
    verdict = MACHINE_CLASS.verify_file(holed.trace, holed.machine)
    assert verdict.passed
    assert verdict.figures["time_s"] > 60
    assert "What the program makes was not compared with any solid." in verdict.not_checked


def test_safety_refuses_what_breaks_the_machine(holed):
    text = holed.data.decode()
    bad = holed.read(text.replace("G28", "; no home").encode())
    failures = {c.name: c for c in MACHINE_CLASS.verify_file(bad, holed.machine).failures}
    assert "homed-first" in failures
    assert failures["homed-first"].lines
    assert failures["homed-first"].status is Status.FAIL
    assert "an axis moves whose position is not known" in failures["homed-first"].message


def test_every_prefix_can_be_stopped_where_the_axis_has_room(bench, holed):
    bed = holed.machine.profile.bed
    check = stop_check(holed.trace, bed)
    assert check.status is Status.PASS
    assert "M104 S0, M140 S0, M107, G91, G1 Z2 F300, G90" in check.message
    low = stop_check(holed.trace, bed.model_copy(update={"travel_high_mm": (250.0, 210.0, 4.1)}))
    assert low.status is Status.FAIL
    assert "a stop after this line would not lift the nozzle clear: the axis has no room above" in low.message
    # Only the top layers and their travels are that high.
    assert min(low.lines) > 0.7 * holed.trace.line_count
    inches = replace(holed.trace, happenings=(*holed.trace.happenings, Happening(7, 3, "units", 25.4)))
    assert stop_check(inches, bed).lines[0] == 7


ARCS = b"""M83
G28
M104 S215
;LAYER_CHANGE
;Z:0.2
;HEIGHT:0.2
G1 Z0.2 F600
G1 X110 Y100 F3000
;TYPE:External perimeter
;WIDTH:0.45
G3 X90 Y100 I-10 J0 E1.3
G3 X110 Y100 I10 J0 E1.3
;TYPE:Bridge infill
;HEIGHT:0.4
G1 X120 Y100 E0.5
"""


def test_arcs_are_laid_as_chords_within_a_hundredth_and_bridges_as_threads(holed):
    beads = deposited(holed.read(ARCS))
    ring = beads.role == 0
    assert np.hypot(*(beads.a[ring] - 100.0).T) == pytest.approx(10.0, abs=1e-6)
    middles = (beads.a[ring] + beads.b[ring]) / 2.0
    assert np.hypot(*(middles - 100.0).T).min() > 10.0 - 0.0051
    assert beads.length_mm[ring].sum() == pytest.approx(2 * np.pi * 10.0, rel=1e-9)
    area = np.pi * 1.75 ** 2 / 4
    assert beads.volume_mm3.sum() == pytest.approx(3.1 * area, rel=1e-9)
    assert beads.height_mm[-1] == 0.4
    assert 2.0 * beads.radius_mm[-1] == pytest.approx(np.sqrt(4 * 0.05 * area / np.pi))
    # Turned the other way round, the arcs lie elsewhere; of half circles, on the other half.
    turned = deposited(holed.read(ARCS.replace(b"G3 X90", b"G2 X90")))
    assert turned.a[1, 1] < 100.0 < beads.a[1, 1]


def test_thinned_beads_keep_volume_and_place(holed):
    beads = deposited(holed.trace)
    fewer = thinned(beads, np.arange(len(beads)), 0.05)
    assert len(fewer) < 0.9 * len(beads)
    assert fewer.volume_mm3.sum() == pytest.approx(beads.volume_mm3.sum(), rel=1e-9)
    for layer in (3, 9):
        whole, part = beads.layer == layer, fewer.layer == layer
        points = (beads.a[whole] + beads.b[whole]) / 2.0
        assert gaps_mm(points, fewer.a[part], fewer.b[part], fewer.radius_mm[part]).max() < -0.15


def printed_with_zones(bench, nominal):
    plain = bench.printed(nominal.meshes)
    checked = CheckedPart.seal(Part(), nominal, ())
    making = MACHINE_CLASS.making(plain.machine, plain.material, None)
    plan = MACHINE_CLASS.plan(checked, making, plain.machine, plain.material, {})
    toolpath = MACHINE_CLASS.toolpath(plan)
    template = (Path(__file__).resolve().parents[3] / "templates" / "marlin" / "program.gcode.j2").read_text()
    identity = dict.fromkeys(("generator", "design", "variant", "machine", "material"), "x")
    data = post(toolpath, Dialect("marlin", template, plain.machine.profile.controller), identity).files[0].data
    return replace(plain, nominal=nominal, plan=plan, toolpath=toolpath, data=data, trace=plain.read(data))


def test_zones_are_held_to_their_own_density(bench):
    body, half = bench.mesh_of(bench.block(30, 16, 5), "body"), bench.mesh_of(bench.block(15, 16, 5), "half")
    nominal = Nominal((body,), (), (NominalZone(half, 0, {"infill_density": 0.5}),))
    made = printed_with_zones(bench, nominal)
    assert [c.message for c in made.verdict().failures] == []
    for other in (0.15, 0.9):
        asked = Nominal((body,), (), (NominalZone(half, 0, {"infill_density": other}),))
        wrong = MACHINE_CLASS.verify((made.trace,), asked, made.plan.setup, made.machine, made.material)
        assert {"volume", "infill-gap"} & {c.name for c in wrong.failures}


def test_bodies_one_at_a_time_are_not_run_into(bench):
    made = bench.printed((bench.mesh("step"), bench.mesh("tube")), sequence="one-at-a-time")
    assert [c.message for c in made.verdict().failures] == []
    text = made.data.decode()
    # The second body's layers begin low again; travel over the first one at that height.
    at = text.rindex(";Z:0.2\n")
    at = text.index("\n", text.index("\nG0 ", at) + 1)
    laid = np.flatnonzero((made.trace.e_mm > 0) & (made.trace.line < text[:at].count("\n")))
    x, y = made.trace.end[laid[np.argmax(made.trace.end[laid, 2])], :2]
    through = text[:at] + f"\nG1 Z0.2 F720\nG0 X{x:.3f} Y{y:.3f} F18000" + text[at:]
    failures = {c.name: c for c in made.verdict(through.encode()).failures}
    assert "Depth of the nozzle below what is printed in its way reaches" in failures["above-the-part"].message


@pytest.mark.skipif(not foreign.INSTALLED, reason="prusa-slicer is not installed")
@pytest.mark.parametrize(("name", "parameters"), [
    ("holed", {}), ("thin", {"walls": 3}), ("dome", {"infill_pattern": "gyroid"}), ("overhang", {"supports": "grid"}),
    ("bridge", {}), ("fin", {"vase": True})])
def test_good_files_of_prusaslicer_pass(bench, name, parameters):
    thin = bench.block(20, 0.7, 5) + bench.block(20, 8, 1.0)
    mesh = bench.mesh_of(thin, "thin") if name == "thin" else bench.mesh(name)
    made = foreign.sliced((mesh,), bench.machine("prusa-mk4s"), bench.material("pla"), **parameters)
    verdict = made.verdict()
    assert [c.message for c in verdict.failures] == []
    assert abs(verdict.figures["volume_deviation_pct"]) < 3.0


@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 6.0), st.floats(0.0, 180.0), st.floats(0.1, 0.4))
def test_beads_on_scanlines_have_the_area_of_a_stadium(length, angle, radius):
    direction = np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))]])
    runs = bead_runs(np.zeros((1, 2)), direction * length, np.array([radius]), np.array([0]), 0.005)
    assert runs.area_mm2(1, 0.005)[0] == pytest.approx(2 * radius * length + np.pi * radius ** 2, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=12),
       st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=12))
def test_runs_agree_with_sets_of_integers(first, second):
    def runs(pairs):
        low = np.array([a for a, _ in pairs], dtype=np.int64)
        return merged(low, low + np.array([b for _, b in pairs]))

    def cells(r):
        return {x for a, b in zip(r.low.tolist(), r.high.tolist(), strict=True) for x in range(a, b)}
    a, b = runs(first), runs(second)
    assert cells(combined(a, b, True, False)) == cells(a) - cells(b)
    assert cells(combined(a, b, True, True)) == cells(a) & cells(b)
