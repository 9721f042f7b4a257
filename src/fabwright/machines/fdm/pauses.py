"""Stops at which a person changes the filament or lays something in."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.errors import PlanError
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.passes import Passes
from fabwright.machines.fdm.sequence import in_turn
from fabwright.machines.fdm.settings import PrintSettings


@dataclass(frozen=True, slots=True)
class Stops:
    """Places in the order before which the print stops (ascending), and why."""

    position: tuple[int, ...]
    reason: tuple[str, ...]


def stops_of(passes: Passes, grid: LayerGrid, bodies: int, settings: PrintSettings) -> Stops:
    """One stop for each height of `settings.pauses_mm`: before the first layer whose top lies above it.

    Raises PlanError for a height that the print does not reach, and for stops in bodies printed one after the other,
    where the second body would begin in the first one's last colour.
    """
    if not settings.pauses_mm:
        return Stops((), ())
    if in_turn(settings, bodies):
        raise PlanError("pauses_mm cannot be used when bodies are printed one at a time: each would begin with what "
                        "the one before it ended with; set sequence to together")
    found: dict[int, str] = {}
    tops = grid.tops_mm[passes.layer]
    for height in settings.pauses_mm:
        above = (tops > height).nonzero()[0]
        if not len(above):
            raise PlanError(f"pauses_mm: nothing is printed above {height:g} mm, the last layer ends at "
                            f"{float(grid.tops_mm[-1]):g} mm; leave this pause out")
        at = int(above[0])
        found[int(passes.first[at])] = f"pause at {height:g} mm, then go on with the layer up to {tops[at]:g} mm"
    return Stops(tuple(sorted(found)), tuple(found[k] for k in sorted(found)))
