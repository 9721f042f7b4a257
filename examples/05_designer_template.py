"""Designer: a product is a folder. This writes one, opens it and makes it. Run: python 05_designer_template.py OUT"""

from __future__ import annotations

import sys
from pathlib import Path

import fabwright as fw

DESIGN = '''"""A spacer ring."""

from fabwright.design import Body, CriticalDimension, Making, Options, Part, Problem, length, rule


class Spacer(Options):
    """A ring of plastic."""

    outer_mm: float = length(20, 8, 80, step=0.5, group="Size", label="Outer diameter", help="Measured across.")
    bore_mm: float = length(8.4, 2, 60, step=0.1, group="Size", label="Bore", help="The bolt goes through here.")
    height_mm: float = length(6, 2, 60, step=0.5, group="Size", label="Height", help="Along the bolt.")

    @rule("wall-left", "outer_mm", "bore_mm")
    def _wall(self):
        wall = (self.outer_mm - self.bore_mm) / 2
        if wall < 2:
            yield Problem("bore_mm", f"leaves a wall of {wall:.2f} mm; at least 2 mm is needed", self.outer_mm - 4)


OPTIONS = Spacer


def build(options: Spacer, making: Making) -> Part:
    """The ring, its bore widened by what this machine closes holes by."""
    import cadquery as cq

    bore = options.bore_mm + making.hole_compensation_mm
    ring = cq.Workplane().circle(options.outer_mm / 2).circle(bore / 2).extrude(options.height_mm)
    body = Body("spacer", ring.val(), expected_bounds_mm=(options.outer_mm, options.outer_mm, options.height_mm))
    size = CriticalDimension("bore", options.bore_mm, 0.2, 0.1, "mm", "pin gauge", "spacer")
    return Part(bodies=(body,), critical_dimensions=(size,))
'''

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
folder = out / "my-designs" / "spacer"
folder.mkdir(parents=True, exist_ok=True)
(folder / "design.py").write_text(DESIGN)
(folder / "design.toml").write_text(
    'id = "spacer"\nversion = "0.1.0"\nlicence = "CC0-1.0"\ntitle = "Spacer ring"\nsummary = "A ring."\n'
    '[classes.fdm]\nsummary = "printed standing"\n[refused.laser]\nreason = "it is taller than any sheet"\n')
(folder / "cases.toml").write_text('[[case]]\nname = "default"\nclasses = ["fdm"]\n')
(folder / "CHANGELOG.md").write_text("# 0.1.0\n\nFirst.\n")

spacer = fw.open_catalogue(designs=[out / "my-designs"]).get("spacer")
job = spacer.configure({"outer_mm": 16}).make("ender-3-v3", "pla")
print(job.name, "passed" if job.verdict.passed else "failed", f"{job.price_drivers['time_s'] / 60:.1f} min")

try:
    spacer.configure({"outer_mm": 10, "bore_mm": 9})
except fw.OptionErrors as errors:
    print(errors)
else:
    raise SystemExit("that wall should have been refused")
