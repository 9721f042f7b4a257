"""Our settings in PrusaSlicer's words, and what its run must come to."""

from __future__ import annotations

import numpy as np
import pytest

from fabwright.errors import PlanError, UsageError
from fabwright.geometry.import_mesh import import_mesh
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import BedTemperature, CheckedPart, Home, MotorsOff, Nominal, NozzleTemperature, Part


def request(bench, meshes, printer="prusa-mk4s", filament="petg", **parameters):
    checked = CheckedPart.seal(Part(), Nominal(meshes), ())
    return MACHINE_CLASS.engine_request("prusaslicer", checked, bench.machine(printer), bench.material(filament),
                                        parameters)


@pytest.fixture(scope="module")
def plain(bench):
    return request(bench, (bench.mesh("holed"),))


def test_every_setting_of_ours_has_its_word(bench, plain):
    s = PrintSettings.from_json(plain.setup.parameters)
    ini = plain.settings
    assert (float(ini["layer_height"]), float(ini["first_layer_height"])) == (s.layer_height_mm,
                                                                             s.first_layer_height_mm)
    widths = {float(v) for k, v in ini.items() if k.endswith("extrusion_width") and not k.startswith("first")}
    assert widths == {s.line_width_mm}
    assert (int(ini["perimeters"]), int(ini["top_solid_layers"]), int(ini["bottom_solid_layers"])) == (
        s.walls, s.top_layers, s.bottom_layers)
    assert ini["fill_density"] == f"{s.infill_density * 100:g}%"
    assert (float(ini["external_perimeter_speed"]), float(ini["travel_speed"])) == (s.external_mm_s, s.travel_mm_s)
    assert (float(ini["temperature"]), float(ini["first_layer_bed_temperature"])) == (s.nozzle_c, s.first_layer_bed_c)
    assert float(ini["retract_length"]) == s.retraction_mm
    assert float(ini["max_volumetric_speed"]) == s.max_flow_mm3_s
    assert float(ini["infill_overlap"]) == s.infill_overlap_mm
    assert ini["use_relative_e_distances"] == "1"
    assert ini["machine_limits_usage"] == "time_estimate_only"
    assert ini["thumbnails"] == "32x32,300x300"
    bed = bench.machine("prusa-mk4s").document["bed"]
    assert ini["bed_shape"].split(",")[2] == "x".join(f"{v:g}" for v in bed["high_mm"])


@pytest.mark.parametrize(("parameters", "words"), [
    ({"vase": True}, {"spiral_vase": "1"}),
    ({"brim": "outer", "brim_mm": 4.0}, {"brim_type": "outer_only", "brim_width": "4"}),
    ({"supports": "grid", "support_overhang_deg": 60.0}, {"support_material": "1", "support_material_threshold": "30"}),
    ({"supports": "grid", "support_interface_density": 1.0}, {"support_material_interface_spacing": "0"}),
    ({"infill_pattern": "gyroid", "infill_density": 0.4}, {"fill_pattern": "gyroid", "fill_density": "40%"}),
    ({"wall_order": "outer-inner", "seam": "rear"}, {"external_perimeters_first": "1", "seam_position": "rear"}),
    ({"elephant_foot_mm": 0.0, "contour_growth_mm": -0.05},
     {"elefant_foot_compensation": "0", "xy_size_compensation": "-0.05"}),
    ({"infill_every_layers": 2, "z_hop_mm": 0.0, "wipe_mm": 0.0},
     {"infill_every_layers": "2", "retract_lift": "0", "wipe": "0"}),
])
def test_an_order_reaches_the_settings(bench, parameters, words):
    made = request(bench, (bench.mesh("holed"),), **parameters)
    assert {k: made.settings[k] for k in words} == words
    assert made.setup.parameters["engine"] == "prusaslicer"
    assert {k: made.setup.parameters[k] for k in parameters} == parameters


