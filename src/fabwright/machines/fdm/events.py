"""Events between the moves: layers, fan, temperatures, progress, objects and roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from fabwright.machines.fdm.settings import PrintSettings, bead_width_mm
from fabwright.model import (
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


class Timeline:
    """Events being collected, each with the move before which it happens."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []

    def add(self, at: int, event: Event) -> None:
        """Append; moves never go back."""
        self._events.append((at, event))

    def events(self) -> tuple[tuple[int, Event], ...]:
        """All events, ordered by move, in the order they were added."""
        return tuple(sorted(self._events, key=lambda pair: pair[0]))


def layer_events(index: int, grid: LayerGrid, settings: PrintSettings, fan: Floats, remaining_s: Floats
                 ) -> Iterator[Event]:
    """What happens before the first move of a layer."""
    total = max(float(remaining_s[0]), 1e-9)
    yield LayerStart(index, round(float(grid.tops_mm[index]), 6), round(float(grid.heights_mm[index]), 6))
    yield Progress(int(100.0 * (1.0 - float(remaining_s[index]) / total)), round(float(remaining_s[index]), 1))
    if index == 1:
        if settings.nozzle_c != settings.first_layer_nozzle_c:
            yield NozzleTemperature(settings.nozzle_c, False)
        if settings.bed_c != settings.first_layer_bed_c:
            yield BedTemperature(settings.bed_c, False)
    if index > 0 and fan[index] != fan[index - 1]:
        yield Fan(float(fan[index]))


def object_events(line: Timeline, span: range, offset: int, rows: Rows, paths: Paths, ordered: Ordered, job: PrintJob
                  ) -> None:
    """Object and role changes among the paths of one layer."""
    body = role = -9
    for at in span:
        path = int(ordered.path[at])
        row = offset + int(rows.first[at])
        if int(paths.body[path]) != body:
            if body >= 0:
                line.add(row, ObjectEnd(job.placed[body].name))
            body = int(paths.body[path])
            if body >= 0:
                line.add(row, _object_start(job, body))
            role = -9
        if int(paths.role[path]) != role:
            role = int(paths.role[path])
            spacing = float(paths.spacing_mm[paths.start[path]])
            line.add(row, RoleStart(role, round(bead_width_mm(spacing, float(paths.height_mm[path])), 3)))
    if body >= 0:
        last = span.stop
        row = offset + (int(rows.first[last]) if last < len(rows.first) else len(rows))
        line.add(row, ObjectEnd(job.placed[body].name))


def _object_start(job: PrintJob, body: int) -> ObjectStart:
    placed = job.placed[body]
    low, high = placed.vertices.min(axis=0), placed.vertices.max(axis=0)
    middle = np.round((low + high) / 2.0, 3)
    x0, y0, x1, y1 = (round(float(v), 3) for v in (low[0], low[1], high[0], high[1]))
    return ObjectStart(placed.name, (float(middle[0]), float(middle[1])), ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
