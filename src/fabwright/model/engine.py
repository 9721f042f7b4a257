"""A run of somebody else's planner: what it is given and what it must leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fabwright.model.plan import Setup
from fabwright.model.toolpath import Event

#: A move at the end of a foreign program: x, y, z where they change.
Target = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, eq=False)
class EngineRequest:
    """Files and arguments for a program on this computer that writes one machine program.

    `program` is the command and `package` where a user gets it; `files` are written into an empty folder, together with
    `settings_file` holding `settings` as `name = value` lines; `arguments` are run there and must leave `output`.
    `opening` and `closing` are the actions that begin and end the written program. `undated` names beginnings of lines
    whose date is taken out. `setup` is what the result is verified against.
    """

    program: str
    package: str
    files: Mapping[str, bytes]
    arguments: tuple[str, ...]
    output: str
    settings_file: str
    settings: Mapping[str, str]
    opening: tuple[Event, ...]
    closing: tuple[Event | Target, ...]
    setup: Setup
    undated: tuple[str, ...]
