import copy
import re
import tomllib

import pytest

from fabwright.errors import RefusedError, UsageError
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.settings import PrintSettings, bead_spacing_mm, bead_width_mm, print_settings

MACHINES = ("bambu-a1", "bambu-x1", "ender-3-v3", "prusa-mk4s", "railcore-300zl", "voron-2.4-350")
MATERIALS = ("petg", "pla", "tpu-95a")


@pytest.mark.parametrize("name", MACHINES)
def test_every_printer_is_complete_and_cites_its_figures(bench, name):
    machine = bench.machine(name)
    assert machine.id == name
    assert machine.machine_class == "fdm"
    assert all(table["source"] for key, table in machine.document.items() if key != "machine")


@pytest.mark.parametrize("name", ["bambu-a1", "bambu-x1"])
def test_an_experimental_printer_says_so_on_its_title_and_in_the_setup(bench, name):
    machine = bench.machine(name)
    assert "experimental" in machine.title
    plan = bench.planned((bench.mesh("foil"),), machine, bench.material("pla"), {})
    assert any(note.startswith("Experimental: no machine of this kind has run our files") for note in plan.setup.notes)


@pytest.mark.parametrize("name", MATERIALS)
def test_every_filament_is_complete_and_works_on_every_printer(bench, name):
    material = bench.material(name)
    assert all(table["source"] for key, table in material.document.items() if key != "material")
    for machine in MACHINES:
        making = MACHINE_CLASS.making(bench.machine(machine), material, None)
        assert 0.0 <= making.fits.press_mm < making.fits.snug_mm < making.fits.slide_mm
        assert making.fits.source
        assert making.form == "solid"


def test_a_measured_thickness_makes_no_sense(bench):
    with pytest.raises(UsageError, match=r"a measured thickness of 3\.0 mm makes no sense here"):
        MACHINE_CLASS.making(bench.machine("prusa-mk4s"), bench.material("pla"), 3.0)


def test_a_filament_hotter_than_the_printer_is_refused(bench):
    document = copy.deepcopy(dict(bench.material("petg").document))
    document["temperature"].update(nozzle_c=300.0, nozzle_max_c=310.0)
    hot = MACHINE_CLASS.parse_material(document)
    with pytest.raises(RefusedError, match=r"petg needs 300 degrees C at the nozzle, voron-2\.4-350 reaches 270"):
        MACHINE_CLASS.making(bench.machine("voron-2.4-350"), hot, None)


def test_a_wrong_field_is_named(bench):
    document = copy.deepcopy(dict(bench.machine("prusa-mk4s").document))
    document["extruder"]["nozzle_mm"] = -1.0
    with pytest.raises(UsageError, match=r"machine profile 'prusa-mk4s': extruder\.nozzle_mm"):
        MACHINE_CLASS.parse_machine(document)
    text = tomllib.loads('[machine]\nid = "x"\n')
    with pytest.raises(UsageError, match="machine profile 'x': controller"):
        MACHINE_CLASS.parse_machine(text)


def test_temperatures_outside_the_materials_own_window_are_refused(bench):
    document = copy.deepcopy(dict(bench.material("pla").document))
    document["temperature"]["nozzle_c"] = 260.0
    with pytest.raises(UsageError, match="nozzle temperatures must lie in the material's window"):
        MACHINE_CLASS.parse_material(document)


@pytest.mark.parametrize(("parameters", "sentence"), [
    ({"speed": 3}, "unknown printing parameter 'speed'; known: "),
    ({"walls": -1}, "printing parameter walls is -1; it must be a number from 0 to 20"),
    ({"walls": 2.5}, "printing parameter walls is 2.5; it must be a whole number"),
    ({"infill_density": float("nan")}, "printing parameter infill_density is nan"),
    ({"infill_pattern": "cubic"}, "infill_pattern 'cubic' is unknown; known: "),
    ({"binary_gcode": True}, "binary_gcode: binary G-code (.bgcode) is not written, since no library for it"),
    ({"wipe_tower": True}, "wipe_tower: printing with several materials and a wipe tower is not made yet"),
    ({"layer_height_mm": 0.5}, "layer_height_mm 0.5 is outside what prusa-mk4s prints"),
])
def test_wrong_parameters_are_refused_in_words(bench, parameters, sentence):
    with pytest.raises(UsageError, match=re.escape(sentence)):
        print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), parameters)


def test_settings_travel_through_json_and_the_bead_model_inverts(bench):
    settings = print_settings(bench.machine("prusa-mk4s"), bench.material("tpu-95a"), {"walls": 3})
    assert PrintSettings.from_json({**settings.as_json(), "layers": 9}) == settings
    assert settings.walls == 3
    assert bead_width_mm(bead_spacing_mm(0.45, 0.2), 0.2) == pytest.approx(0.45)
    assert bead_spacing_mm(0.45, 0.2) == pytest.approx(0.40708, abs=1e-5)
