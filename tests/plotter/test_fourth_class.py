"""The whole line for a class of machine that the package has never heard of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import fabwright as fw

HERE = Path(__file__).parent


def make(catalogue: fw.Catalogue, **options: float) -> fw.Job:
    return catalogue.get("card").configure(options).make("desk-plotter", "paper")


def test_the_whole_line_runs(catalogue: fw.Catalogue) -> None:
    job = make(catalogue, width_mm=80)
    assert job.verdict.passed
    assert "G1 X90\nG1 Y50\nG1 X10\nG1 Y10\n" in job.files["programs/card.nc"].decode()
    assert {"manifest.json", "setup-sheet.html", "preview.png", "verdict.json", "geometry/sheets.dxf"} <= set(job.files)


def test_the_same_order_gives_the_same_bytes(catalogue: fw.Catalogue) -> None:
    assert dict(make(catalogue, width_mm=80).files) == dict(make(catalogue, width_mm=80.0).files)


@pytest.mark.parametrize("single_file", [False, True])
def test_a_saved_job_verifies_from_its_bytes(catalogue: fw.Catalogue, tmp_path: Path, single_file: bool) -> None:
    job = make(catalogue)
    path = job.save(tmp_path, single_file)
    verdict = catalogue.verify_job(path)
    assert verdict.passed
    assert dict(verdict.figures) == dict(job.verdict.figures)


def test_an_altered_program_is_caught_by_its_digest(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    path = make(catalogue).save(tmp_path)
    program = path / "programs" / "card.nc"
    program.write_text(program.read_text().replace("X70", "X71"))
    with pytest.raises(fw.BundleError, match=r"programs/card\.nc has been altered"):
        catalogue.verify_job(path)


def test_an_altered_program_with_a_mended_manifest_fails_on_geometry(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    path = make(catalogue).save(tmp_path)
    program = path / "programs" / "card.nc"
    program.write_text(program.read_text().replace("X70", "X71"))
    manifest = json.loads((path / "manifest.json").read_text())
    from fabwright.model import bytes_digest
    for entry in (*manifest["files"], *manifest["programs"]):
        if entry["file"] == "programs/card.nc":
            entry["sha256"] = bytes_digest(program.read_bytes())
    (path / "manifest.json").write_text(json.dumps(manifest))
    verdict = catalogue.verify_job(path)
    assert [c.name for c in verdict.failures] == ["drawn as ordered"]


def test_a_part_beyond_reach_is_refused_with_its_figures(catalogue: fw.Catalogue) -> None:
    with pytest.raises(fw.InspectionError, match="card: It needs 410 mm along x, the pen reaches 300 mm"):
        make(catalogue, width_mm=400)


def test_a_class_that_is_not_served_is_refused_with_the_reason(catalogue: fw.Catalogue) -> None:
    with pytest.raises(fw.ClassRefusedError, match=r"it is a drawing, not a solid\. Classes that can make it: plotter"):
        catalogue.get("card").configure().make("prusa-mk4s", "pla")


def test_a_changed_profile_fails_an_old_job(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    path = make(catalogue).save(tmp_path)
    changed = tmp_path / "profiles"
    changed.mkdir()
    for source in (HERE / "profiles").glob("*.toml"):
        (changed / source.name).write_text(source.read_text().replace("feed_mm_min = 2400.0", "feed_mm_min = 2000.0"))
    verdict = fw.open_catalogue(designs=[HERE / "designs"], profiles=[changed]).verify_job(path)
    assert [c.name for c in verdict.failures] == ["machine profile as planned"]


def test_every_profile_is_taken_once(catalogue: fw.Catalogue) -> None:
    with pytest.raises(fw.UsageError, match="'desk-plotter' is already defined"):
        fw.open_catalogue(profiles=[HERE / "profiles", HERE / "profiles"])
