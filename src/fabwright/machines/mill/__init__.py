"""Three-axis milling from a block in one setup: roughing, level floors, ball-nose finishing, cut-out."""

from __future__ import annotations

from fabwright.machines.mill.rules import MillClass, first_run_note

MACHINE_CLASS = MillClass()

__all__ = ["MACHINE_CLASS", "MillClass", "first_run_note"]
