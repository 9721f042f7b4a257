"""Intent: typed moves as columns and typed events. Nothing here knows any dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats


class MoveKind(IntEnum):
    """What a move does: RAPID never works material."""

    RAPID = 0
    LINEAR = 1
    ARC_CW = 2
    ARC_CCW = 3


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Moves as columns of equal length n; every coordinate is absolute, in program coordinates.

    `kind` uint8 (MoveKind); `x`, `y`, `z` float64 mm targets; `i`, `j` arc centre relative to the move's start, mm
    (0 for lines); `feed_mm_min` float64 (ignored for RAPID on controllers that have a rapid rate); `e_mm` float64
    length of feedstock pushed during the move (negative pulls back; 0 for classes without); `role` uint8 index into
    `ToolpathFile.roles`.
    """

    kind: NDArray[np.uint8]
    x: Floats
    y: Floats
    z: Floats
    i: Floats
    j: Floats
    feed_mm_min: Floats
    e_mm: Floats
    role: NDArray[np.uint8]

    def __len__(self) -> int:
        return int(self.kind.shape[0])


@dataclass(frozen=True, slots=True)
class BeamOn:
    """Beam on for cutting moves at `power_w`; `dynamic` scales it with speed where the controller can."""

    power_w: float
    dynamic: bool = True


@dataclass(frozen=True, slots=True)
class BeamOff:
    """Beam off; every rapid happens with the beam off."""


@dataclass(frozen=True, slots=True)
class AirAssist:
    """Air assist on or off."""

    on: bool


@dataclass(frozen=True, slots=True)
class SpindleOn:
    """Spindle clockwise at `rpm`; the controller waits `dwell_s` for it to reach speed."""

    rpm: float
    dwell_s: float


@dataclass(frozen=True, slots=True)
class SpindleOff:
    """Spindle stopped."""


@dataclass(frozen=True, slots=True)
class ToolChange:
    """Automatic change to a tool number (only where the machine has a changer), then its length offset."""

    number: int


@dataclass(frozen=True, slots=True)
class Dwell:
    """Stand still."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Home:
    """Home the axes (all unless named)."""

    axes: str = ""


@dataclass(frozen=True, slots=True)
class NozzleTemperature:
    """Set the nozzle's target; wait until reached where `wait`. 0 turns the heater off."""

    celsius: float
    wait: bool


@dataclass(frozen=True, slots=True)
class BedTemperature:
    """Set the bed's target; wait until reached where `wait`. 0 turns the heater off."""

    celsius: float
    wait: bool


@dataclass(frozen=True, slots=True)
class Fan:
    """Part cooling fan, fraction 0..1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class LayerStart:
    """Start of a layer: index from 0, top height of the layer and its thickness, mm."""

    index: int
    z_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class RoleStart:
    """Following moves belong to `ToolpathFile.roles[role]`; `width_mm` is the bead or cut width (0 if not apt),
    `height_mm` the bead's thickness where it differs from what was said last (0: it does not)."""

    role: int
    width_mm: float = 0.0
    height_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Percentage done and time left, for the machine's display."""

    percent: int
    remaining_s: float


@dataclass(frozen=True, slots=True)
class ObjectStart:
    """Following moves belong to this named object (so that a controller can exclude it); `centre_mm`, `outline` (n, 2)
    as tuples describe it."""

    name: str
    centre_mm: tuple[float, float] = (0.0, 0.0)
    outline: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectEnd:
    """End of the named object's moves."""

    name: str


@dataclass(frozen=True, slots=True)
class PressureAdvance:
    """Compensation of feedstock elasticity, seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Acceleration:
    """Acceleration of the following moves, mm/s2; that of travel moves apart where it is not 0 (controllers that know
    one acceleration take `mm_s2` for both)."""

    mm_s2: float
    travel_mm_s2: float = 0.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop until a person resumes, for the reason given (another colour, an insert to be laid in)."""

    reason: str


@dataclass(frozen=True, slots=True)
class MotorsOff:
    """Release the axes at the very end."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment for the person reading the file."""

    text: str


Event = (
    BeamOn | BeamOff | AirAssist | SpindleOn | SpindleOff | ToolChange | Dwell | Home | NozzleTemperature
    | BedTemperature | Fan | LayerStart | RoleStart | Progress | ObjectStart | ObjectEnd | PressureAdvance
    | Acceleration | Pause | MotorsOff | Remark
)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A PNG picture of the part for the machine's display."""

    width: int
    height: int
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class ToolpathFile:
    """One program: moves, and events each with the index of the move before which it happens (len(moves) = at the end).

    Events are ordered by index; several may share one. `facts` are header and footer values for the dialect's template
    (JSON-able, keys carry units). `power_max_w` scales beam power to S where a beam is used.
    """

    name: str
    moves: Moves
    events: tuple[tuple[int, Event], ...]
    roles: tuple[str, ...]
    facts: Mapping[str, str | float | int] = field(default_factory=dict)
    thumbnails: tuple[Thumbnail, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Toolpath:
    """Everything one job's machine will do, one file per program."""

    files: tuple[ToolpathFile, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a controller is addressed: `controller` picks the emitter, `template` is the jinja2 text of the program.

    `settings` are the `[controller]` table of the machine profile (s_max for the largest S word, power_max_w,
    tool_changer, homed, firmware flavour, ...), JSON-able.
    """

    controller: str
    template: str
    settings: Mapping[str, str | float | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """One named file, ready for the machine."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """The named files a controller runs, in order."""

    controller: str
    files: tuple[ProgramFile, ...]
