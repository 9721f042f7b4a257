"""Bodies together or one after the other, and the room that the head needs between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.fdm.order import Ordered, executed, travel_order
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Ints, Mesh

# The head is taken this much wider than the profile says: its outline is known to about as much.
HEAD_SLACK_MM = 5.0


def in_turn(settings: PrintSettings, bodies: int) -> bool:
    """Whether bodies are finished one after the other."""
    return settings.sequence == "one-at-a-time" and bodies > 1


def spacing_between_mm(meshes: Sequence[Mesh], settings: PrintSettings) -> float:
    """Least distance between two bodies: what the order says, and for bodies printed in turn the head's radius.

    Raises PlanError where a body that others follow reaches up to what carries the head.
    """
    if not in_turn(settings, len(meshes)):
        return settings.spacing_mm
    heights = [float(np.ptp(mesh.vertices[:, 2])) for mesh in meshes]
    for body in turns(heights)[:-1]:
        if heights[body] > settings.clearance_height_mm:
            raise PlanError(
                f"{meshes[body].name} is {heights[body]:.2f} mm high; printed one at a time, every body but the last "
                f"may be {settings.clearance_height_mm:g} mm high, or what carries the head would hit it; print the "
                "bodies together")
    return max(settings.spacing_mm, settings.clearance_radius_mm + HEAD_SLACK_MM)


def turns(heights_mm: Sequence[float]) -> list[int]:
    """Bodies in the order in which they are finished: lowest first."""
    return sorted(range(len(heights_mm)), key=lambda body: (heights_mm[body], body))


def sequenced(paths: Paths, island: Ints, heights_mm: Sequence[float], start_mm: tuple[float, float],
              settings: PrintSettings) -> Ordered:
    """All paths in order: layer by layer, or body after body; what belongs to no body comes first.

    `island` (k,) as for `travel_order`; `heights_mm` of the bodies.
    """
    if not in_turn(settings, len(heights_mm)):
        return travel_order(paths, island, start_mm, settings.wall_order)
    at, parts = start_mm, []
    for body in (-1, *turns(heights_mm)):
        own = np.flatnonzero(paths.body == body)
        if len(own):
            chosen = paths.chosen(own)
            part = travel_order(chosen, island[own], at, settings.wall_order)
            run = executed(chosen, part)
            at = float(run.points[-1, 0]), float(run.points[-1, 1])
            parts.append(Ordered(own[part.path], part.turn))
    return Ordered(np.concatenate([p.path for p in parts]), np.concatenate([p.turn for p in parts]))
