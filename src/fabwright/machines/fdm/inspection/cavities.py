"""Closed cavities, from which nothing comes out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabwright.geometry.shells import shells
from fabwright.machines.fdm.inspection.body import CutBody, finding
from fabwright.model import Finding, Severity

# Smaller ones hold nothing that matters.
CAVITY_MM3 = 1.0
SHOWN = 3


def cavity_findings(body: CutBody) -> Iterator[Finding]:
    """A warning for every closed cavity, largest first, three at most."""
    for shell in [s for s in shells(body.placed) if s.volume_mm3 < -CAVITY_MM3][:SHOWN]:
        centre = np.round((shell.low_mm + shell.high_mm) / 2.0, 1) + 0.0
        yield finding("cavity-closed", Severity.WARNING, body.name,
                      f"A closed cavity of {-shell.volume_mm3:.0f} mm3 lies around x = {centre[0]:.1f}, y = "
                      f"{centre[1]:.1f}, z = {centre[2]:.1f} mm; supports and what else gets into it stay there.",
                      -shell.volume_mm3, CAVITY_MM3, "mm3", "Give it an opening, or order it without supports.",
                      "chosen, see CAVITY_MM3")
