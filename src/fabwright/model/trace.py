"""What a program really does, as read back by the interpreter: columns of moves, a list of happenings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fabwright.model.findings import Finding
from fabwright.model.shapes import Floats, Ints


@dataclass(frozen=True, slots=True)
class Happening:
    """Something other than a motion, in file order. `at` is the number of moves executed before it.

    `name` is one of: home, nozzle-set, nozzle-wait, bed-set, bed-wait, chamber-set, chamber-wait, fan, output-on
    (M3/M4), output-off (M5), output-value (S), air-on, air-off, tool-change, tool-length, dwell, units,
    distance-mode, extruder-mode, plane, feed-mode, work-offset, set-position, motors-off, program-end, layer, role,
    object-start, object-end, progress, acceleration, jerk, pressure-advance, flow-override, feed-override,
    machine-coordinates, wait, message, pause, filament-stated (mm, by a comment). `value` is its number (mm, s,
    degrees C, fraction, rpm or S as written), `text` its words.
    """

    line: int
    at: int
    name: str
    value: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class ControllerState:
    """The modal state after the last line."""

    position_mm: tuple[float, float, float]
    units_mm: bool
    absolute: bool
    output: int
    output_value: float
    nozzle_c: float
    bed_c: float
    fan: float
    motors_on: bool
    ended: bool
    tool: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Every executed motion of one program, as columns of length n, in program coordinates and mm.

    `line` (n,) int64 1-based line in the file; `kind` uint8 (0 rapid, 1 linear, 2 arc clockwise, 3 arc
    counter-clockwise); `start`, `end` (n, 3); `centre` (n, 2) of arcs, NaN otherwise; `feed_mm_min` (n,) in force (0
    = never set); `e_mm` (n,) feedstock pushed in this move; `output` uint8 modal M word in force (0 off, 3, 4);
    `s` (n,) S word in force; `nozzle_c`, `bed_c` (n,) target in force; `nozzle_waited` bool, true once the target in
    force has been waited for; `fan` (n,) fraction 0..1; `tool` int64; `layer` int64 (-1 before the first layer mark);
    `role` int64 index into `roles` (-1 unset); `known` (n, 3) bool, true where the axis position had been set (by
    homing, or an absolute move) when the move began; `machine_frame` bool, true for G53 moves.
    `bead_height_mm`, `bead_width_mm` (n,) are what the file's own comments say of the bead of each move, 0 where they
    say nothing (empty for classes without beads).
    `findings` are the reader's own: unknown words are ERROR findings, with `file:line` as subject.
    """

    file: str
    controller: str
    line: Ints
    kind: NDArray[np.uint8]
    start: Floats
    end: Floats
    centre: Floats
    feed_mm_min: Floats
    e_mm: Floats
    output: NDArray[np.uint8]
    s: Floats
    nozzle_c: Floats
    nozzle_waited: NDArray[np.bool_]
    bed_c: Floats
    fan: Floats
    tool: Ints
    layer: Ints
    role: Ints
    known: NDArray[np.bool_]
    machine_frame: NDArray[np.bool_]
    roles: tuple[str, ...]
    layer_z_mm: Floats
    layer_height_mm: Floats
    happenings: tuple[Happening, ...]
    final: ControllerState
    line_count: int
    findings: tuple[Finding, ...] = field(default=())
    bead_height_mm: Floats = field(default_factory=lambda: np.empty(0))
    bead_width_mm: Floats = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return int(self.kind.shape[0])
