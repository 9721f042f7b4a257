"""`post`: every file of a toolpath through its controller's emitter and template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fabwright.errors import PostError, UnknownNameError
from fabwright.model import (
    Dialect,
    Home,
    LayerStart,
    ObjectEnd,
    ObjectStart,
    Program,
    ProgramFile,
    ToolChange,
    Toolpath,
    ToolpathFile,
)
from fabwright.post.bambu import Bambu
from fabwright.post.controller import Controller, Labels
from fabwright.post.grbl import Grbl
from fabwright.post.klipper import Klipper
from fabwright.post.limits import check_rows, check_words
from fabwright.post.linuxcnc import LinuxCnc
from fabwright.post.marlin import Marlin
from fabwright.post.moves import Rows, move_rows
from fabwright.post.package import packed
from fabwright.post.reprap import RepRap
from fabwright.post.settings import Settings
from fabwright.post.template import around
from fabwright.post.text import object_labels

_EMITTERS: Mapping[str, Callable[[Settings], Controller]] = {
    "bambu": Bambu, "grbl": Grbl, "klipper": Klipper, "linuxcnc": LinuxCnc, "marlin": Marlin, "reprap": RepRap}

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def post(toolpath: Toolpath, dialect: Dialect, identity: Mapping[str, str]) -> Program:
    """The named files that make a controller do what `toolpath` says.

    `identity` has generator, design, variant, machine and material; they go into comments. Units, rules and required
    facts are in the package's docstring. Raises PostError (event, move, fact or setting, and a remedy) and
    UnknownNameError for a controller without an emitter.
    """
    controller = controller_of(dialect)
    files = tuple(_program_file(file, controller, dialect, identity) for file in toolpath.files)
    names = [file.name for file in files]
    if len(set(names)) < len(names):
        raise PostError(f"two programs would have the same file name: {', '.join(names)}; give each its own name")
    return Program(dialect.controller, files)


def controller_of(dialect: Dialect) -> Controller:
    """The emitter of a dialect; UnknownNameError for a controller without one."""
    if dialect.controller not in _EMITTERS:
        raise UnknownNameError("controller", dialect.controller, tuple(_EMITTERS))
    return _EMITTERS[dialect.controller](Settings(dialect.controller, dialect.settings))


def _program_file(file: ToolpathFile, controller: Controller, dialect: Dialect, identity: Mapping[str, str]
                  ) -> ProgramFile:
    if not _FILE_NAME.fullmatch(file.name):
        raise PostError(f"{file.name!r} cannot be a file name; use letters, digits, '.', '_' and '-'")
    head, foot = around(file, dialect, identity)
    check_words((head + b"\n" + foot).decode("ascii"), controller, file.name)
    text = head + _body(file, controller) + foot
    data = packed(file, text, Settings(dialect.controller, dialect.settings)) if isinstance(controller, Bambu) else text
    return ProgramFile(file.name + controller.extension, data)


def _body(file: ToolpathFile, controller: Controller) -> bytes:
    count, last = len(file.moves), 0
    for at, event in file.events:
        if not last <= at <= count:
            raise PostError(f"{file.name}: {type(event).__name__} at move {at} is out of order or past the "
                            f"{count} moves; events are sorted by move")
        last = at
    starts: dict[str, ObjectStart] = {}
    for _, event in file.events:
        if isinstance(event, ObjectStart):
            starts.setdefault(event.name, event)
        elif isinstance(event, ObjectEnd) and event.name not in starts:
            raise PostError(f"{file.name}: ObjectEnd of {event.name!r}, which never started")
    labels = Labels(file.roles, object_labels(starts))

    rows = move_rows(file.moves, controller.motion(), _indices(file, (Home, ToolChange), first=True),
                     _indices(file, (Home, ToolChange, LayerStart, ObjectStart, ObjectEnd), first=True), file.name)
    check_rows(rows.data, controller, file.name)
    opening = controller.opening(tuple(starts.values()), labels)
    inserted = [(0, _text(opening)), *((at, _text(controller.lines(event, labels))) for at, event in file.events)]
    check_words("".join(text for _, text in inserted), controller, file.name)
    return _splice(rows, inserted)


def _indices(file: ToolpathFile, kinds: tuple[type, ...], first: bool) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    at = [0] if first else []
    return np.array(at + [k for k, event in file.events if isinstance(event, kinds)], dtype=np.int64)


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _splice(rows: Rows, inserted: Sequence[tuple[int, str]]) -> bytes:
    """Rows and inserted text in order, then the padding taken out in one pass."""
    data, stride = rows.data.reshape(-1).view(np.uint8).data, rows.data.shape[1] * 4
    pieces = sorted([*inserted, *rows.before.items()], key=lambda piece: piece[0])  # stable: events before lifts
    parts: list[bytes | memoryview] = []
    done = 0
    for at, text in pieces:
        if at > done:
            parts.append(data[done * stride:at * stride])
            done = at
        parts.append(text.encode("ascii"))
    parts.append(data[done * stride:])
    return b"".join(parts).translate(None, b"\0")
