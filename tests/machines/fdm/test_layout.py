from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, hull_of
from fabwright.geometry.slices import turn_about_z
from fabwright.machines.fdm.layout import Layout, arrange
from fabwright.machines.fdm.sequence import HEAD_SLACK_MM, spacing_between_mm, turns
from fabwright.machines.fdm.settings import print_settings
from fabwright.model import LayerStart, Mesh, ObjectStart, Pause


def footprints(meshes: tuple[Mesh, ...], layout: Layout) -> list[Region]:
    return [hull_of(meshes[p.of].vertices[:, :2] @ turn_about_z(p.rotation_deg)[:2, :2].T + p.offset_mm[:2])
            for p in layout.placements]


@pytest.fixture(scope="module")
def parts(bench):
    return tuple(bench.mesh_of(bench.block(*size), f"part {k}")
                 for k, size in enumerate([(60, 20, 5), (30, 80, 12), (25, 25, 8), (100, 10, 3), (12, 12, 40)]))


@pytest.mark.parametrize(("spacing", "margin"), [(6.0, 4.0), (30.0, 0.0), (2.0, 12.0)])
def test_bodies_stand_apart_on_the_bed_and_clear_of_the_prime_line(bench, parts, spacing, margin):
    bed = bench.machine("prusa-mk4s").profile.bed
    layout = arrange(parts, bed, "prusa-mk4s", spacing, margin)
    regions = footprints(parts, layout)
    for region in regions:
        low_x, low_y, high_x, high_y = region.bounds_mm
        assert low_x >= bed.low_mm[0] + margin - 1e-3
        assert low_y >= bed.low_mm[1] + margin - 1e-3
        assert high_x <= bed.high_mm[0] - margin + 1e-3
        assert high_y <= bed.high_mm[1] - margin + 1e-3
    for one, other in combinations(regions, 2):
        assert (one.grown(spacing / 2 - 1e-2) & other.grown(spacing / 2 - 1e-2)).empty
    prime = hull_of(np.array([layout.prime_mm[0], layout.prime_mm[1], np.add(layout.prime_mm[1], 0.01)]))
    assert all((prime.grown(1.0) & region.grown(margin)).empty for region in regions)


def test_a_long_body_lies_on_the_diagonal_and_a_longer_one_is_refused(bench):
    bed = bench.machine("prusa-mk4s").profile.bed
    stick = bench.mesh_of(bench.block(280, 10, 5), "stick")
    (placement,) = arrange((stick,), bed, "prusa-mk4s", 6.0, 3.0).placements
    assert placement.rotation_deg % 90.0 != 0.0
    with pytest.raises(PlanError, match=r"pole does not fit on prusa-mk4s.*use voron-2\.4-350"):
        arrange((bench.mesh_of(bench.block(340, 10, 5), "pole"),), bed, "prusa-mk4s", 6.0, 3.0)


def settings_of(bench, **parameters):
    return print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)


def test_bodies_in_turn_leave_room_for_the_head(bench, parts):
    usual, turned = settings_of(bench), settings_of(bench, sequence="one-at-a-time")
    assert spacing_between_mm(parts[:3], usual) == usual.spacing_mm
    assert spacing_between_mm(parts[:1], turned) == usual.spacing_mm
    assert spacing_between_mm(parts[:3], turned) == turned.clearance_radius_mm + HEAD_SLACK_MM
    wide = replace(turned, spacing_mm=80.0)
    assert spacing_between_mm(parts[:3], wide) == 80.0


def test_only_the_last_body_may_reach_what_carries_the_head(bench, parts):
    turned = settings_of(bench, sequence="one-at-a-time")
    tower = bench.mesh_of(bench.block(10, 10, 31.5), "tower")
    assert turns([5.0, 2.0, 5.0]) == [1, 0, 2]
    spacing_between_mm((tower, parts[0]), turned)
    with pytest.raises(PlanError, match=r"tower is 31\.50 mm high; printed one at a time, .*30 mm.*bodies together"):
        spacing_between_mm((parts[4], tower), turned)


def test_one_at_a_time_finishes_the_lowest_first_and_passes_the_verdict(bench):
    high = bench.mesh_of(bench.block(12, 12, 6), "high")
    low = bench.mesh_of(bench.rod(6, 3), "low")
    made = bench.printed((high, low), sequence="one-at-a-time")
    (file,) = made.toolpath.files
    started = [(e.name if isinstance(e, ObjectStart) else e.index) for _, e in file.events
               if isinstance(e, ObjectStart | LayerStart)]
    names = [e for e in started if isinstance(e, str)]
    assert names == ["low"] * 15 + ["high"] * 30
    # The skirt of the first layer comes before all bodies; then each body has its own layers.
    assert [e for e in started if isinstance(e, int)] == [*range(15), *range(30)]
    assert made.verdict().failures == ()
    moves = file.moves
    down = int(np.flatnonzero(np.diff(moves.z) < -2.0)[0])
    # Over to the next body it goes above all that is printed.
    assert moves.z[down] >= 3.0 + 1.9


def test_a_pause_waits_at_the_park_and_comes_back(bench):
    made = bench.printed((bench.mesh_of(bench.block(15, 15, 4), "cube"),), pauses_mm=[2.0, 3.1])
    (file,) = made.toolpath.files
    moves, bed = file.moves, made.machine.profile.bed
    pauses = [(at, e) for at, e in file.events if isinstance(e, Pause)]
    assert [e.reason for _, e in pauses] == ["pause at 2 mm, then go on with the layer up to 2.2 mm",
                                             "pause at 3.1 mm, then go on with the layer up to 3.2 mm"]
    layers = [at for at, e in file.events if isinstance(e, LayerStart)]
    for (at, _), layer in zip(pauses, (10, 15), strict=True):
        assert layers[layer] < at < layers[layer + 1]
        assert (moves.x[at - 1], moves.y[at - 1]) == tuple(bed.park_mm)
        assert moves.z[at - 1] >= moves.z[:at][moves.e_mm[:at] > 0].max() + 1.9
        step = np.hypot(np.diff(moves.x[:at], prepend=0), np.diff(moves.y[:at], prepend=0))
        held = np.where((step > 0) & (moves.e_mm[:at] > 0), 0.0, moves.e_mm[:at]).sum()
        assert held == pytest.approx(-0.7)
        # Nothing of the layer has been laid before the pause.
        assert not np.any(moves.e_mm[layers[layer]:at] > 0)
    assert made.verdict().failures == ()


@pytest.mark.parametrize(("parameters", "message"), [
    ({"pauses_mm": [4.0]}, "nothing is printed above 4 mm, the last layer ends at 4 mm"),
    ({"pauses_mm": 2.0, "sequence": "one-at-a-time"}, "pauses_mm cannot be used when bodies are printed one at a time"),
])
def test_pauses_that_cannot_be_are_refused(bench, parameters, message):
    bodies = (bench.mesh_of(bench.block(15, 15, 4), "a"), bench.mesh_of(bench.block(9, 9, 3), "b"))
    with pytest.raises(PlanError, match=message):
        bench.printed(bodies, **parameters)
