import re

import manifold3d
import numpy as np
import pytest

from fabwright.errors import PlanError
from fabwright.geometry.slices import placed_solid
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.inspection import refuse_unsupported, unsupported_findings
from fabwright.machines.fdm.inspection.undersides import bare_undersides, doubtful_layers, islands, undersides
from fabwright.machines.fdm.layers import cut_layers, layer_grid
from fabwright.machines.fdm.settings import print_settings
from fabwright.machines.fdm.zones import place_zones
from fabwright.model import Nominal, NominalZone, Part, Placement, Severity


def found(bench, meshes, printer="prusa-mk4s", zones=()):
    machine, material = bench.machine(printer), bench.material("pla")
    making = MACHINE_CLASS.making(machine, material, None)
    return MACHINE_CLASS.inspect(Part(), Nominal(tuple(meshes), (), tuple(zones)), making, machine, material)


def checks(bench, solid, name="thing"):
    return {f.check: f for f in found(bench, [bench.mesh_of(solid, name)])}


@pytest.mark.parametrize("name", ["holed", "tube", "step", "fin", "dome"])
def test_good_bodies_have_no_errors(bench, name):
    assert [f for f in found(bench, [bench.mesh(name)]) if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("name", "check", "severity", "sentence"), [
    ("overhang", "needs-support", Severity.WARNING, "overhang: An underside of .* mm2 at z = 9.00 mm around x = .* "
     'hangs 15.0 mm out over nothing; it needs supports. Order it with supports = "tree" or "grid", turn the part'),
    ("island", "needs-support", Severity.WARNING, "island: An underside of 25.0 mm2 at z = 4.00 mm .* starts in the "
     "air"),
    ("bridge", "bridge-long", Severity.WARNING, "bridge: The longest bridge spans 16.0 mm and will sag. Shorten it"),
    ("foil", "wall-unprintable", Severity.ERROR, "foil: 100.0 % of the body is thinner than 0.3 mm, where no bead fits "
     r"\(beads are 0.45 mm wide\). Make walls at least 0.8 mm thick."),
    ("tall", "build-height", Severity.ERROR, "tall: The body is 230.0 mm high, prusa-mk4s prints up to 220 mm. "
     "Use voron-2.4-350."),
])
def test_what_cannot_be_made_well_is_said_in_words(bench, name, check, severity, sentence):
    findings = [f for f in found(bench, [bench.mesh(name)]) if f.check == check]
    assert findings
    first = findings[0]
    assert first.severity is severity
    assert first.measured is not None
    assert first.limit is not None
    assert first.source
    assert re.match(sentence, str(first)), str(first)


def test_a_body_larger_than_the_bed_names_a_larger_machine(bench):
    plate = bench.mesh_of(bench.block(320, 120, 3), "plate")
    (finding,) = [f for f in found(bench, [plate]) if f.check == "build-area"]
    assert finding.severity is Severity.ERROR
    assert "plate does not fit on prusa-mk4s" in finding.message
    assert finding.remedy == "Use voron-2.4-350."
    assert found(bench, [plate], "voron-2.4-350") == ()


def test_small_feet_and_tipping_are_warnings(bench):
    assert set(checks(bench, bench.rod(1.6, 30))) == {"contact-small", "slender"}
    leaning = bench.block(6, 6, 2) + bench.block(12, 6, 12).translate((3, 0, 2))
    assert "tips-over" in checks(bench, leaning)


def test_small_upright_and_lying_holes_are_warnings(bench):
    (upright,) = found(bench, [bench.mesh_of(bench.block(10, 10, 3) - bench.rod(0.6, 9).translate((5, 5, -2)), "eye")])
    assert upright.check == "hole-small"
    assert "smallest upright hole is 1.20 mm" in upright.message
    assert upright.measured == pytest.approx(1.2, abs=0.03)
    for turn, axis in (((0, 90, 0), "x"), ((90, 0, 0), "y")):
        bore = bench.rod(0.75, 40).translate((0, 0, -20)).rotate(turn).translate((10, 10, 5))
        wall = bench.block(20, 20, 10) - bench.block(17, 17, 12).translate((1.5, 1.5, 2)) - bore
        finding = checks(bench, wall)["hole-small"]
        assert f"smallest lying hole is 1.50 mm across (along {axis}, " in finding.message
        assert finding.measured == pytest.approx(1.5, abs=0.03)
    assert "hole-small" not in checks(bench, bench.block(10, 10, 3) - bench.rod(1.1, 9).translate((5, 5, -2)))


