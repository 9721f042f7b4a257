"""What a printer's front ends read in our files: Moonraker, PrusaLink's gcode-metadata and OctoPrint's analysis."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fabwright as fw

pytestmark = pytest.mark.judge

PRINTS = ("insole-prusa", "insole-ender", "insole-voron", "insole-railcore", "enclosure-prusa")
MOONRAKER = "venv/lib/python3*/site-packages/moonraker/components/file_manager/metadata.py"
# Every field Moonraker 0.11 looks for in a slicer's file, save those of machines that we do not write for.
FIELDS = {
    "slicer", "slicer_version", "gcode_start_byte", "gcode_end_byte", "layer_count", "object_height", "estimated_time",
    "nozzle_diameter", "layer_height", "first_layer_height", "first_layer_extr_temp", "first_layer_bed_temp",
    "filament_name", "filament_type", "filament_colors", "extruder_colors", "filament_temps", "filament_total",
    "filament_weight_total", "filament_weights", "filament_change_count", "referenced_tools", "mmu_print",
    "printer_model", "printer_variant", "thumbnails",
}
FILAMENT_RELATIVE = 0.005


def moonraker_metadata(judges: Any, program: Path, folder: Path) -> dict[str, Any]:
    """The metadata that Moonraker would store for a file; its exit code says nothing."""
    shutil.copy(program, folder / program.name)
    script = next(iter(sorted(judges.folder.glob(MOONRAKER))), None) or judges.installed(MOONRAKER)
    said = judges.ask([judges.python, str(script), "-p", str(folder), "-f", program.name])
    found = json.loads(said.stdout)
    assert found["metadata"], f"Moonraker read nothing of {program.name}: {said.stderr[-1000:]}"
    return dict(found["metadata"])


def pushed_mm(trace: Any) -> float:
    """Net length of filament that our reader sees pushed."""
    return float(np.asarray(trace.e_mm).sum())


def grams(made: Any, length_mm: float) -> float:
    """Mass of that length, from the material profile's own figures."""
    filament = made.job.manifest["inputs"]
    assert filament["material"]["id"] == made.wish.material
    text = made.programs[0].read_text(errors="replace")
    diameter, density = (float(re.findall(rf"; {name} = ([\d.]+)", text)[0])
                         for name in ("filament_diameter", "filament_density"))
    return length_mm * np.pi / 4 * diameter ** 2 * density / 1000.0


