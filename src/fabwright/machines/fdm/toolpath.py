"""Plan to toolpath: start, prime, layers, end, with every event in its place."""

from __future__ import annotations

import numpy as np

from fabwright.errors import PlanError
from fabwright.machines.fdm.arcs import fitted
from fabwright.machines.fdm.cooling import cooled, fan_fractions
from fabwright.machines.fdm.events import Timeline, layer_events, object_starts, path_events
from fabwright.machines.fdm.facts import print_facts, shares_of, thumbnails
from fabwright.machines.fdm.islands import islands_of
from fabwright.machines.fdm.motion import LAY, LIFT, PUSH, TRAVEL, Rows, lay_out
from fabwright.machines.fdm.order import Ordered
from fabwright.machines.fdm.passes import Passes, passes_of
from fabwright.machines.fdm.pauses import Stops, stops_of
from fabwright.machines.fdm.plan import Finish, LayBeads, Prime, PrintJob
from fabwright.machines.fdm.sequence import sequenced
from fabwright.machines.fdm.settings import CUSTOM, ROLES, bead_spacing_mm
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
PRIME_MM_S = 15.0
PRIME_WIDTH_MM = 0.8


def print_toolpath(plan: Plan) -> Toolpath:
    """One program for everything on the bed.

    Raises PlanError for pauses that cannot be, arcs that the firmware does not take, and parts that leave no room
    above them.
    """
    prime, lay, finish = plan.operations
    job: PrintJob = plan.context
    paths, settings = lay.paths, job.settings
    ordered = sequenced(paths, islands_of(paths, lay.sliced), [p.height_mm for p in job.placed], prime.end_mm, settings)
    passes = passes_of(paths, ordered)
    stops = stops_of(passes, lay.grid, len(job.placed), settings)
    heights = vase_heights(paths, lay.grid) if settings.vase else lay.grid.tops_mm[paths.layer[paths.path_of]]
    rows = lay_out(paths, ordered, heights, lay.sliced, stops, (prime.end_mm, finish.park_mm), settings)
    rows, times_s = cooled(rows, paths, passes, ordered, job)
    head, tail = _prime_rows(prime, job), _finish_rows(finish, rows, job)
    moves = _moves(head, rows, tail, paths.role[ordered.path])
    events = _events(len(head[0]), rows, lay, ordered, passes, stops, passes.sums(rows.path, times_s), job)
    if settings.arc_fitting:
        moves, events = fitted(moves, events, job.machine)
    shares = shares_of(rows, paths.role[ordered.path], times_s)
    time_s = float(times_s.sum() + sum(_block_times(block, job) for block in (head, tail)))
    facts = print_facts(job, float(moves.e_mm.sum()) + settings.retraction_mm, time_s, lay.grid, shares)
    file = ToolpathFile("print", moves, events, ROLES, facts, thumbnails(job.meshes, plan.setup.placements))
    return Toolpath((file,))


def _block_times(block: Block, job: PrintJob) -> float:
    x, y, z, e, speed, _ = block
    motion, settings = job.machine.profile.motion, job.settings
    step = np.diff(np.stack([x, y, z], axis=1), axis=0, prepend=[[x[0], y[0], z[0]]])
    gain = accelerations_mm_s2(motion, step, e, np.full(len(x), settings.perimeter_mm_s2),
                               np.full(len(x), settings.travel_mm_s2))
    return float(move_times_s(Track(step, e, speed, gain), corners_of(motion)).sum())


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


def _events(offset: int, rows: Rows, lay: LayBeads, ordered: Ordered, passes: Passes, stops: Stops,
            pass_s: Floats, job: PrintJob) -> tuple[tuple[int, Event], ...]:
    settings = job.settings
    line = Timeline()
    for event in _warm_up(job):
        line.add(0, event)
    line.add(0, RoleStart(CUSTOM, PRIME_WIDTH_MM))
    for row, reason in zip(rows.stop.tolist(), stops.reason, strict=True):
        line.add(offset + row, Pause(reason))
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
    before, warmed = -1, False
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
        line.blow(row, float(fan[k]))
        path_events(line, range(first, stops[k]), float(fan[k]), offset, rows, lay.paths, ordered, starts,
                    float(grid.heights_mm[index]), settings)
