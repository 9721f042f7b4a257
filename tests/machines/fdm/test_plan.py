import numpy as np
import pytest

from fabwright.errors import PlanError
from fabwright.geometry.regions import hull_of
from fabwright.geometry.slices import turn_about_z
from fabwright.machines.fdm.settings import EXTERNAL, GAP, INFILL, PERIMETER, SKIRT, SOLID, bead_spacing_mm
from fabwright.model import CheckedPart, Nominal, Part, Setup


def plan(bench, meshes, printer="prusa-mk4s", **parameters):
    return bench.planned(tuple(meshes), bench.machine(printer), bench.material("pla"), parameters)


def test_layers_walls_and_skins_of_a_block(bench):
    made = plan(bench, [bench.mesh_of(bench.block(20, 16, 4), "block")], elephant_foot_mm=0.0)
    beads = made.operations[1].paths
    assert len(made.operations[1].grid) == 20
    for layer in range(20):
        roles = beads.role[beads.layer == layer].tolist()
        assert roles.count(EXTERNAL) == 1
        assert roles.count(PERIMETER) == 1
        sparse = 4 <= layer < 15
        assert (INFILL in roles) == sparse
        assert sparse or SOLID in roles or layer == 19
    outer = beads.points[beads.start[np.flatnonzero((beads.role == EXTERNAL) & (beads.layer == 5))[0]]:]
    assert np.ptp(outer[:4], axis=0) == pytest.approx((20 - 0.45, 16 - 0.45), abs=0.002)
    assert (beads.role == SKIRT).sum() == 1


def test_setup_survives_the_bundle_and_declares_what_it_will_take(bench):
    made = plan(bench, [bench.mesh("holed")], infill_density=0.3, infill_pattern="grid")
    again = Setup.from_json(made.setup.as_json())
    assert again == made.setup
    assert again.parameters["infill_density"] == 0.3
    assert again.parameters["filament_declared_mm"] > 100.0


def test_density_one_fills_everything_and_zero_leaves_walls_and_skins(bench):
    full = plan(bench, [bench.mesh("holed")], infill_density=1.0).operations[1].paths
    empty = plan(bench, [bench.mesh("holed")], infill_density=0.0).operations[1].paths
    assert not (full.role == INFILL).any()
    assert not (empty.role == INFILL).any()
    assert (empty.role == SOLID).any()


def test_narrow_walls_get_a_bead_down_the_middle(bench):
    made = plan(bench, [bench.mesh_of(bench.block(20, 0.5, 3), "fence")])
    beads = made.operations[1].paths
    assert set(beads.role[beads.layer > 0]) == {GAP}
    row = int(np.flatnonzero((beads.role == GAP) & (beads.layer == 5))[0])
    line = beads.points[beads.start[row]:beads.start[row + 1]]
    placed = made.setup.placements[0]
    assert line[:, 1] - placed.offset_mm[1] == pytest.approx(0.25, abs=0.03)
    # As wide as the fence: a bead's round sides hold less than its width times its height.
    spacing = beads.spacing_mm[beads.start[row]:beads.start[row + 1]]
    assert spacing == pytest.approx(np.full(len(line), bead_spacing_mm(0.5, 0.2)), abs=0.01)
    assert np.ptp(line[:, 0]) > 19.0


@pytest.mark.parametrize("wall", [0.3, 0.45, 0.6, 0.75, 0.8, 0.85, 0.9, 1.2, 1.64, 2.0])
def test_walls_of_any_thickness_are_filled_and_not_overfilled(bench, wall):
    made = bench.printed((bench.mesh_of(bench.block(24, wall, 2), "fence"),), elephant_foot_mm=0.0)
    verdict = made.verdict()
    assert [c.message for c in verdict.failures] == []
    assert verdict.figures["deposited_mm3"] == pytest.approx(24 * bead_spacing_mm(wall, 0.2) * 2, rel=0.06)


