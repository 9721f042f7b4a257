"""Planned contours as typed moves and events: beam on only from the first cutting move of a contour to its last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fabwright.errors import InternalError
from fabwright.geometry.contours import STRAIGHT_BULGE, arc_centres, head, segments
from fabwright.machines._cut2d.timing import Motion, MotionRates, move_times_s
from fabwright.machines.laser.operations import BeamContext, CutContour, MarkContour
from fabwright.model import (
    AirAssist,
    BeamOff,
    BeamOn,
    Contour,
    Event,
    MoveKind,
    Moves,
    Plan,
    Remark,
    RoleStart,
    Toolpath,
    ToolpathFile,
)

ROLES = ("Engrave", "Score", "Inner cut", "Outer cut")
#: Longest name of a contour in a comment, characters: a GRBL line holds 79.
LABEL_MAX = 60
#: Segments shorter than a step of the controller's grid are joined to the next, mm.
GRID_MM = 0.001
#: An arc that leaves its chord by less than this is written as a line, mm: half a step of the grid.
FLAT_ARC_MM = 0.0005


@dataclass(slots=True)
class _Tape:
    """Rows of moves (kind, x, y, i, j, feed, role) and events as they are laid down."""

    rows: list[tuple[float, ...]] = field(default_factory=list)
    events: list[tuple[int, Event]] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    role: int = -1
    air: bool = False

    def event(self, event: Event) -> None:
        self.events.append((len(self.rows), event))

    def rapid(self, x: float, y: float, feed: float) -> None:
        self.rows.append((MoveKind.RAPID, x, y, 0.0, 0.0, feed, self.role))
        self.x, self.y = x, y

    def follow(self, contour: Contour, feed: float) -> None:
        """Along a contour whose first vertex is here; grid-small segments are left to the next one."""
        table = segments(contour)
        centres, _, _ = arc_centres(table)
        for k in range(len(table)):
            x, y, bulge = table[k, 2], table[k, 3], table[k, 4]
            arc = abs(bulge) > STRAIGHT_BULGE and abs(bulge) * math.dist(table[k, :2], (x, y)) / 2 > FLAT_ARC_MM
            if not arc and math.hypot(x - self.x, y - self.y) < GRID_MM and k < len(table) - 1:
                continue
            if arc:
                kind = MoveKind.ARC_CCW if bulge > 0 else MoveKind.ARC_CW
                self.rows.append((kind, x, y, centres[k, 0] - self.x, centres[k, 1] - self.y, feed, self.role))
            else:
                self.rows.append((MoveKind.LINEAR, x, y, 0.0, 0.0, feed, self.role))
            self.x, self.y = float(x), float(y)


def toolpath(plan: Plan) -> Toolpath:
    """One file a sheet, named sheet-1, sheet-2, ..."""
    context: BeamContext = plan.context
    if plan.machine_class != "laser" or not isinstance(context, BeamContext):
        raise InternalError(f"a plan of class {plan.machine_class} was handed to the laser's toolpath")
    return Toolpath(tuple(_file(sheet, [o for o in plan.operations if o.sheet == sheet], context)
                          for sheet in range(context.sheets)))


def _file(sheet: int, operations: Sequence[MarkContour | CutContour], context: BeamContext) -> ToolpathFile:
    tape = _Tape()
    for operation in operations:
        _work(tape, operation, context)
    if tape.air:
        tape.event(AirAssist(False))
    tape.rapid(0.0, 0.0, context.rapid_mm_min)
    moves = _moves(tape.rows)
    facts: dict[str, str | float | int] = {
        "title": f"sheet {sheet + 1} of {context.sheets}: {context.title}",
        "estimated_time_s": round(_time_s(moves, tape.events, context), 1), "sheet": sheet + 1}
    return ToolpathFile(f"sheet-{sheet + 1}", moves, tuple(tape.events), ROLES, facts)


def _work(tape: _Tape, operation: MarkContour | CutContour, context: BeamContext) -> None:
    role = ROLES.index(operation.role)
    tape.event(Remark(operation.label[:LABEL_MAX]))
    if role != tape.role:
        tape.event(RoleStart(role))
        tape.role = role
    lead = operation.lead if isinstance(operation, CutContour) else None
    start = (lead or operation.path).vertices[0]
    tape.rapid(float(start[0]), float(start[1]), context.rapid_mm_min)
    air = isinstance(operation, CutContour) and operation.air_assist
    if air != tape.air:
        tape.event(AirAssist(air))
        tape.air = air
    tape.event(BeamOn(operation.power_w, dynamic=True))
    if lead is not None:
        tape.follow(lead, operation.feed_mm_min)
    if isinstance(operation, CutContour):
        for _ in range(operation.passes):
            tape.follow(operation.path, operation.feed_mm_min)
        if operation.overcut_mm > 0:
            tape.follow(head(operation.path, operation.overcut_mm), operation.feed_mm_min)
    else:
        tape.follow(operation.path, operation.feed_mm_min)
    tape.event(BeamOff())


def _moves(rows: Sequence[tuple[float, ...]]) -> Moves:
    table = np.array(rows, dtype=np.float64)
    zero = np.zeros(len(table))
    return Moves(table[:, 0].astype(np.uint8), table[:, 1].copy(), table[:, 2].copy(), zero, table[:, 3].copy(),
                 table[:, 4].copy(), table[:, 5].copy(), zero.copy(), np.maximum(table[:, 6], 0).astype(np.uint8))


def _time_s(moves: Moves, events: Sequence[tuple[int, Event]], context: BeamContext) -> float:
    end = np.column_stack([moves.x, moves.y])
    start = np.vstack([np.zeros((1, 2)), end[:-1]])
    centre = np.where((moves.kind >= 2)[:, None], start + np.column_stack([moves.i, moves.j]), np.nan)
    halts = np.zeros(len(end), dtype=np.bool_)
    halts[[at for at, e in events if isinstance(e, BeamOn | BeamOff | AirAssist) and at < len(end)]] = True
    rates = MotionRates(context.rapid_mm_min, context.acceleration_mm_s2, context.junction_deviation_mm)
    return float(move_times_s(Motion(moves.kind, start, end, centre, moves.feed_mm_min, halts), rates).sum())