@pytest.mark.parametrize(("printer", "flavour"), [("prusa-mk4s", "marlin2"), ("voron-2.4-350", "klipper")])
def test_the_flavour_is_the_controllers(bench, printer, flavour):
    assert request(bench, (bench.mesh("step"),), printer).settings["gcode_flavor"] == flavour


def test_bodies_stand_where_the_setup_says(bench):
    meshes = (bench.mesh("holed"), bench.mesh("step"))
    made = request(bench, meshes)
    assert list(made.files) == ["body-0.stl", "body-1.stl"]
    assert "--dont-arrange" in made.arguments
    assert "--merge" in made.arguments
    for data, place in zip(made.files.values(), made.setup.placements, strict=True):
        rows = np.frombuffer(data, np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")]), offset=84)
        low = rows["v"].reshape(-1, 3).min(axis=0)
        assert place.rotation_deg == 0.0
        assert low.tolist() == pytest.approx(list(place.offset_mm), abs=1e-4)


def test_heat_comes_after_homing_and_everything_is_off_at_the_end(plain):
    kinds = [type(e) for e in plain.opening]
    assert kinds.index(Home) < max(k for k, e in enumerate(plain.opening) if isinstance(e, NozzleTemperature))
    assert all(e.wait for e in plain.opening if isinstance(e, NozzleTemperature))
    assert [e for e in plain.closing if isinstance(e, NozzleTemperature | BedTemperature)] == [
        NozzleTemperature(0.0, False), BedTemperature(0.0, False)]
    assert isinstance(plain.closing[-1], MotorsOff)
    top = plain.setup.parameters["top_mm"]
    assert plain.closing[0] == (None, None, top + 10.0)


def test_the_same_order_asks_the_same(bench, plain):
    again = request(bench, (bench.mesh("holed"),))
    assert (again.files, dict(again.settings), again.arguments, again.setup) == (
        plain.files, dict(plain.settings), plain.arguments, plain.setup)


def test_a_top_at_the_middle_of_a_layer_is_pressed_below_it(bench):
    mesh = bench.mesh_of(bench.block(10, 10, 3.5), "tie")
    made = request(bench, (mesh,))
    assert made.setup.parameters["layers"] == 17
    (pressed,) = import_mesh(made.files["body-0.stl"], "tie.stl")
    assert 3.497 < pressed.vertices[:, 2].max() < 3.4995
    assert request(bench, (bench.mesh_of(bench.block(10, 10, 3.4), "clear"),)).setup.parameters["layers"] == 17


@pytest.mark.parametrize(("parameters", "sentence"), [
    ({"supports": "tree"}, "tree supports"), ({"arc_fitting": True}, "arcs"), ({"raft_layers": 2}, "a raft"),
    ({"brim": "ears"}, "brim ears"), ({"pauses_mm": 2.0}, "pauses"),
    ({"adaptive_layers": True}, "layers that follow the slopes"),
    ({"sequence": "one-at-a-time"}, "bodies one at a time"),
])
def test_what_it_has_no_option_for_is_said(bench, parameters, sentence):
    with pytest.raises(PlanError, match=f"the engine prusaslicer cannot be asked for {sentence}"):
        request(bench, (bench.mesh("holed"),), **parameters)


def test_what_hangs_in_the_air_is_refused_without_supports(bench):
    with pytest.raises(PlanError, match="cannot be printed without supports"):
        request(bench, (bench.mesh("overhang"),))
    assert request(bench, (bench.mesh("overhang"),), supports="grid").settings["support_material"] == "1"


def test_no_body_and_unknown_parameters_are_refused(bench):
    with pytest.raises(PlanError, match="the part has no solid to print"):
        request(bench, ())
    with pytest.raises(UsageError, match="unknown printing parameter 'wals'"):
        request(bench, (bench.mesh("holed"),), wals=3)
    with pytest.raises(PlanError, match="is less than half a layer high"):
        request(bench, (bench.mesh_of(bench.block(9, 9, 0.05), "leaf"),))
