"""Plan to toolpath: start, prime, layers, end, with every event in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.fdm.cooling import fan_fractions, slowdown
from fabwright.machines.fdm.events import Timeline, layer_events, object_events
from fabwright.machines.fdm.facts import print_facts, thumbnails
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.motion import LAY, LIFT, PUSH, TRAVEL, Rows, lay_out
from fabwright.machines.fdm.order import Ordered, travel_order
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.plan import Finish, LayBeads, Prime, PrintJob
from fabwright.machines.fdm.settings import CUSTOM, ROLES, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.timing import Track, move_times_s
from fabwright.model import (
    BedTemperature,
    Event,
    Fan,
    Floats,
    Home,
    LayerStart,
    MotorsOff,
    MoveKind,
    Moves,
    NozzleTemperature,
    Plan,
    Progress,
    RoleStart,
    Toolpath,
    ToolpathFile,
)

# Height at which the nozzle moves before it has anything below it, and the rise above the finished part, mm.
CLEAR_MM, RISE_MM = 5.0, 10.0
# Slowing is repeated, since beads that never reach their speed gain little time from a lower one.
COOLING_ROUNDS, COOLED = 8, 1.005
PRIME_MM_S = 15.0
PRIME_WIDTH_MM = 0.8


def print_toolpath(plan: Plan) -> Toolpath:
    """One program for everything on the bed."""
    prime, lay, finish = plan.operations
    job: PrintJob = plan.context
    ordered = travel_order(lay.paths, prime.end_mm)
    rows = lay_out(lay.paths, ordered, lay.grid.tops_mm, prime.end_mm, job.settings)
    rows, layer_s = _cooled(rows, lay, ordered, job)
    head, tail = _prime_rows(prime, job), _finish_rows(finish, rows, lay, job)
    moves = _moves(head, rows, tail, lay.paths.role[ordered.path])
    events = _events(len(head[0]), rows, lay, ordered, layer_s, job)
    times = _times(moves, job)
    time_s = float(times.sum())
    facts = print_facts(job, float(moves.e_mm.sum()) + job.settings.retraction_mm, time_s, lay.grid.tops_mm)
    file = ToolpathFile("print", moves, events, ROLES, facts, thumbnails(job.meshes, plan.setup.placements))
    return Toolpath((file,))


def _times(moves: Moves, job: PrintJob) -> Floats:
    motion = job.machine.profile.motion
    step = np.diff(np.stack([moves.x, moves.y, moves.z], axis=1), axis=0, prepend=[[moves.x[0], moves.y[0],
                                                                                    moves.z[0]]])
    flat = np.hypot(step[:, 0], step[:, 1])
    acceleration = np.where(flat > 0.0, np.where(moves.kind == MoveKind.RAPID, motion.travel_acceleration_mm_s2,
                                                 motion.acceleration_mm_s2),
                            np.where(step[:, 2] != 0.0, motion.z_acceleration_mm_s2, motion.e_acceleration_mm_s2))
    return move_times_s(Track(step, moves.e_mm, moves.feed_mm_min / 60.0, acceleration), motion.corner_mm_s)


def _cooled(rows: Rows, lay: LayBeads, ordered: Ordered, job: PrintJob) -> tuple[Rows, Floats]:
    """Slow the beads of layers that would take less than the minimum time; also the time of each layer."""
    settings = job.settings
    layer = lay.paths.layer[ordered.path][rows.path]
    laying = rows.kind == LAY
    for _ in range(COOLING_ROUNDS):
        times = _times(_moves(None, rows, None, lay.paths.role[ordered.path]), job)
        layer_s = np.asarray(np.bincount(layer, times, len(lay.grid)), dtype=np.float64)
        bead_s = np.asarray(np.bincount(layer[laying], times[laying], len(lay.grid)), dtype=np.float64)
        factor = slowdown(layer_s, bead_s, settings)
        if not np.any(factor > COOLED):
            break
        slow = np.maximum(rows.speed_mm_s / factor[layer], np.minimum(rows.speed_mm_s, settings.min_speed_mm_s))
        rows = replace(rows, speed_mm_s=np.where(laying, slow, rows.speed_mm_s))
    return rows, layer_s


Block = tuple[Floats, Floats, Floats, Floats, Floats, np.ndarray]


def _prime_rows(prime: Prime, job: PrintJob) -> Block:
    """Down beside the bed's edge and one wide line; ends with the nozzle on the line's end."""
    settings = job.settings
    (x0, y0), (x1, y1) = prime.start_mm, prime.end_mm
    height = settings.first_layer_height_mm
    area = bead_spacing_mm(PRIME_WIDTH_MM, height) * height
    pushed = float(np.hypot(x1 - x0, y1 - y0)) * area / settings.filament_area_mm2
    speed = min(PRIME_MM_S, settings.max_flow_mm3_s / area)
    table = [(x0, y0, CLEAR_MM, 0.0, settings.travel_z_mm_s, LIFT), (x0, y0, CLEAR_MM, 0.0, settings.travel_mm_s,
                                                                     TRAVEL),
             (x0, y0, height, 0.0, settings.travel_z_mm_s, LIFT), (x1, y1, height, pushed, speed, LAY)]
    return _block(table)


def _finish_rows(finish: Finish, rows: Rows, lay: LayBeads, job: PrintJob) -> Block:
    settings = job.settings
    x, y, z = float(rows.x[-1]), float(rows.y[-1]), float(rows.z[-1])
    highest = job.machine.profile.bed.travel_high_mm[2]
    up = round(min(z + RISE_MM, highest), 3)
    if up <= z:
        raise PlanError(f"the part reaches {z:.2f} mm, the travel ends at {highest:.2f} mm: there is no room to lift "
                        "the nozzle off the finished part; use a taller machine")
    pull = [(x, y, z, -settings.retraction_mm, settings.retraction_mm_s, PUSH)] if settings.retraction_mm else []
    return _block([*pull, (x, y, up, 0.0, settings.travel_z_mm_s, LIFT),
                   (*finish.park_mm, up, 0.0, settings.travel_mm_s, TRAVEL)])


def _block(table: list[tuple[float, float, float, float, float, int]]) -> Block:
    x, y, z, e, speed, kind = (np.asarray(c) for c in zip(*table, strict=True))
    return x, y, z, e, speed, kind


def _moves(head: Block | None, rows: Rows, tail: Block | None, role: np.ndarray) -> Moves:
    """The columns of the whole program."""
    none = (np.empty(0),) * 6
    body = (rows.x, rows.y, rows.z, rows.e_mm, rows.speed_mm_s, rows.kind)
    before, after = head or none, tail or none
    x, y, z, e, speed, kind = (np.concatenate([a, b, c]) for a, b, c in zip(before, body, after, strict=True))
    roles = np.concatenate([np.full(len(before[0]), CUSTOM), role[rows.path], np.full(len(after[0]), CUSTOM)])
    rapid = (kind == TRAVEL) | (kind == LIFT)
    zero = np.zeros(len(x))
    return Moves(np.where(rapid, MoveKind.RAPID, MoveKind.LINEAR).astype(np.uint8), np.round(x, 3), np.round(y, 3),
                 np.round(z, 3), zero, zero, np.maximum(np.floor(speed * 60.0), 1.0), e, roles.astype(np.uint8))


def _events(offset: int, rows: Rows, lay: LayBeads, ordered: Ordered, layer_s: Floats, job: PrintJob
            ) -> tuple[tuple[int, Event], ...]:
    settings = job.settings
    line = Timeline()
    for event in _warm_up(job):
        line.add(0, event)
    line.add(0, RoleStart(CUSTOM, PRIME_WIDTH_MM))
    _layer_timeline(line, offset, rows, lay.paths, lay.grid, ordered, layer_s, job)
    end = offset + len(rows)
    line.add(end, RoleStart(CUSTOM))
    line.add(end, Fan(0.0))
    after = end + (3 if settings.retraction_mm else 2)
    for last in (NozzleTemperature(0.0, False), BedTemperature(0.0, False), Progress(100, 0.0), MotorsOff()):
        line.add(after, last)
    return line.events()


def _warm_up(job: PrintJob) -> tuple[Event, ...]:
    """Home, then heat and wait: nothing is pushed before both targets have been reached."""
    settings, extruder = job.settings, job.machine.profile.extruder
    homing = (NozzleTemperature(extruder.home_nozzle_c, True),) if extruder.home_nozzle_c else ()
    return (Fan(0.0), BedTemperature(settings.first_layer_bed_c, False), *homing, Home(),
            BedTemperature(settings.first_layer_bed_c, True), NozzleTemperature(settings.first_layer_nozzle_c, True))


def _layer_timeline(line: Timeline, offset: int, rows: Rows, paths: Paths, grid: LayerGrid, ordered: Ordered,
                    layer_s: Floats, job: PrintJob) -> None:
    settings: PrintSettings = job.settings
    layer = paths.layer[ordered.path]
    starts = np.flatnonzero(np.concatenate([[True], layer[1:] != layer[:-1]]))
    fan = fan_fractions(layer_s, settings)
    remaining = np.concatenate([np.cumsum(layer_s[::-1])[::-1], [0.0]])
    for k, first in enumerate(starts.tolist()):
        index = int(layer[first])
        row = offset + int(rows.first[first])
        before = int(layer[int(starts[k - 1])]) if k else -1
        for skipped in range(before + 1, index):  # nothing of it can be printed; its number is kept
            line.add(row, LayerStart(skipped, round(float(grid.tops_mm[skipped]), 6),
                                     round(float(grid.heights_mm[skipped]), 6)))
        for event in layer_events(index, grid, settings, fan, remaining):
            line.add(row, event)
        stop = int(starts[k + 1]) if k + 1 < len(starts) else len(layer)
        object_events(line, range(first, stop), offset, rows, paths, ordered, job)