def test_narrow_gaps_are_measured_and_wide_ones_left_alone(bench):
    def comb(gap):
        right = bench.block(20 - gap, 10, 6).translate((10 + gap, 0, 0))
        return bench.block(30, 10, 2) + bench.block(10, 10, 6) + right
    finding = checks(bench, comb(0.3))["gap-narrow"]
    assert finding.measured == pytest.approx(0.3, abs=0.03)
    assert "at z = 2.0 mm around x = 10.2, y = 5.0 mm" in finding.message
    assert finding.limit == 0.5
    assert "gap-narrow" not in checks(bench, comb(0.6))


def test_thin_posts_are_found_low_ones_and_ribs_are_not(bench):
    def post(radius, height):
        return bench.block(30, 20, 2) + bench.rod(radius, height + 1).translate((6, 6, 1))
    finding = checks(bench, post(1.0, 9))["pin-thin"]
    assert finding.measured == pytest.approx(2.0, abs=0.02)
    assert "A post at z = 2.0 mm around x = 6.0, y = 6.0 mm is 2.00 mm thick and 9.0 mm high" in finding.message
    assert "pin-thin" not in checks(bench, post(1.0, 2.4))
    assert "pin-thin" not in checks(bench, post(1.7, 12))
    assert "pin-thin" not in checks(bench, bench.block(30, 20, 2) + bench.block(20, 1.2, 12))
    bar = post(1.0, 9) + bench.block(30, 20, 2).translate((0, 0, 11)) + bench.block(4, 20, 12)
    assert "pin-thin" not in checks(bench, bar)


def test_fine_letters_are_found_among_thick_walls(bench):
    slab = bench.block(60, 40, 5)
    letter = bench.block(8, 0.5, 2).translate((10, 10, 4))
    finding = checks(bench, slab + letter)["detail-fine"]
    assert finding.measured == pytest.approx(0.5, abs=0.05)
    assert finding.severity is Severity.WARNING
    assert "at z = 5.0 mm around x = 14.0, y = 10.2 mm" in finding.message
    assert "detail-fine" not in checks(bench, slab + bench.block(8, 0.7, 2).translate((10, 10, 4)))
    ridge = bench.block(40, 4.24, 4.24).rotate((45, 0, 0)).translate((10, 20, 3.2))
    assert "detail-fine" not in checks(bench, slab + ridge)


def test_thin_walls_are_a_warning_before_details(bench):
    shell = bench.block(20, 20, 10) - bench.block(18.8, 18.8, 12).translate((0.6, 0.6, 1))
    assert "wall-thin" in checks(bench, shell)
    assert "detail-fine" not in checks(bench, shell)


def test_closed_cavities_are_named_with_place_and_volume(bench):
    hollow = bench.block(20, 20, 20) - bench.block(4, 5, 6).translate((3, 4, 5))
    finding = checks(bench, hollow)["cavity-closed"]
    assert finding.measured == pytest.approx(120.0)
    assert "lies around x = 5.0, y = 6.5, z = 8.0 mm" in finding.message
    assert "cavity-closed" not in checks(bench, hollow - bench.rod(1.5, 30).translate((5, 6, 7)))


def in_the_air(bench, name, zones=(), **parameters):
    machine, material = bench.machine("prusa-mk4s"), bench.material("pla")
    settings = print_settings(machine, material, parameters)
    mesh = name if not isinstance(name, str) else bench.mesh(name)
    placed = placed_solid(mesh)
    grid = layer_grid((placed,), settings)
    placements = (Placement(0, mesh.name, (0.0, 0.0, 0.0), 0.0),)
    return ((placed,), (cut_layers(placed, grid, settings),), grid, place_zones(zones, placements, grid), machine,
            settings)


@pytest.mark.parametrize(("name", "words"), [
    ("overhang", "hangs 15.0 mm out over nothing"), ("island", "starts in the air"),
    ("gate", "spans 60.0 mm over nothing")])
def test_an_order_without_supports_is_refused_where_only_they_hold(bench, name, words):
    gate = bench.mesh_of(bench.block(80, 6, 7) - bench.block(60, 20, 5).translate((10, -5, -1)), "gate")
    mesh = gate if name == "gate" else bench.mesh(name)
    with pytest.raises(PlanError, match=f"cannot be printed without supports:\n- {name}: An underside .* {words}"):
        refuse_unsupported(*in_the_air(bench, mesh))
    for kind in ("grid", "tree"):
        assert unsupported_findings(*in_the_air(bench, mesh, supports=kind)) == ()


