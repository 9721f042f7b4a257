"""Storefront: every problem has a path, a sentence and the nearest value that would do."""

from __future__ import annotations

import fabwright as fw

insole = fw.open_catalogue().get("insole")
try:
    insole.configure({"foot_length_mm": 400, "arch_mm": float("nan"), "colour": "red"})
except fw.OptionErrors as errors:
    for problem in errors:
        print(f"{problem.path}: {problem.message} -> nearest valid: {problem.nearest}")
else:
    raise SystemExit("these options should have been refused")
