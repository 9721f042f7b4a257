"""Events between the moves: layers, fan, temperatures, accelerations, progress, objects and roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fabwright.geometry.regions import hull_of
from fabwright.machines.fdm.settings import BRIDGE, OVERHANG, PrintSettings, bead_width_mm
from fabwright.model import (
    Acceleration,
    BedTemperature,
    Event,
    Fan,
    Floats,
    LayerStart,
    NozzleTemperature,
    ObjectEnd,
    ObjectStart,
    Progress,
    RoleStart,
)

if TYPE_CHECKING:
    from fabwright.machines.fdm.layers import LayerGrid
    from fabwright.machines.fdm.motion import Rows
    from fabwright.machines.fdm.order import Ordered
    from fabwright.machines.fdm.paths import Paths
    from fabwright.machines.fdm.plan import PrintJob

# An object's outline is told with this much less detail.
OUTLINE_MM = 0.5


class Timeline:
    """Events being collected, each with the move before which it happens."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []
        self._gain = Acceleration(0.0)
        self._fan = 0.0

    def add(self, at: int, event: Event) -> None:
        """Append; moves never go back."""
        self._events.append((at, event))

    def accelerate(self, at: int, event: Acceleration) -> None:
        """Append where it changes anything."""
        if event != self._gain:
            self._gain = event
            self.add(at, event)

    def blow(self, at: int, fraction: float) -> None:
        """Set the fan where that changes anything."""
        if fraction != self._fan:
            self._fan = fraction
            self.add(at, Fan(fraction))

    def events(self) -> tuple[tuple[int, Event], ...]:
        """All events, ordered by move, in the order they were added."""
        return tuple(sorted(self._events, key=lambda pair: pair[0]))


def layer_events(index: int, first: bool, grid: LayerGrid, settings: PrintSettings, remaining_s: float, total_s: float
                 ) -> Iterator[Event]:
    """What happens before the first move of a layer; `first` where it is the second layer's first time."""
    yield LayerStart(index, round(float(grid.tops_mm[index]), 6), round(float(grid.heights_mm[index]), 6))
    yield Progress(int(100.0 * (1.0 - remaining_s / max(total_s, 1e-9))), round(remaining_s, 1))
    if first:
        if settings.nozzle_c != settings.first_layer_nozzle_c:
            yield NozzleTemperature(settings.nozzle_c, False)
        if settings.bed_c != settings.first_layer_bed_c:
            yield BedTemperature(settings.bed_c, False)


def path_events(line: Timeline, span: range, fan: float, offset: int, rows: Rows, paths: Paths, ordered: Ordered,
                starts: dict[int, ObjectStart], height_mm: float, settings: PrintSettings) -> None:
    """Object, role, acceleration and fan changes among the paths of one pass, whose fan and layer height are given."""
    body, role, wide, tall = -9, -1, -1.0, height_mm
    order = ordered.path[span.start:span.stop]
    bodies, roles, layers = (column[order].tolist() for column in (paths.body, paths.role, paths.layer))
    spacing, heights = paths.spacing_mm[paths.start[order]].tolist(), paths.height_mm[order].tolist()
    firsts = rows.first[span.start:span.stop].tolist()
    for k, first in enumerate(firsts):
        row = offset + first
        if bodies[k] != body:
            if body >= 0:
                line.add(row, ObjectEnd(starts[body].name))
            body = bodies[k]
            if body >= 0:
                line.add(row, starts[body])
            role = -1
        if roles[k] != role or heights[k] != tall or abs(spacing[k] - wide) > 0.02:
            if roles[k] != role:
                blown = _role_fan(roles[k], fan, layers[k], settings)
                line.accelerate(row, acceleration(roles[k], layers[k], settings))
                line.blow(row, blown)
            new = round(heights[k], 3) if heights[k] != tall else 0.0
            role, wide, tall = roles[k], spacing[k], heights[k]
            line.add(row, RoleStart(role, round(bead_width_mm(wide, tall), 3), new))
    if body >= 0:
        row = offset + (int(rows.first[span.stop]) if span.stop < len(rows.first) else len(rows))
        line.add(row, ObjectEnd(starts[body].name))


def _role_fan(role: int, fan: float, layer: int, settings: PrintSettings) -> float:
    """Bridges and overhangs are blown upon, from the layer on where the fan may run."""
    if role in (BRIDGE, OVERHANG) and layer >= settings.fan_off_layers:
        return max(fan, settings.bridge_fan)
    return fan


def acceleration(role: int, layer: int, settings: PrintSettings) -> Acceleration:
    """What a role of a layer runs at."""
    gain = settings.acceleration_mm_s2(role)
    if layer == 0:
        gain = min(gain, settings.first_layer_mm_s2)
    return Acceleration(gain, settings.travel_mm_s2)


def object_starts(job: PrintJob) -> dict[int, ObjectStart]:
    """Name, centre and outline of every body as it stands on the bed."""
    starts: dict[int, ObjectStart] = {}
    for body, placed in enumerate(job.placed):
        outline = _outline(placed.vertices[:, :2])
        low, high = outline.min(axis=0), outline.max(axis=0)
        middle = np.round((low + high) / 2.0, 3)
        starts[body] = ObjectStart(placed.name, (float(middle[0]), float(middle[1])),
                                   tuple((round(float(x), 3), round(float(y), 3)) for x, y in outline))
    return starts


def _outline(points: Floats) -> Floats:
    """Convex outline (n, 2) with little detail."""
    hull = hull_of(points)
    # A body thinner than the detail would have no outline left.
    rings = hull.simplified(OUTLINE_MM).polygons() or hull.polygons()
    return np.asarray(rings[0] if rings else points[:1])
