"""Every named case of every design, through the whole line, on a machine of each class it is built for."""

from __future__ import annotations

from pathlib import Path

import pytest

import fabwright as fw

pytestmark = pytest.mark.sweep

# The roomiest machine of each class: cases are about the design, not about who has a large enough bed.
MACHINES = {
    "fdm": ("voron-2.4-350", "petg"),
    "laser": ("grbl-laser-600x400", "acrylic-3mm"),
    "mill": ("grbl-router-800", "eva-40"),
}
CASES = [(design.id, case.name, machine_class) for design in fw.open_catalogue().designs()
         for case in design.release.cases() for machine_class in case.classes]


@pytest.mark.parametrize(("design_id", "case_name", "machine_class"), CASES)
def test_case_becomes_a_verified_job(design_id: str, case_name: str, machine_class: str, tmp_path: Path) -> None:
    catalogue = fw.open_catalogue()
    design = catalogue.get(design_id)
    (case,) = (c for c in design.release.cases() if c.name == case_name)
    variant = design.configure(case.options, base_folder=design.release.folder)
    machine, material = MACHINES[machine_class]
    job = variant.make(machine, material)
    assert job.verdict.passed
    assert job.manifest["critical_dimensions"]
    assert catalogue.verify_job(job.save(tmp_path)).passed