@pytest.mark.parametrize("key", PRINTS)
def test_moonraker_fills_every_field(judges: Any, workshop: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    for program, trace in zip(made.programs, made.traces, strict=True):
        found = moonraker_metadata(judges, program, tmp_path)
        assert set(found) >= FIELDS, f"Moonraker misses {sorted(FIELDS - set(found))} in {program.name}"
        assert (found["slicer"], found["slicer_version"]) == ("Fabwright", fw.__version__)
        assert found["filament_name"] == made.wish.material
        assert found["layer_count"] == len(trace.layer_z_mm)
        assert found["object_height"] == pytest.approx(float(np.max(trace.layer_z_mm)), abs=0.002)
        assert found["first_layer_height"] == pytest.approx(float(trace.layer_height_mm[0]), abs=1e-6)
        assert found["layer_height"] == pytest.approx(float(np.median(trace.layer_height_mm)), abs=1e-6)
        assert found["filament_total"] == pytest.approx(pushed_mm(trace), rel=FILAMENT_RELATIVE)
        assert found["filament_weight_total"] == pytest.approx(grams(made, pushed_mm(trace)), rel=FILAMENT_RELATIVE)
        assert found["filament_weights"] == [found["filament_weight_total"]]
        working = np.asarray(trace.layer) == 0
        assert found["first_layer_extr_temp"] == float(np.asarray(trace.nozzle_c)[working][-1])
        assert found["first_layer_bed_temp"] == float(np.asarray(trace.bed_c)[working][-1])
        later = np.asarray(trace.layer) > 0
        assert found["filament_temps"] == [round(float(np.median(np.asarray(trace.nozzle_c)[later])))]
        assert {(t["width"], t["height"]) for t in found["thumbnails"]} >= {(32, 32), (300, 300)}
        pictures = [tmp_path / t["relative_path"] for t in found["thumbnails"]]
        assert all(p.read_bytes().startswith(b"\x89PNG") for p in pictures)


@pytest.mark.parametrize("key", PRINTS)
def test_moonraker_reads_the_figures_of_the_verdict(judges: Any, workshop: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    found = [moonraker_metadata(judges, program, tmp_path) for program in made.programs]
    figures = made.job.verdict.figures
    assert sum(f["estimated_time"] for f in found) == pytest.approx(figures["time_s"], rel=0.01, abs=2.0)
    assert sum(f["filament_weight_total"] for f in found) == pytest.approx(figures["filament_g"], rel=FILAMENT_RELATIVE)


@pytest.mark.parametrize("key", PRINTS)
def test_gcode_metadata_finds_what_prusalink_shows(judges: Any, workshop: Any, key: str) -> None:
    made = workshop[key]
    for program, trace in zip(made.programs, made.traces, strict=True):
        found = judges.ask_client("gcode_facts.py", program)
        data = found["data"]
        wanted = {"filament used [mm]", "filament used [cm3]", "filament used [g]", "filament_type", "layer_height",
                  "nozzle_diameter", "temperature", "bed_temperature", "printer_model",
                  "estimated printing time (normal mode)"}
        assert set(data) >= wanted, f"gcode-metadata misses {sorted(wanted - set(data))} in {program.name}"
        assert data["filament used [mm]"] == pytest.approx(pushed_mm(trace), rel=FILAMENT_RELATIVE)
        assert data["filament used [g]"] == pytest.approx(grams(made, pushed_mm(trace)), rel=FILAMENT_RELATIVE)
        assert data["layer_info_present"]
        assert {"32x32_PNG", "300x300_PNG"} <= {name.replace("thumbnail_", "") for name in found["thumbnails"]}, found


def octoprint_analysis(judges: Any, program: Path, folder: Path) -> dict[str, Any]:
    """What OctoPrint's analysis found; fails when it read nothing. Its exit code says nothing."""
    said = judges.ask([judges.python, "-m", "octoprint", "--basedir", str(folder), "analysis", "gcode", str(program)])
    assert "EMPTY:" not in said.stdout, f"OctoPrint found no motion in {program.name}"
    assert "RESULTS:" in said.stdout, f"OctoPrint on {program.name}: {said.stdout[-500:]} {said.stderr[-1000:]}"
    report = said.stdout.split("RESULTS:", 1)[1]
    area = {name: float(value) for name, value in
            re.findall(r"^  ((?:min|max)[XYZ]): (\S+)$", report.split("printing_area:", 1)[1].split("total_time", 1)[0],
                       re.MULTILINE)}
    length = re.search(r"extrusion_length:\n- (\S+)", report)
    assert length is not None, report
    return {"area": area, "filament_mm": float(length.group(1)), "minutes": float(report.split("total_time: ", 1)[1]
                                                                                  .split("\n", 1)[0])}


@pytest.mark.parametrize("key", PRINTS)
def test_octoprint_prints_inside_the_bed(judges: Any, workshop: Any, tmp_path: Path, key: str) -> None:
    made = workshop[key]
    bed = made.machine.document["bed"]
    for program, trace in zip(made.programs, made.traces, strict=True):
        found = octoprint_analysis(judges, program, tmp_path)
        area = found["area"]
        assert bed["low_mm"][0] <= area["minX"] < area["maxX"] <= bed["high_mm"][0], f"{program.name}: {area}"
        assert bed["low_mm"][1] <= area["minY"] < area["maxY"] <= bed["high_mm"][1], f"{program.name}: {area}"
        assert area["maxZ"] == pytest.approx(float(np.max(trace.layer_z_mm)), abs=0.002)
        assert found["filament_mm"] == pytest.approx(pushed_mm(trace), rel=FILAMENT_RELATIVE)


def test_octoprint_says_so_when_it_reads_nothing(judges: Any, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.gcode"
    nothing.write_text("; only a remark\n")
    with pytest.raises(AssertionError, match="OctoPrint found no motion"):
        octoprint_analysis(judges, nothing, tmp_path)
