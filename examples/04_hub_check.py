"""Hub: check a job before it touches the machine. Run: python 04_hub_check.py OUT"""

from __future__ import annotations

import sys
from pathlib import Path

import fabwright as fw

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
catalogue = fw.open_catalogue()
variant = catalogue.get("enclosure").configure({"board": "arduino-nano"})
job = variant.make("grbl-laser-600x400", "acrylic-3mm", measured_thickness_mm=2.87)
archive = job.save(out, single_file=True)

verdict = catalogue.verify_job(archive)
for check in verdict.checks:
    print(f"{check.status:7} {check.name}: {check.message}")
for sentence in verdict.not_checked:
    print("not checked:", sentence)
assert verdict.passed

damaged = out / "damaged.fabjob"
damaged.write_bytes(archive.read_bytes().replace(b"M5", b"M3", 1))
try:
    catalogue.verify_job(damaged)
except fw.BundleError as error:
    print("refused:", error)
else:
    raise SystemExit("an altered job should have been refused")
