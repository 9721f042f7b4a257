"""The shipped profiles are complete and sourced; broken ones are refused with the field that is wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fabwright.errors import PlanError, UsageError
from fabwright.machines.mill import MACHINE_CLASS
from fabwright.machines.mill.cutter import chip_load_mm, cutter_from_setup, cutter_of, setup_tool, speeds_for
from fabwright.machines.mill.rules import first_run_note

MACHINES = ("grbl-router-800", "linuxcnc-mill-600")
MATERIALS = ("eva-40", "pom", "aluminium-6061")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("material", MATERIALS)
def test_every_tool_has_speeds_in_every_material(profiles: Any, machine: str, material: str) -> None:
    hub, stuff = profiles[0](machine), profiles[1](material)
    for tool in hub.profile.tools:
        cutter = cutter_of(tool)
        speeds = speeds_for(cutter, hub.profile, stuff.profile)
        low, _, high = chip_load_mm(stuff.profile, cutter.diameter_mm)
        assert low <= speeds.feed_mm_min / speeds.rpm / cutter.flutes <= high
        assert hub.profile.spindle.rpm_min <= speeds.rpm <= min(hub.profile.spindle.rpm_max, cutter.rpm_max)
        assert cutter_from_setup(setup_tool(cutter, speeds)) == cutter


@pytest.mark.parametrize("name", MACHINES)
def test_machines_name_their_sources(profiles: Any, name: str) -> None:
    document = profiles[0](name).document
    tables = [document[k] for k in ("controller", "travel", "motion", "spindle", "holding")] + document["tools"]
    assert all(len(t["source"]) > 20 for t in tables)


def test_making_tells_the_reach_of_the_cutters(profiles: Any) -> None:
    hub, foam, plate = profiles[0]("grbl-router-800"), profiles[1]("eva-40"), profiles[1]("pom")
    making = MACHINE_CLASS.making(hub, foam, None)
    assert (making.form, making.stock_thickness_mm, making.min_inner_radius_mm) == ("solid", 40.0, 3.0)
    assert MACHINE_CLASS.making(hub, plate, None).min_inner_radius_mm == pytest.approx(3.175 / 2)
    assert MACHINE_CLASS.making(hub, foam, 39.4).stock_thickness_mm == 39.4


@pytest.mark.parametrize("measured", [0.0, -3.0, float("nan"), 55.0])
def test_a_thickness_without_sense_is_refused(profiles: Any, measured: float) -> None:
    with pytest.raises(UsageError, match=r"makes no sense for eva-40, whose blocks are 40 mm thick; give 32 to 48 mm"):
        MACHINE_CLASS.making(profiles[0]("grbl-router-800"), profiles[1]("eva-40"), measured)


def _without(path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        table, key = path.split(".")
        del document[table][key]
    return change


def test_a_profile_without_source_or_with_a_wrong_figure_names_the_field(profiles: Any) -> None:
    good = copy.deepcopy(dict(profiles[0]("grbl-router-800").document))
    _without("motion.source")(good)
    good["travel"]["x_mm"] = -5
    good["tools"][0]["kind"] = "bull"
    with pytest.raises(UsageError) as caught:
        MACHINE_CLASS.parse_machine(good)
    text = str(caught.value)
    assert "machine profile 'grbl-router-800': motion.source: Field required" in text
    assert "travel.x_mm" in text
    assert "tools.0.kind" in text


def test_blocks_of_two_thicknesses_need_two_profiles(profiles: Any) -> None:
    document = copy.deepcopy(dict(profiles[1]("pom").document))
    document["blocks"][1]["z_mm"] = 30
    with pytest.raises(UsageError, match="share one thickness"):
        MACHINE_CLASS.parse_material(document)


@pytest.mark.parametrize(("name", "key", "sentence"), [
    ("eva-40", "skin_mm", "a skin needs skin_mm above 0"), ("pom", "tab_width_mm", "tabs need tab_height_mm")])
def test_a_part_that_nothing_holds_is_refused(profiles: Any, name: str, key: str, sentence: str) -> None:
    document = copy.deepcopy(dict(profiles[1](name).document))
    document["release"][key] = 0
    with pytest.raises(UsageError, match=sentence):
        MACHINE_CLASS.parse_material(document)


def test_a_tool_that_could_only_rub_is_refused(profiles: Any) -> None:
    document = copy.deepcopy(dict(profiles[0]("grbl-router-800").document))
    document["motion"]["feed_max_xy_mm_min"] = 500
    hub = MACHINE_CLASS.parse_machine(document)
    with pytest.raises(PlanError, match=r"needs 1000 mm/min at 10000 rpm or it rubs; the machine gives at most 500"):
        speeds_for(cutter_of(hub.profile.tools[0]), hub.profile, profiles[1]("eva-40").profile)


def test_the_note_on_compiling_is_empty_once_kernels_are_there(job: Any) -> None:
    job("bump-foam").verdict()
    assert first_run_note() == ""
