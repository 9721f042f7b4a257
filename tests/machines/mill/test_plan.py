"""Blocks, cutters, order of operations; and every refusal with its sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fabwright.errors import PlanError, UsageError
from fabwright.machines.mill.operations.outline import Outline, outline_rings
from fabwright.machines.mill.operations.rough import levels_mm
from fabwright.model import Setup


def test_setup_survives_json_and_says_what_a_hub_must_know(job: Any) -> None:
    setup = job("bump-foam").plan.setup
    again = Setup.from_json(setup.as_json())
    assert again.as_json() == setup.as_json()
    assert "front left corner of the block, Z0 on the bed" in setup.zero
    assert setup.stock.size_mm == (350.0, 140.0, 40.0)
    assert setup.work_offset_mm == (60.0, 60.0, 0.0)
    assert any("not homed" in n for n in setup.notes)
    assert any("skin of 0.5 mm" in n for n in setup.notes)


def test_one_program_a_tool_without_changer_one_a_block_with(job: Any) -> None:
    foam, pom = job("bump-foam").plan.setup.parameters, job("bump-pom").plan.setup.parameters
    assert [(p["name"], p["tools"]) for p in foam["programs"]] == [("01-flat-6mm", [1]), ("02-ball-6mm", [2])]
    assert [(p["name"], p["tools"]) for p in pom["programs"]] == [("01-all-tools", [1, 2, 1])]
    # A skin holds the part, so the outline joins roughing; tabs come last.
    assert [o.title for o in job("bump-foam").plan.operations] == ["roughing", "outline", "parallel finishing"]
    assert [o.title for o in job("bump-pom").plan.operations] == ["roughing", "parallel finishing", "outline"]


def test_bodies_lie_inside_the_block_with_its_margin_and_apart(maker: Any, bodies: Any) -> None:
    made = maker((bodies["bump"]("a"), bodies["bump"]("b")), "grbl-router-800", "pom")
    boxes = []
    for place in made.plan.setup.placements:
        low, high = made.nominal.meshes[place.of].bounds_mm
        boxes.append((low + place.offset_mm, high + place.offset_mm))
    size = np.asarray(made.plan.setup.stock.size_mm)
    assert all((low[:2] > 10).all() and (high[:2] < size[:2] - 10).all() for low, high in boxes)
    assert boxes[1][0][1] - boxes[0][1][1] > 2 * 6
    assert len({p.program for p in made.plan.setup.placements}) == 1


def test_bodies_too_many_for_one_block_get_one_each(maker: Any, bodies: Any) -> None:
    plates = tuple(bodies["bump"](f"plate-{k}", 240.0, 90.0, 4.0, 5.0) for k in range(2))
    made = maker(plates, "grbl-router-800", "pom", {"scallop_mm": 0.06})
    names = [p["name"] for p in made.plan.setup.parameters["programs"]]
    assert names == ["01-block1-flat-6mm", "02-block1-ball-6mm", "03-block1-flat-6mm", "04-block2-flat-6mm",
                     "05-block2-ball-6mm", "06-block2-flat-6mm"]
    assert made.plan.setup.stock.description.endswith("2 blocks of 300 x 200 x 20 mm")


def test_a_long_body_is_turned_to_fit(maker: Any, bodies: Any) -> None:
    made = maker((bodies["bump"]("tall", 60.0, 250.0, 3.0, 4.0),), "grbl-router-800", "pom", {"scallop_mm": 0.06})
    place = made.plan.setup.placements[0]
    assert place.rotation_deg == 90.0
    assert made.verdict().passed


def test_levels_are_even_and_never_deeper_than_asked() -> None:
    levels = levels_mm(20.0, 1.2, 3.0)
    assert levels[-1] == 1.2
    assert np.abs(np.diff(np.concatenate([[20.0], levels]))).max() <= 3.0


def test_tabs_keep_off_corners_and_at_least_three_hold(job: Any) -> None:
    made = job("tray-pom")
    tabs = made.plan.setup.parameters["tabs"]
    low, high = (np.asarray(v)[:2] + made.plan.setup.placements[0].offset_mm[:2]
                 for v in made.nominal.meshes[0].bounds_mm)
    assert len(tabs) >= 3
    for tab in tabs:
        at = np.asarray(tab["at_mm"])
        # 3 mm outside one side, and along it at least half the tab from its ends.
        inside = np.minimum(at - low, high - at)
        assert inside.min() == pytest.approx(-3.0, abs=0.01)
        assert inside.max() >= tab["width_mm"] / 2


def test_outline_climbs(job: Any) -> None:
    made = job("tray-pom")
    operation = next(o for o in made.plan.operations if isinstance(o, Outline))
    areas = []
    for ring in outline_rings(made.plan.context.shapes[operation.shape], operation.cutter.radius_mm):
        x, y = ring.T
        areas.append(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
    areas.sort(key=abs, reverse=True)
    assert areas[0] < 0 < areas[1]  # clockwise around the part, counter-clockwise in its hole: material on the right


@pytest.mark.parametrize(("size", "machine", "material", "sentence"), [
    ((30, 20, 50), "grbl-router-800", "eva-40", r"b measures 30\.0 x 20\.0 x 50\.0 mm and needs"),
    ((400, 20, 10), "grbl-router-800", "eva-40", r"blocks of eva-40: 350 x 140 x 40 mm; 350 x 270 x 40 mm"),
    ((300, 300, 10), "linuxcnc-mill-600", "pom", r"larger or thicker block, or a larger machine"),
])
def test_what_does_not_fit_is_refused(maker: Any, bodies: Any, size: tuple[int, int, int], machine: str, material: str,
                                      sentence: str) -> None:
    import manifold3d as mf

    with pytest.raises(PlanError, match=sentence):
        maker((bodies["solid"]("b", mf.Manifold.cube(list(size))),), machine, material)


def test_sharp_inside_corners_are_refused_with_the_radius_that_would_do(maker: Any, bodies: Any) -> None:
    with pytest.raises(PlanError, match=r"tray: an inside corner near .* keeps 5\.00 mm of material that no cutter "
                                        r"reaches "
                                        r"\(limit 0\.17 mm, .*radius of at least [13]"):
        maker((bodies["tray"](radius=0.0),), "linuxcnc-mill-600", "pom")


def test_a_smaller_cutter_is_taken_for_smaller_corners(maker: Any, bodies: Any) -> None:
    made = maker((bodies["tray"](radius=2.0),), "grbl-router-800", "pom")
    assert [t.number for t in made.plan.setup.tools] == [3]
    assert made.verdict().passed


def test_a_hole_no_cutter_enters_is_refused(maker: Any, bodies: Any) -> None:
    with pytest.raises(PlanError, match=r"tray: an inside corner near"):
        maker((bodies["tray"](hole=1.2),), "grbl-router-800", "pom")


@pytest.mark.parametrize(("table", "key", "value", "sentence"), [
    ("travel", "nose_high_mm", 95.0, r"bump: with flat 6 mm long, 2 flutes the spindle.s nose goes "
                                     r"from 50\.5 to 100\.0 mm above the bed; grbl-router-800 reaches 15 to 95 mm"),
    ("holding", "spoilboard_mm", 0.0, r"bump: pom is cut 0\.2 mm into the sacrificial board; grbl-router-800 allows "
                                      r"0 mm"),
])
def test_heights_out_of_reach_are_refused(profiles: Any, bodies: Any, table: str, key: str, value: float, sentence: str
                                          ) -> None:
    import copy

    from fabwright.machines.mill import MACHINE_CLASS
    from fabwright.machines.mill.plan import make_plan
    from fabwright.model import Nominal

    document = copy.deepcopy(dict(profiles[0]("grbl-router-800").document))
    document[table][key] = value
    hub = MACHINE_CLASS.parse_machine(document)
    material = profiles[1]("eva-40" if table == "travel" else "pom").profile
    with pytest.raises(PlanError, match=sentence):
        make_plan(Nominal((bodies["bump"](),)), hub.profile, material, {}, None)


@pytest.mark.parametrize(("given", "sentence"), [
    ({"stepdwn_mm": 2.0}, r"unknown planning parameter 'stepdwn_mm'. Known: allowance_mm, "),
    ({"scallop_mm": -1.0}, r"scallop_mm \(ridge between finishing passes\) is -1.0; it must be a number"),
    ({"scallop_mm": True}, r"it must be a number"),
    ({"allowance_mm": float("nan")}, r"it must be a number"),
    ({"scallop_mm": 0.5}, r"scallop_mm is 0.5; ridges in eva-40 may be at most 0.2 mm high"),
])
def test_parameters_without_sense_are_refused(maker: Any, bodies: Any, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        maker((bodies["bump"](),), "grbl-router-800", "eva-40", given)
