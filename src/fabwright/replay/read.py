"""The entry: bytes of a program in, its trace out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fabwright.errors import ReplayError, UnknownNameError
from fabwright.model.trace import ControllerState, Trace
from fabwright.replay.program import check_program, pieces
from fabwright.replay.record import Recorder
from fabwright.replay.tokens import PlainLines, plain_lines

CONTROLLERS = ("grbl", "klipper", "linuxcnc", "marlin")
#: Fewer plain lines in a row than this are quicker one by one. Measured in tests/replay.
RUN_MIN = 6


class Reader(Protocol):
    """What each controller's interpreter offers."""

    def line(self, number: int, text: str) -> None:
        """Execute one line, 1-based."""

    def plain(self, table: PlainLines) -> NDArray[np.bool_]:
        """Which lines `run` may execute."""

    def run(self, table: PlainLines, first: int, stop: int, number: int) -> bool:
        """Execute plain lines [first, stop) at once; False, and nothing done, when they need reading one by one."""

    def final_state(self) -> ControllerState:
        """The modal state after the last line."""


def replay(data: bytes, file: str, controller: str, settings: Mapping[str, str | float | int | bool]) -> Trace:
    """Read a program back as `controller` ("marlin", "klipper", "grbl", "linuxcnc") would execute it.

    `file` names it in findings; `settings` is the machine profile's controller table (`flavour`, `home_x_mm`,
    `firmware_retract_mm`, `macros`, `arc_tolerance_mm`, ... all optional). What the controller would not accept is an
    ERROR finding of the trace and reading goes on. Raises ReplayError when the bytes are no program at all and
    UnknownNameError for a controller that is not known.
    """
    check_program(data, file)
    recorder = Recorder(file, controller)
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
        count = len(fit)
        edges = np.flatnonzero(np.diff(fit, prepend=~fit[:1], append=~fit[-1:])).tolist()
        for first, stop in zip(edges, edges[1:], strict=False):
            if not (fit[first] and stop - first >= run_min and reader.run(table, first, stop, number + first)):
                _line_by_line(piece, table, first, stop, number, recorder, reader)
        number += count
    return number - 1


def _line_by_line(piece: bytes, table: PlainLines, first: int, stop: int, number: int, recorder: Recorder,
                  reader: Reader) -> None:
    starts, ends = table.starts[first:stop].tolist(), table.ends[first:stop].tolist()
    for index, (start, end) in enumerate(zip(starts, ends, strict=True), number + first):
        raw = piece[start:end].removesuffix(b"\r")
        text = raw.decode("ascii") if raw.isascii() else _foreign(raw, index, recorder)
        control = next((c for c in text if (c < " " and c != "\t") or c == "\x7f"), None)
        if control is not None:
            recorder.reports.error(index, "control-character",
                                   f"the line holds the control character {ord(control):#04x}, which no program may.")
            text = "".join(c for c in text if c >= " " or c == "\t")
        reader.line(index, text)


def _foreign(raw: bytes, number: int, recorder: Recorder) -> str:
    """Text beyond ASCII: harmless in a comment, an error in a command."""
    head = raw.partition(b";")[0].partition(b"(")[0]
    if not head.isascii():
        recorder.reports.error(number, "encoding", "the command holds characters beyond ASCII.")
    if recorder.controller == "grbl":
        recorder.reports.error(number, "encoding", "bytes above 127 are taken as immediate commands by this controller, "
                               "even in a comment.", source="GRBL 1.1 commands: extended-ASCII realtime commands")
    return raw.decode("utf-8", "replace").encode("ascii", "replace").decode("ascii")
