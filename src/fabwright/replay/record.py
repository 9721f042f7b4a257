"""Growing columns of one trace: moves row by row or in runs, modal values as changes, happenings in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats, Ints
from fabwright.model.trace import ControllerState, Happening, Trace
from fabwright.replay.marks import Marks
from fabwright.replay.reports import Reports

#: Modal columns and the value each has before the first line.
MODAL_START: dict[str, float] = {
    "output": 0, "s": 0, "nozzle_c": 0, "nozzle_waited": 0, "bed_c": 0, "fan": 0, "tool": 0, "layer": -1, "role": -1,
    "known_x": 0, "known_y": 0, "known_z": 0, "machine_frame": 0, "bead_height": 0, "bead_width": 0,
}


class Recorder:
    """Collects what an interpreter executes and becomes a `Trace`.

    Moves are appended with their end position; the start of a move is the end of the one before unless `jump` was
    called between. Values that rarely change (`modal`) are kept as (move index, value) changes.
    """

    def __init__(self, file: str, controller: str) -> None:
        self.file, self.controller = file, controller
        self.reports = Reports(file)
        self.marks = Marks(self)
        self.count = 0
        self.values = dict(MODAL_START)
        self.happenings: list[Happening] = []
        self._changes: dict[str, list[tuple[int, float]]] = {k: [(0, v)] for k, v in MODAL_START.items()}
        self._rows: list[tuple[float, ...]] = []
        self._chunks: list[Floats] = []
        self._jumps: list[tuple[int, tuple[float, float, float]]] = [(0, (0.0, 0.0, 0.0))]
        self._centres: list[tuple[int, float, float]] = []

    def move(self, line: int, kind: int, end: list[float], feed_mm_min: float, e_mm: float) -> None:
        """Append one motion that ends at `end` (x, y, z)."""
        self._rows.append((line, kind, end[0], end[1], end[2], feed_mm_min, e_mm))
        self.count += 1

    def arc(self, line: int, kind: int, end: list[float], centre: tuple[float, float], feed_mm_min: float,
            e_mm: float) -> None:
        """Append one arc in the XY plane about `centre`."""
        self._centres.append((self.count, centre[0], centre[1]))
        self.move(line, kind, end, feed_mm_min, e_mm)

    def run(self, table: Floats) -> None:
        """Append (m, 7) rows at once: line, kind, x, y, z, feed, e."""
        self._flush()
        self._chunks.append(table)
        self.count += table.shape[0]

    def jump(self, position: list[float]) -> None:
        """The axes are now at `position` without a motion of this program (homing)."""
        self._jumps.append((self.count, (position[0], position[1], position[2])))

    def modal(self, name: str, value: float, at: int | None = None) -> None:
        """Set a modal column from the next move on, or from move index `at`."""
        if self.values[name] == value:
            return
        self.values[name] = value
        changes = self._changes[name]
        index = self.count if at is None else at
        if changes[-1][0] == index:
            changes[-1] = (index, value)
        else:
            changes.append((index, value))

    def happen(self, line: int, name: str, value: float = 0.0, text: str = "", at: int | None = None) -> None:
        """Record something other than a motion, after the moves so far or after the first `at` moves."""
        self.happenings.append(Happening(line, self.count if at is None else at, name, value, text))

    def _flush(self) -> None:
        if self._rows:
            self._chunks.append(np.array(self._rows, dtype=np.float64))
            self._rows = []

    def _column(self, name: str) -> Floats:
        changes = [c for c in self._changes[name] if c[0] < self.count or c[0] == 0]
        index = np.array([c[0] for c in changes] + [self.count])
        return np.repeat(np.array([c[1] for c in changes], dtype=np.float64), np.diff(index))

    def _starts(self, end: Floats) -> Floats:
        start = np.empty_like(end)
        start[1:] = end[:-1]
        for index, position in self._jumps:
            if index < self.count:
                start[index] = position
        return start

    def _centre(self) -> Floats:
        centre = np.full((self.count, 2), np.nan)
        if self._centres:
            table = np.array(self._centres)
            centre[table[:, 0].astype(np.int64)] = table[:, 1:]
        return centre

    def finish(self, final: ControllerState, line_count: int) -> Trace:
        """The finished trace."""
        self._flush()
        table = np.concatenate(self._chunks) if self._chunks else np.empty((0, 7))
        end = np.ascontiguousarray(table[:, 2:5])
        layer, e_mm = self._column("layer").astype(np.int64), table[:, 6].copy()
        layer_z, layer_height = self.marks.layers(layer, end[:, 2], e_mm)
        return Trace(
            file=self.file, controller=self.controller, line=_ints(table[:, 0]), kind=table[:, 1].astype(np.uint8),
            start=self._starts(end), end=end, centre=self._centre(), feed_mm_min=table[:, 5].copy(), e_mm=e_mm,
            output=self._column("output").astype(np.uint8), s=self._column("s"), nozzle_c=self._column("nozzle_c"),
            nozzle_waited=_flags(self._column("nozzle_waited")), bed_c=self._column("bed_c"), fan=self._column("fan"),
            tool=_ints(self._column("tool")), layer=layer, role=_ints(self._column("role")),
            known=np.stack([_flags(self._column(f"known_{a}")) for a in "xyz"], axis=1),
            machine_frame=_flags(self._column("machine_frame")), roles=tuple(self.marks.roles),
            layer_z_mm=layer_z, layer_height_mm=layer_height, happenings=tuple(self.happenings), final=final,
            line_count=line_count, findings=self.reports.finish(), bead_height_mm=self._column("bead_height"),
            bead_width_mm=self._column("bead_width"))


def _ints(column: Floats) -> Ints:
    return column.astype(np.int64)


def _flags(column: Floats) -> NDArray[np.bool_]:
    return column.astype(np.bool_)
