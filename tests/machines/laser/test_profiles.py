from __future__ import annotations

import copy
from typing import Any

import pytest

from fabwright.errors import RefusedError, UsageError
from fabwright.machines.laser import MACHINE_CLASS
from fabwright.model import MachineClass


def test_the_class_fills_the_seam() -> None:
    seam: MachineClass = MACHINE_CLASS
    assert (seam.name, seam.form) == ("laser", "sheet")


def test_kerf_fits_and_thickness_come_from_the_profiles(co2: Any) -> None:
    how = MACHINE_CLASS.making(co2.machine, co2.material, None)
    assert (how.kerf_mm, how.stock_thickness_mm, how.form) == (0.2, 3.0, "sheet")
    assert how.fits.press_mm <= how.fits.snug_mm <= how.fits.slide_mm
    assert how.fits.source
    assert how.min_wall_mm == pytest.approx(1.5)


def test_measured_thickness_is_taken(co2: Any) -> None:
    assert MACHINE_CLASS.making(co2.machine, co2.material, 2.87).stock_thickness_mm == 2.87


@pytest.mark.parametrize("measured", [2.5, 3.5, 0.0, -3.0, float("nan"), float("inf"), 28.7])
def test_impossible_thickness_is_a_usage_error(co2: Any, measured: float) -> None:
    with pytest.raises(UsageError, match=r"not that of acrylic-3mm: it is sold as 3 mm and measures 2.55 to 3.45 mm"):
        MACHINE_CLASS.making(co2.machine, co2.material, measured)


def test_clear_acrylic_is_refused_for_a_diode(co2: Any, diode: Any) -> None:
    with pytest.raises(RefusedError, match=r"a diode beam cannot cut it: clear acrylic lets the whole of a blue beam"):
        MACHINE_CLASS.making(diode.machine, co2.material, None)


def test_untested_power_is_refused(documents: Any, co2: Any) -> None:
    document = copy.deepcopy(documents("profiles", "grbl-laser-600x400"))
    document["controller"]["power_max_w"] = 150.0
    strong = MACHINE_CLASS.parse_machine(document)
    with pytest.raises(RefusedError, match=r"no tested settings for a CO2 beam of 150 W .* tested with CO2 50 to 70 W"):
        MACHINE_CLASS.making(strong, co2.material, None)


@pytest.mark.parametrize(("table", "key", "value"), [
    ("sheet", "composition", "PVC foam board"), ("material", "title", "Black vinyl"), ("material", "id", "pvc-3mm"),
    ("sheet", "composition", "Polycarbonate"), ("material", "title", "ABS, natural"),
])
def test_forbidden_substances_are_refused_by_name(documents: Any, table: str, key: str, value: str) -> None:
    document = copy.deepcopy(documents("materials", "acrylic-3mm"))
    document[table][key] = value
    with pytest.raises(UsageError, match="must never be worked with a beam"):
        MACHINE_CLASS.parse_material(document)


@pytest.mark.parametrize(("table", "key", "value", "sentence"), [
    ("controller", "laser_mode", False, "controller.laser_mode"), ("controller", "s_max", 0, "controller.s_max"),
    ("travel", "x_mm", -1, "travel.x_mm"), ("beam", "kind", "fibre", "beam.kind"),
    ("motion", "acceleration_mm_s2", float("nan"), "motion.acceleration_mm_s2"), ("motion", "speed", 3, "motion.speed"),
])
def test_wrong_machine_profile_names_the_field(documents: Any, table: str, key: str, value: Any, sentence: str) -> None:
    document = copy.deepcopy(documents("profiles", "grbl-laser-600x400"))
    document[table][key] = value
    with pytest.raises(UsageError, match=f"machine profile 'grbl-laser-600x400': {sentence}"):
        MACHINE_CLASS.parse_machine(document)


def test_source_is_required_beside_figures(documents: Any) -> None:
    document = copy.deepcopy(documents("profiles", "grbl-laser-600x400"))
    del document["motion"]["source"]
    with pytest.raises(UsageError, match=r"motion.source"):
        MACHINE_CLASS.parse_machine(document)


def test_settings_must_lie_in_their_own_energy_window(documents: Any) -> None:
    document = copy.deepcopy(documents("materials", "acrylic-3mm"))
    document["process"][0]["cut_feed_mm_min"] = 2000.0
    with pytest.raises(UsageError, match=r"1 passes give 1.26 J/mm, outside cut_energy_min_j_mm 2.6"):
        MACHINE_CLASS.parse_material(document)


def test_thickness_window_must_hold_the_nominal(documents: Any) -> None:
    document = copy.deepcopy(documents("materials", "acrylic-3mm"))
    document["sheet"]["thickness_max_mm"] = 2.9
    with pytest.raises(UsageError, match="thickness_min_mm <= thickness_mm <= thickness_max_mm does not hold"):
        MACHINE_CLASS.parse_material(document)
