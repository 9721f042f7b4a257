"""Plan to toolpath: start, prime, layers, end, with every event in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.fdm.arcs import fitted
from fabwright.machines.fdm.cooling import fan_fractions, slowdown
from fabwright.machines.fdm.events import Timeline, layer_events, object_starts, path_events
from fabwright.machines.fdm.facts import print_facts, thumbnails
from fabwright.machines.fdm.islands import islands_of
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.motion import LAY, LIFT, PUSH, TRAVEL, Rows, lay_out
from fabwright.machines.fdm.order import Ordered, executed, travel_order
from fabwright.machines.fdm.passes import Passes, passes_of
from fabwright.machines.fdm.paths import Paths
from fabwright.machines.fdm.plan import Finish, LayBeads, Prime, PrintJob
from fabwright.machines.fdm.settings import CUSTOM, ROLES, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.timing import Track, accelerations_mm_s2, corners_of, move_times_s
from fabwright.machines.fdm.vase import vase_heights
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
    Pause,
    Plan,
    PressureAdvance,
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
    paths, settings = lay.paths, job.settings
    ordered = _ordered(paths, lay.sliced, prime.end_mm, job)
    passes = passes_of(paths, ordered)
    heights = vase_heights(paths, lay.grid) if settings.vase else lay.grid.tops_mm[paths.layer[paths.path_of]]
    rows = lay_out(paths, ordered, heights, lay.sliced, prime.end_mm, settings)
    rows, pass_s = _cooled(rows, paths, passes, ordered, job)
    head, tail = _prime_rows(prime, job), _finish_rows(finish, rows, job)
    moves = _moves(head, rows, tail, paths.role[ordered.path])
    events = _events(len(head[0]), rows, lay, ordered, passes, pass_s, job)
    if settings.arc_fitting:
        moves, events = fitted(moves, events, job.machine)
    time_s = float(pass_s.sum() + sum(_block_times(block, job) for block in (head, tail)))
    facts = print_facts(job, float(moves.e_mm.sum()) + settings.retraction_mm, time_s, lay.grid)
    file = ToolpathFile("print", moves, events, ROLES, facts, thumbnails(job.meshes, plan.setup.placements))
    return Toolpath((file,))


def _ordered(paths: Paths, sliced: tuple[Sliced, ...], start_mm: tuple[float, float], job: PrintJob) -> Ordered:
    """All bodies layer by layer, or one body after the other, lowest first."""
    island, order = islands_of(paths, sliced), job.settings.wall_order
    if job.settings.sequence == "together" or len(job.placed) < 2:
        return travel_order(paths, island, start_mm, order)
    turns = [-1, *sorted(range(len(job.placed)), key=lambda body: (job.placed[body].height_mm, body))]
    at, parts = start_mm, []
    for body in turns:
        own = np.flatnonzero(paths.body == body)
        if len(own):
            chosen = paths.chosen(own)
            part = travel_order(chosen, island[own], at, order)
            run = executed(chosen, part)
            at = float(run.points[-1, 0]), float(run.points[-1, 1])
            parts.append(Ordered(own[part.path], part.turn))
    return Ordered(np.concatenate([p.path for p in parts]), np.concatenate([p.turn for p in parts]))


def _times(x: Floats, y: Floats, z: Floats, e_mm: Floats, speed_mm_s: Floats, gain: Floats, job: PrintJob) -> Floats:
    """Seconds per row; `gain` is the acceleration of the beads, mm/s2."""
    motion = job.machine.profile.motion
    step = np.diff(np.stack([x, y, z], axis=1), axis=0, prepend=[[x[0], y[0], z[0]]])
    acceleration = accelerations_mm_s2(motion, step, e_mm, gain, np.full(len(x), job.settings.travel_mm_s2))
    return move_times_s(Track(step, e_mm, speed_mm_s, acceleration), corners_of(motion))


def _block_times(block: Block, job: PrintJob) -> float:
    x, y, z, e, speed, _ = block
    return float(_times(x, y, z, e, speed, np.full(len(x), job.settings.perimeter_mm_s2), job).sum())


def _cooled(rows: Rows, paths: Paths, passes: Passes, ordered: Ordered, job: PrintJob) -> tuple[Rows, Floats]:
    """Slow the beads of layers that would take less than the minimum time; also the time of each pass."""
    settings = job.settings
    path = ordered.path
    of, laying = passes.of[rows.path], rows.kind == LAY
    gain = np.asarray([settings.acceleration_mm_s2(k) for k in range(len(ROLES))])[paths.role[path]]
    gain = np.where(paths.layer[path] == 0, np.minimum(gain, settings.first_layer_mm_s2), gain)[rows.path]
    x, y, z = (np.round(c, 3) for c in (rows.x, rows.y, rows.z))
    for _ in range(COOLING_ROUNDS):
        speed = np.maximum(np.floor(rows.speed_mm_s * 60.0), 1.0) / 60.0
        times = _times(x, y, z, rows.e_mm, speed, gain, job)
        pass_s = passes.sums(rows.path, times)
        bead_s = passes.sums(rows.path[laying], times[laying])
        factor = slowdown(pass_s, bead_s, settings)
        if not np.any(factor > COOLED):
            break
        slow = np.maximum(rows.speed_mm_s / factor[of], np.minimum(rows.speed_mm_s, settings.min_speed_mm_s))
        rows = replace(rows, speed_mm_s=np.where(laying, slow, rows.speed_mm_s))
    return rows, pass_s


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


def _finish_rows(finish: Finish, rows: Rows, job: PrintJob) -> Block:
    settings = job.settings
    x, y, z = float(rows.x[-1]), float(rows.y[-1]), float(rows.z.max())
    here = float(rows.z[-1])
    highest = job.machine.profile.bed.travel_high_mm[2]
    up = round(min(z + RISE_MM, highest), 3)
    if up <= z:
        raise PlanError(f"the part reaches {z:.2f} mm, the travel ends at {highest:.2f} mm: there is no room to lift "
                        "the nozzle off the finished part; use a taller machine")
    pull = [(x, y, here, -settings.retraction_mm, settings.retraction_mm_s, PUSH)] if settings.retraction_mm else []
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


def _events(offset: int, rows: Rows, lay: LayBeads, ordered: Ordered, passes: Passes, pass_s: Floats, job: PrintJob
            ) -> tuple[tuple[int, Event], ...]:
    settings = job.settings
    line = Timeline()
    for event in _warm_up(job):
        line.add(0, event)
    line.add(0, RoleStart(CUSTOM, PRIME_WIDTH_MM))
    _layer_timeline(line, offset, rows, lay, ordered, passes, pass_s, job)
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
    advance = (PressureAdvance(settings.pressure_advance_s),) if settings.pressure_advance_s > 0.0 else ()
    return (Fan(0.0), BedTemperature(settings.first_layer_bed_c, False), *homing, Home(),
            BedTemperature(settings.first_layer_bed_c, True), NozzleTemperature(settings.first_layer_nozzle_c, True),
            *advance)


def _layer_timeline(line: Timeline, offset: int, rows: Rows, lay: LayBeads, ordered: Ordered, passes: Passes,
                    pass_s: Floats, job: PrintJob) -> None:
    settings, grid = job.settings, lay.grid
    fan = fan_fractions(passes.layer, pass_s, settings)
    remaining = np.concatenate([np.cumsum(pass_s[::-1])[::-1], [0.0]])
    starts = object_starts(job)
    stops = [*passes.first[1:].tolist(), len(ordered.path)]
    before, warmed, paused = -1, False, 0
    for k, first in enumerate(passes.first.tolist()):
        index = int(passes.layer[k])
        row = offset + int(rows.first[first])
        for skipped in range(before + 1, index):  # nothing of it can be printed; its number is kept
            line.add(row, LayerStart(skipped, round(float(grid.tops_mm[skipped]), 6),
                                     round(float(grid.heights_mm[skipped]), 6)))
        for event in layer_events(index, index > 0 and not warmed, grid, settings, float(remaining[k]),
                                  float(remaining[0])):
            line.add(row, event)
        warmed, before = warmed or index > 0, index
        paused = _pause(line, row, paused, float(grid.tops_mm[index]), settings)
        line.blow(row, float(fan[k]))
        path_events(line, range(first, stops[k]), float(fan[k]), offset, rows, lay.paths, ordered, starts,
                    float(grid.heights_mm[index]), settings)


def _pause(line: Timeline, row: int, done: int, top_mm: float, settings: PrintSettings) -> int:
    """Stop before the first layer that rises above each height asked for; returns how many are done."""
    while done < len(settings.pauses_mm) and top_mm > settings.pauses_mm[done]:
        line.add(row, Pause(f"pause at {settings.pauses_mm[done]:g} mm, then go on from {top_mm:g} mm"))
        done += 1
    return done
