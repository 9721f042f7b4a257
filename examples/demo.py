"""`make demo`: two designs on four machines, each a verified job in out/, and a table of what came out."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fabwright as fw
from fabwright.bundle.setup_sheet import duration_text
from fabwright.cli.output import print_table, say, stage_progress
from fabwright.model import number_text
from fabwright.pipeline import STAGES, first_run_note


@dataclass(frozen=True)
class Wish:
    """One line of the demonstration."""

    design: str
    options: dict[str, Any]
    machine: str
    material: str
    measured_thickness_mm: float | None = None


WISHES = (
    Wish("insole", {"eu_size": 42, "side": "left"}, "prusa-mk4s", "tpu-95a"),
    Wish("insole", {"eu_size": 42, "side": "left"}, "grbl-router-800", "eva-40"),
    Wish("enclosure", {"board": "raspberry-pi-4"}, "prusa-mk4s", "petg"),
    Wish("enclosure", {"board": "raspberry-pi-4"}, "grbl-laser-600x400", "acrylic-3mm", 2.87),
)

DEVIATIONS = ("volume_deviation_pct", "area_deviation_max_pct", "boundary_p99_mm", "gouge_max_mm", "excess_p99_mm",
              "edge_deviation_max_mm")
MATERIAL = ("filament_g", "removed_cm3", "cut_length_mm")


def main(out: Path) -> int:
    """Make every wish; returns the exit code."""
    catalogue = fw.open_catalogue()
    rows = []
    for wish in WISHES:
        began = time.perf_counter()
        title = f"{wish.design} on {wish.machine}"
        if note := first_run_note(catalogue.machine(wish.machine)):
            say(note)
        try:
            with stage_progress(STAGES, title, quiet=False) as on_stage:
                variant = catalogue.get(wish.design).configure(wish.options)
                job = variant.make(wish.machine, wish.material, wish.measured_thickness_mm, on_stage=on_stage)
        except fw.FabwrightError as error:
            say(f"{title}: {error}")
            return error.exit_code
        folder = job.save(out)
        rows.append(_row(wish, job, time.perf_counter() - began, folder))
    print_table(["design", "machine", "material", "on the machine", "uses", "deviations found", "verdict", "files",
                 "made in"], rows)
    print(f"jobs are in {out}/; open a setup-sheet.html there")
    return 0


def _figures(figures: Any, names: tuple[str, ...]) -> str:
    return ", ".join(f"{n} {number_text(figures[n], 3)}" for n in names if n in figures)


def _row(wish: Wish, job: fw.Job, seconds: float, folder: Path) -> list[str]:
    figures = job.verdict.figures
    verdict = "passed" if job.verdict.passed else "FAILED"
    return [wish.design, wish.machine, wish.material, duration_text(figures["time_s"]), _figures(figures, MATERIAL),
            _figures(figures, DEVIATIONS), f"{verdict} ({len(job.verdict.checks)} checks)", f"{len(job.files)}",
            f"{seconds:.1f} s"]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out")))
