"""A bundle that is not what its manifest says is refused with a sentence, whatever was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fabwright as fw


@pytest.fixture
def job_folder(catalogue: fw.Catalogue, tmp_path: Path) -> Path:
    return catalogue.get("card").configure().make("desk-plotter", "paper").save(tmp_path)


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_a_missing_file(catalogue: fw.Catalogue, job_folder: Path) -> None:
    (job_folder / "geometry" / "sheets.json").unlink()
    with pytest.raises(fw.BundleError, match=r"geometry/sheets\.json is in the manifest but not in the bundle"):
        catalogue.verify_job(job_folder)


def test_an_added_program(catalogue: fw.Catalogue, job_folder: Path) -> None:
    (job_folder / "programs" / "extra.nc").write_text("G0 Z-50\n")
    with pytest.raises(fw.BundleError, match=r"programs/extra\.nc is in the bundle but not in the manifest"):
        catalogue.verify_job(job_folder)


@pytest.mark.parametrize(("text", "sentence"), [
    ("", "manifest.json is not JSON"), ("{", "manifest.json is not JSON"), ("[]", "is not of format"),
    ("{}", "is not of format"), ('{"format": "fabwright-job/1"}', "lacks or misstates a field"),
])
def test_a_broken_manifest(catalogue: fw.Catalogue, job_folder: Path, text: str, sentence: str) -> None:
    (job_folder / "manifest.json").write_text(text)
    with pytest.raises(fw.BundleError, match=sentence):
        catalogue.verify_job(job_folder)


def test_a_folder_without_a_manifest(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    with pytest.raises(fw.BundleError, match="this is not a job bundle"):
        catalogue.verify_job(tmp_path)


@pytest.mark.parametrize(("where", "value"), [
    ("machine", {}), ("setup", None), ("programs", [{}]), ("sheets", 3), ("bodies", ["ghost"]), ("files", "all"),
])
def test_a_misstated_field(catalogue: fw.Catalogue, job_folder: Path, where: str, value: object) -> None:
    edit_manifest(job_folder, lambda m: m.update({where: value}))
    with pytest.raises(fw.BundleError, match="lacks or misstates a field"):
        catalogue.verify_job(job_folder)


def test_a_machine_that_this_hub_does_not_know(catalogue: fw.Catalogue, job_folder: Path) -> None:
    edit_manifest(job_folder, lambda m: m["machine"].update(id="elsewhere-1"))
    with pytest.raises(fw.UnknownNameError, match="unknown machine 'elsewhere-1'"):
        catalogue.verify_job(job_folder)


def test_a_truncated_archive(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    archive = catalogue.get("card").configure().make("desk-plotter", "paper").save(tmp_path, single_file=True)
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(fw.BundleError, match="not a readable job archive"):
        catalogue.verify_job(archive)


def test_two_archives_of_one_order_are_equal(catalogue: fw.Catalogue, tmp_path: Path) -> None:
    card = catalogue.get("card").configure({"width_mm": 70})
    first = card.make("desk-plotter", "paper").save(tmp_path / "a", single_file=True)
    second = card.make("desk-plotter", "paper").save(tmp_path / "b", single_file=True)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