def test_the_plan_refuses_what_its_order_cannot_hold(bench):
    machine, material, mesh = bench.machine("prusa-mk4s"), bench.material("pla"), bench.mesh("overhang")
    with pytest.raises(PlanError, match=r'it needs supports\. Order it with supports = "tree"'):
        bench.planned((mesh,), machine, material, {})
    assert bench.planned((mesh,), machine, material, {"supports": "grid"}).setup.parameters["supports"] == "grid"


@pytest.mark.parametrize("name", ["holed", "step", "dome", "bridge", "fin"])
def test_what_prints_as_it_is_is_not_refused(bench, name):
    assert unsupported_findings(*in_the_air(bench, name)) == ()


def test_zones_that_force_supports_carry_what_they_cover(bench):
    def zone(size, at, **settings):
        return NominalZone(bench.mesh_of(bench.block(*size).translate(at), "zone"), 0, settings)
    wide = zone((40, 20, 13), (0, -5, 0), supports="forced")
    assert unsupported_findings(*in_the_air(bench, "overhang", (wide,))) == ()
    small = zone((9, 20, 13), (0, -5, 0), supports="forced")
    assert unsupported_findings(*in_the_air(bench, "overhang", (small,)))
    assert unsupported_findings(*in_the_air(bench, "overhang", (wide, zone((40, 20, 13), (0, -5, 0),
                                                                           supports="blocked"))))


def awkward(bench):
    cone = manifold3d.Manifold.cylinder(10, 0.0, 6.0, 36)
    yield "tip down", bench.block(6, 6, 12) + cone.translate((14, 0, 2)) + bench.block(20, 4, 2).translate((0, 0, 11))
    yield "tilted", bench.block(20, 8, 6).rotate((0, 25, 0))
    yield "ball", manifold3d.Manifold.sphere(6, 32)
    for name in ("overhang", "bridge", "island", "dome"):
        yield name, None


def test_layers_that_facets_rule_out_have_no_undersides(bench):
    settings = print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), {})
    ruled_out = 0
    for name, solid in awkward(bench):
        mesh = bench.mesh(name) if solid is None else bench.mesh_of(solid, name)
        placed = placed_solid(mesh)
        grid = layer_grid((placed,), settings)
        sliced = cut_layers(placed, grid, settings)
        doubtful = doubtful_layers(placed, grid, 70.0)
        for layer in np.flatnonzero(~doubtful[1:len(sliced)]) + 1:
            ruled_out += 1
            section, below = sliced.at(layer), sliced.at(layer - 1)
            assert islands(layer, section, below) == [], (name, layer)
            assert undersides(layer, section, below, 0.2, 70.0) == [], (name, layer)
        if name in ("tip down", "island"):
            assert any(u.island for u in bare_undersides(placed, sliced, grid, 70.0))
    assert ruled_out > 100


@pytest.mark.parametrize(("settings", "words"), [
    ({"infill_density": 1.5}, "infill_density 1.5; it must be a number from 0 to 1"),
    ({"infill_pattern": "zigzag"}, "infill_pattern 'zigzag'; known: rectilinear"),
    ({"supports": "tree"}, "supports 'tree'; known: blocked, forced"),
    ({"walls": 3}, "'walls', which no zone can set; known: infill_density, infill_pattern, supports"),
])
def test_zones_that_ask_for_what_is_not_are_refused(bench, settings, words):
    cube = bench.mesh("holed")
    zone = NominalZone(bench.mesh_of(bench.block(5, 5, 5), "soft"), 0, settings)
    (finding,) = [f for f in found(bench, [cube], zones=[zone]) if f.check == "zone-setting"]
    assert finding.severity is Severity.ERROR
    assert words in finding.message


def test_a_zone_beside_its_body_is_a_warning_and_a_good_one_is_silent(bench):
    cube = bench.mesh("holed")
    good = NominalZone(bench.mesh_of(bench.block(5, 5, 5), "soft"), 0, {"infill_density": 0.3, "supports": "blocked"})
    away = NominalZone(bench.mesh_of(bench.block(5, 5, 5).translate((33, 0, 0)), "lost"), 0, {"infill_density": 0.3})
    assert found(bench, [cube], zones=[good]) == ()
    (finding,) = found(bench, [cube], zones=[away])
    assert (finding.check, finding.subject, finding.measured) == ("zone-apart", "lost", 13.0)
