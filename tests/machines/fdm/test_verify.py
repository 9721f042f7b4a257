from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.verify.runs import bead_runs, combined, merged
from fabwright.machines.fdm.verify.stopping import stop_check
from fabwright.model import Happening, Setup, Status

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
    from fabwright.model import Nominal
    other = bench.mesh_of(bench.block(20, 16, 4), "holed")
    verdict = MACHINE_CLASS.verify((holed.trace,), Nominal((other,)), holed.plan.setup, holed.machine, holed.material)
    assert not verdict.passed
    assert {"solid-filled", "boundary"} & {c.name for c in verdict.failures}


def test_no_program_or_two_are_refused(holed):
    for traces in ((), (holed.trace, holed.trace)):
        verdict = MACHINE_CLASS.verify(traces, holed.nominal, holed.plan.setup, holed.machine, holed.material)
        assert not verdict.passed
        assert "A print is one program" in verdict.failures[0].message


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
