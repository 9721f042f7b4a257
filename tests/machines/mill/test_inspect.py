"""What inspection refuses or remarks, with its sentence and figures."""

from __future__ import annotations

from typing import Any

import pytest

from fabwright.machines.mill import MACHINE_CLASS
from fabwright.model import Finding, Mesh, Nominal, Part, Severity


def findings(profiles: Any, mesh: Mesh, machine: str = "grbl-router-800", material: str = "pom") -> tuple[Finding, ...]:
    hub, stuff = profiles[0](machine), profiles[1](material)
    making = MACHINE_CLASS.making(hub, stuff, None)
    return MACHINE_CLASS.inspect(Part(), Nominal((mesh,)), making, hub, stuff)


def errors(found: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in found if f.severity is Severity.ERROR]


def test_a_sound_body_has_no_error(profiles: Any, bodies: Any) -> None:
    assert not errors(findings(profiles, bodies["tray"]()))
    assert not errors(findings(profiles, bodies["bump"](), material="eva-40"))


def test_a_mushroom_is_refused_with_the_hidden_volume(profiles: Any, bodies: Any) -> None:
    import manifold3d as mf

    stem = mf.Manifold.cylinder(6, 5, 5, 48)
    cap = mf.Manifold.cube([30, 20, 4]).translate([-15, -10, 6])
    found = errors(findings(profiles, bodies["solid"]("mushroom", stem + cap)))
    assert [f.check for f in found] == ["undercut"]
    assert found[0].measured == pytest.approx(600 - 78.3, rel=0.02)
    assert f"{(600 - 78.3) * 6 / 1000:.2f} cm3 lie hidden" in found[0].message
    assert "cut from both sides" in found[0].message
    assert found[0].remedy


def test_a_chamfer_underneath_is_an_undercut_and_a_leaning_wall_within_tolerance_is_not(profiles: Any, bodies: Any
                                                                                       ) -> None:
    import manifold3d as mf

    square = mf.CrossSection.square([30, 20], True)
    flared = mf.Manifold.extrude(square, 6, 0, 0, (1.2, 1.2))
    assert [f.check for f in errors(findings(profiles, bodies["solid"]("flared", flared)))] == ["undercut"]
    barely = mf.Manifold.extrude(square, 6, 0, 0, (1.004, 1.004))
    assert not errors(findings(profiles, bodies["solid"]("barely", barely)))


def test_size_names_the_limit(profiles: Any, bodies: Any) -> None:
    import manifold3d as mf

    tall = errors(findings(profiles, bodies["solid"]("tall", mf.Manifold.cube([30, 30, 26]))))
    assert str(tall[0]) == ("tall: The body is 26.00 mm high; blocks of pom are 20 mm thick. Make it at least 6.00 mm "
                            "lower, or use a thicker block.")
    wide = errors(findings(profiles, bodies["solid"]("wide", mf.Manifold.cube([290, 290, 10]))))
    assert wide[0].check == "block-size"
    assert wide[0].message.startswith("The body measures 290.0 x 290.0 x 10.0 mm and needs")


def test_metal_thicker_than_the_cutter_may_go_is_refused(profiles: Any, bodies: Any) -> None:
    import copy

    import manifold3d as mf

    document = copy.deepcopy(dict(profiles[1]("aluminium-6061").document))
    for block in document["blocks"]:
        block["z_mm"] = 30
    hub, stuff = profiles[0]("grbl-router-800"), MACHINE_CLASS.parse_material(document)
    mesh = bodies["solid"]("thick", mf.Manifold.cube([40, 40, 28]))
    found = MACHINE_CLASS.inspect(Part(), Nominal((mesh,)), MACHINE_CLASS.making(hub, stuff, None), hub, stuff)
    assert [f.check for f in errors(found)] == ["tool-reach"]
    assert "may cut 4 x its diameter = 24 mm deep in aluminium-6061" in errors(found)[0].message


def test_sharp_corners_are_an_error_here_already(profiles: Any, bodies: Any) -> None:
    found = errors(findings(profiles, bodies["tray"](radius=0.0)))
    assert [f.check for f in found] == ["tool-reach"]
    assert "Give inside corners a radius of at least" in found[0].message


def test_thin_walls_are_a_warning(profiles: Any, bodies: Any) -> None:
    import manifold3d as mf

    thin = mf.Manifold.cube([40, 20, 2]) + mf.Manifold.cube([40, 0.6, 10])
    found = findings(profiles, bodies["solid"]("fin", thin))
    warning = next(f for f in found if f.check == "thin-wall")
    assert warning.severity is Severity.WARNING
    assert warning.measured == pytest.approx(24, rel=0.1)


def test_a_part_of_sheets_has_nothing_to_mill(profiles: Any) -> None:
    hub, stuff = profiles[0]("grbl-router-800"), profiles[1]("pom")
    found = MACHINE_CLASS.inspect(Part(), Nominal(()), MACHINE_CLASS.making(hub, stuff, None), hub, stuff)
    assert "no solid to mill" in found[0].message
