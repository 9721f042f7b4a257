"""The entry: bytes of a program in, its trace out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fabwright.errors import ReplayError, UnknownNameError
from fabwright.model.trace import ControllerState, Trace
from fabwright.replay.limits import LINE_RAW_MAX
from fabwright.replay.package import unpacked
from fabwright.replay.program import check_program, pieces
from fabwright.replay.record import Recorder
from fabwright.replay.runs import Columns
from fabwright.replay.tokens import PlainLines, plain_lines

CONTROLLERS = ("bambu", "grbl", "klipper", "linuxcnc", "marlin", "reprap")
#: Fewer plain lines in a row than this are quicker one by one. Measured on sliced files.
RUN_MIN = 2
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_CONTROL_TEXT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Reader(Protocol):
    """What each controller's interpreter offers."""

    def line(self, number: int, text: str) -> None:
        """Execute one line, 1-based."""

    def plain(self, table: PlainLines) -> NDArray[np.bool_]:
        """Which lines `run` may execute."""

    def run(self, columns: Columns, first: int, stop: int) -> bool:
        """Execute plain lines [first, stop) at once; False, and nothing done, when they need reading one by one."""

    def final_state(self) -> ControllerState:
        """The modal state after the last line."""


def replay(data: bytes, file: str, controller: str, settings: Mapping[str, str | float | int | bool]) -> Trace:
    """Read a program back as `controller` (one of `CONTROLLERS`) would execute it.

    `file` names it in findings; `settings` is the machine profile's controller table (`flavour`, `home_x_mm`,
    `firmware_retract_mm`, `macros`, `arc_tolerance_mm`, ... all optional). What the controller would not accept is an
    ERROR finding of the trace and reading goes on. Raises ReplayError when the bytes are no program at all and
    UnknownNameError for a controller that is not known.
    """
    recorder = Recorder(file, controller)
    if controller == "bambu":
        data = unpacked(data, file, recorder.reports)
    check_program(data, file)
    reader = _reader(controller, recorder, settings)
    lines = read_pieces(data, recorder, reader)
    trace = recorder.finish(reader.final_state(), lines)
    if len(trace) == 0 and not trace.happenings and not trace.findings:
        raise ReplayError(f"{file}: the file holds comments only, not a single command.")
    return trace


def _reader(controller: str, recorder: Recorder, settings: Mapping[str, str | float | int | bool]) -> Reader:
    if controller == "marlin":
        from fabwright.replay.marlin import MarlinReader
        return MarlinReader(recorder, settings)
    if controller == "klipper":
        from fabwright.replay.klipper import KlipperReader
        return KlipperReader(recorder, settings)
    if controller == "reprap":
        from fabwright.replay.reprap import RepRapReader
        return RepRapReader(recorder, settings)
    if controller == "bambu":
        from fabwright.replay.bambu import BambuReader
        return BambuReader(recorder, settings)
    if controller == "grbl":
        from fabwright.replay.grbl import GrblReader
        return GrblReader(recorder, settings)
    if controller == "linuxcnc":
        from fabwright.replay.linuxcnc import LinuxCncReader
        return LinuxCncReader(recorder, settings)
    raise UnknownNameError("controller", controller, CONTROLLERS)


def read_pieces(data: bytes, recorder: Recorder, reader: Reader, run_min: int = RUN_MIN) -> int:
    """Execute the whole text; plain lines in runs of at least `run_min`. Returns how many lines it had."""
    number = 1
    for piece in pieces(data):
        table = plain_lines(piece)
        fit = reader.plain(table)
        columns = Columns(table, fit, number)
        text = LineText(piece, table, number, recorder)
        edges = np.flatnonzero(np.diff(fit, prepend=~fit[:1], append=~fit[-1:])).tolist()
        plain = bool(fit[0])
        for first, stop in pairwise(edges):
            if not (plain and stop - first >= run_min and reader.run(columns, first, stop)):
                for index in range(first, stop):
                    reader.line(number + index, text.line(index))
            plain = not plain
        number += len(fit)
    return number - 1


class LineText:
    """The lines of one piece as text, with what no program may hold reported and taken out."""

    def __init__(self, piece: bytes, table: PlainLines, number: int, recorder: Recorder) -> None:
        self._piece, self._number, self._recorder = piece, number, recorder
        self._starts: list[int] = table.starts.tolist()
        self._ends: list[int] = table.ends.tolist()
        self._clean = piece.isascii() and not _CONTROL.search(piece)

    def line(self, index: int) -> str:
        """One line without its end."""
        raw = self._piece[self._starts[index]:self._ends[index]]
        if raw.endswith(b"\r"):
            raw = raw[:-1]
        if len(raw) > LINE_RAW_MAX:
            return self._overlong(raw, self._number + index)
        if self._clean:
            return raw.decode("ascii")
        text = raw.decode("ascii") if raw.isascii() else _foreign(raw, self._number + index, self._recorder)
        control = _CONTROL_TEXT.search(text)
        if control is None:
            return text
        self._recorder.reports.error(self._number + index, "control-character",
                                     f"the line holds the control character {ord(control.group()):#04x}, which no "
                                     "program may.")
        return _CONTROL_TEXT.sub("", text)

    def _overlong(self, raw: bytes, number: int) -> str:
        """Nothing of a line beyond any controller's bound is read; as a comment it does no harm."""
        if not raw.startswith(b";"):
            self._recorder.reports.error(number, "line-too-long", f"the line has {len(raw)} characters, more than any "
                                         "controller takes.", measured=len(raw), limit=LINE_RAW_MAX)
        return ""


def _foreign(raw: bytes, number: int, recorder: Recorder) -> str:
    """Text beyond ASCII: harmless in a comment, an error in a command."""
    head = raw.partition(b";")[0].partition(b"(")[0]
    if not head.isascii():
        recorder.reports.error(number, "encoding", "the command holds characters beyond ASCII.")
    if recorder.controller == "grbl":
        recorder.reports.error(number, "encoding", "bytes above 127 are taken as immediate commands by this "
                               "controller, even in a comment.", source="GRBL 1.1 commands: extended-ASCII realtime")
    return "".join(c if c.isascii() else "_" for c in raw.decode("utf-8", "replace"))
