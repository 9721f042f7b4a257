import numpy as np
import pytest

from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.timing import trace_times_s
from fabwright.model import (
    BedTemperature,
    Fan,
    Home,
    LayerStart,
    MotorsOff,
    MoveKind,
    NozzleTemperature,
    ObjectEnd,
    ObjectStart,
    Progress,
    RoleStart,
)


def test_heat_comes_before_the_first_push_and_everything_is_off_at_the_end(holed):
    (file,) = holed.toolpath.files
    moves = file.moves
    first = int(np.flatnonzero(moves.e_mm > 0)[0])
    before = [e for at, e in file.events if at <= first]
    kinds = [type(e) for e in before]
    assert kinds.index(Home) < len(kinds) - 1 - kinds[::-1].index(NozzleTemperature)
    assert any(isinstance(e, NozzleTemperature) and e.wait and e.celsius == 230.0 for e in before)
    assert any(isinstance(e, BedTemperature) and e.wait and e.celsius == 60.0 for e in before)
    last = [e for at, e in file.events if at == len(moves)]
    assert NozzleTemperature(0.0, False) in last
    assert BedTemperature(0.0, False) in last
    assert isinstance(last[-1], MotorsOff)
    assert [e for _, e in file.events if isinstance(e, Fan)][-1] == Fan(0.0)
    assert moves.z[-1] > moves.z[moves.e_mm > 0].max() + 5.0


def test_events_are_ordered_and_every_layer_is_announced(holed):
    (file,) = holed.toolpath.files
    at = [k for k, _ in file.events]
    assert at == sorted(at)
    layers = [e for _, e in file.events if isinstance(e, LayerStart)]
    assert [e.index for e in layers] == list(range(20))
    assert [e.z_mm for e in layers] == pytest.approx(0.2 * np.arange(1, 21))
    progress = [e.percent for _, e in file.events if isinstance(e, Progress)]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    names = [e.name for _, e in file.events if isinstance(e, ObjectStart | ObjectEnd)]
    assert len(names) == 40
    assert all(file.roles[e.role] for _, e in file.events if isinstance(e, RoleStart))


def test_moves_stay_inside_the_bed_and_below_every_cap(holed):
    moves = holed.toolpath.files[0].moves
    bed, motion = holed.machine.profile.bed, holed.machine.profile.motion
    assert moves.x.min() >= bed.low_mm[0]
    assert moves.x.max() <= bed.high_mm[0]
    assert moves.y.min() >= bed.low_mm[1]
    assert moves.y.max() <= bed.high_mm[1]
    assert moves.z.min() > 0.0
    assert moves.feed_mm_min.max() <= motion.max_xy_mm_s * 60
    assert moves.feed_mm_min.min() > 0
    step = np.hypot(np.diff(moves.x), np.diff(moves.y))
    laying = (moves.e_mm[1:] > 0) & (step > 0)
    flow = moves.e_mm[1:] * np.pi * 1.75 ** 2 / 4 / (step / np.maximum(moves.feed_mm_min[1:], 1) * 60 + 1e-12)
    assert flow[laying].max() <= holed.material.profile.flow.max_flow_mm3_s * 1.001
    assert not np.any((moves.kind == MoveKind.RAPID) & (moves.e_mm != 0))


def test_what_is_pulled_back_is_pushed_again(holed):
    moves = holed.toolpath.files[0].moves
    step = np.hypot(np.diff(moves.x, prepend=moves.x[0]), np.diff(moves.y, prepend=moves.y[0]))
    laying = (step > 0) & (moves.e_mm > 0)
    assert moves.e_mm[~laying].sum() == pytest.approx(-0.7)
    held = np.cumsum(np.where(laying, 0.0, moves.e_mm))
    assert np.abs(held[laying]).max() < 1e-9
    assert held.min() == pytest.approx(-0.7)
    wiped = (step > 0) & (moves.e_mm < 0)
    # A wipe is as long as the profile says, or as the bead has room; it runs over what has just been laid.
    assert wiped.sum() > 50
    assert step[wiped].max() <= 1.0 + 1e-3


def test_short_layers_are_slowed_to_the_minimum_time(bench):
    made = bench.printed((bench.mesh_of(bench.block(6, 6, 3), "cube"),))
    settings = made.plan.setup.parameters
    trace = made.trace
    times = trace_times_s(trace, made.machine.profile.motion)
    for layer in (3, 7, 12):
        here = trace.layer == layer
        laying = here & (trace.e_mm > 0) & (np.hypot(*(trace.end - trace.start)[:, :2].T) > 0)
        slowest = trace.feed_mm_min[laying].min() / 60.0
        assert times[here].sum() > 0.95 * settings["min_layer_s"] or slowest == pytest.approx(
            settings["min_speed_mm_s"], abs=0.1)


def test_facts_fill_the_header_and_pictures_are_png(holed):
    (file,) = holed.toolpath.files
    assert file.facts["layer_count"] == 20
    assert file.facts["printer_model"] == "MK4S"
    assert file.facts["filament_used_g"] == pytest.approx(file.facts["filament_used_cm3"] * 1.24, abs=0.002)
    assert [(t.width, t.height) for t in file.thumbnails] == [(32, 32), (300, 300)]
    assert all(t.png.startswith(b"\x89PNG") for t in file.thumbnails)


def test_bytes_do_not_depend_on_the_run(bench, holed):
    again = bench.printed((bench.mesh("holed"),))
    assert again.data == holed.data


@pytest.mark.parametrize(("printer", "filament"), [("ender-3-v3", "petg"), ("voron-2.4-350", "tpu-95a")])
def test_other_printers_read_back_without_a_finding(bench, printer, filament):
    made = bench.printed((bench.mesh("step"),), printer, filament)
    assert made.trace.findings == ()
    assert MACHINE_CLASS.verify_file(made.trace, made.machine).passed