def test_a_long_part_is_turned_until_it_fits(bench):
    made = plan(bench, [bench.mesh_of(bench.block(280, 20, 2), "rail")])
    (placement,) = made.setup.placements
    assert placement.rotation_deg not in (0.0, 90.0)
    corners = bench.mesh_of(bench.block(280, 20, 2), "rail").vertices @ turn_about_z(placement.rotation_deg).T
    corners = corners + placement.offset_mm
    assert corners[:, 0].min() > 0
    assert corners[:, 0].max() < 250
    assert corners[:, 1].min() > 0
    assert corners[:, 1].max() < 210


def test_bodies_stand_apart_and_clear_of_the_prime_line(bench):
    meshes = [bench.mesh_of(bench.block(60, 50, 2), n) for n in ("base", "lid", "plug")]
    made = plan(bench, meshes)
    hulls = [hull_of(m.vertices[:, :2] + p.offset_mm[:2]) for m, p in zip(meshes, made.setup.placements, strict=True)]
    for k, hull in enumerate(hulls):
        for other in hulls[k + 1:]:
            assert (hull.grown(5.9) & other).empty
    prime = made.operations[0]
    ends = np.array([prime.start_mm, prime.end_mm])
    assert not any(h.grown(3.0).contains(ends).any() for h in hulls)
    assert [p.name for p in made.setup.placements] == ["base", "lid", "plug"]


def test_bodies_that_do_not_fit_together_name_a_larger_machine(bench):
    meshes = [bench.mesh_of(bench.block(200, 150, 2), n) for n in ("left", "right")]
    with pytest.raises(PlanError, match=r"left and right do not fit together on prusa-mk4s.*the bed is 250 x 210 mm; "
                                        r"use voron-2\.4-350, or make the bodies in separate jobs"):
        plan(bench, meshes)
    assert len(plan(bench, meshes, "voron-2.4-350").setup.placements) == 2


def test_the_skirt_yields_to_a_part_that_fills_the_bed(bench):
    made = plan(bench, [bench.mesh_of(bench.block(247, 200, 1), "sheet")])
    assert made.setup.notes == ("The skirt was left out: the part fills the bed.",)
    assert not (made.operations[1].paths.role == SKIRT).any()


def test_what_has_no_body_or_no_height_is_refused(bench):
    machine, material = bench.machine("prusa-mk4s"), bench.material("pla")
    from fabwright.machines.fdm import MACHINE_CLASS
    making = MACHINE_CLASS.making(machine, material, None)
    with pytest.raises(PlanError, match="the part has no solid to print"):
        MACHINE_CLASS.plan(CheckedPart.seal(Part(), Nominal(), ()), making, machine, material, {})
    with pytest.raises(PlanError, match=r"film is 0\.080 mm high, less than half a layer"):
        plan(bench, [bench.mesh_of(bench.block(20, 20, 0.08), "film")])
    with pytest.raises(PlanError, match="hair is thinner everywhere than one bead"):
        plan(bench, [bench.mesh_of(bench.block(0.05, 0.05, 5), "hair")], elephant_foot_mm=0.0)


def test_the_same_part_gives_the_same_beads_whatever_the_triangles_order(bench):
    from fabwright.geometry.weld import weld
    mesh = bench.mesh("holed")
    order = np.random.default_rng(3).permutation(len(mesh.triangles))
    from dataclasses import replace
    vertices, triangles = weld(mesh.vertices, mesh.triangles, 0.0)
    again_v, again_t = weld(mesh.vertices, mesh.triangles[order], 0.0)
    first = plan(bench, [replace(mesh, vertices=vertices, triangles=triangles)]).operations[1].paths
    second = plan(bench, [replace(mesh, vertices=again_v, triangles=again_t)]).operations[1].paths
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.role, second.role)


def test_a_bar_that_fits_on_the_diagonal_is_hatched_across_its_walls(bench):
    made = bench.printed((bench.mesh_of(bench.block(300, 10, 2), "bar"),), "prusa-mk4s", "petg")
    assert made.plan.setup.placements[0].rotation_deg not in (0.0, 90.0)
    assert [c.message for c in made.verdict().failures] == []
