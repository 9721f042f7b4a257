"""A small toolpath, its identity and facts, and a reader of the text that shares nothing with the writer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from fabwright.model import Dialect, Event, Moves, Thumbnail, Toolpath, ToolpathFile
from fabwright.post import post

TEMPLATES = Path(__file__).parents[2] / "templates"

IDENTITY = {"generator": "Fabwright 0.1.0", "design": "bracket@1.2.0", "variant": "0f" * 32, "machine": "some-machine",
            "material": "some-material"}

FACTS: dict[str, str | float | int] = {
    "filament_diameter_mm": 1.75, "filament_density_g_cm3": 1.24, "filament_used_mm": 812.5, "filament_used_cm3": 1.954,
    "filament_used_g": 2.42, "layer_count": 2, "estimated_time_s": 93784, "layer_height_mm": 0.2,
    "first_layer_height_mm": 0.25, "nozzle_diameter_mm": 0.4, "filament_type": "PETG", "filament_colour": "#FF8000",
    "nozzle_temperature_c": 240, "first_layer_nozzle_temperature_c": 230, "bed_temperature_c": 85,
    "first_layer_bed_temperature_c": 80, "printer_model": "MK4S", "max_z_mm": 5.0, "object_height_mm": 0.45}

#: kind, x, y, z, i, j, feed, e
Row = tuple[float, float, float, float, float, float, float, float]


def make_moves(rows: Sequence[Row]) -> Moves:
    table = np.array(rows, dtype=np.float64).reshape(-1, 8)
    columns = [table[:, k].copy() for k in range(1, 8)]
    return Moves(table[:, 0].astype(np.uint8), *columns, np.zeros(len(table), np.uint8))


def make_dialect(controller: str, **settings: str | float | int | bool) -> Dialect:
    text = (TEMPLATES / controller / "program.gcode.j2").read_text(encoding="ascii")
    return Dialect(controller, text, settings)


def text_of(controller: str, rows: Sequence[Row] = (), events: Sequence[tuple[int, Event]] = (),
            roles: tuple[str, ...] = (), facts: dict[str, str | float | int] | None = None,
            thumbnails: tuple[Thumbnail, ...] = (), **settings: str | float | int | bool) -> str:
    file = ToolpathFile("part", make_moves(rows), tuple(events), roles, FACTS if facts is None else facts, thumbnails)
    return post(Toolpath((file,)), make_dialect(controller, **settings), IDENTITY).files[0].data.decode("ascii")


@dataclass(frozen=True)
class ReadMove:
    """One motion line as read: words as text, modal position and feed after it."""

    words: dict[str, str]
    position: tuple[float, float, float]
    feed: float


@dataclass
class Reading:
    """A program split into motions and other lines, in order."""

    motions: list[ReadMove] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


_WORD = re.compile(r"([A-Z])(-?\d*\.?\d+)")
_MOTION = re.compile(r"G[0-3]( [XYZIJEF]-?(\d+(\.\d+)?|\.\d+))+")


def read(text: str) -> Reading:
    reading, x, y, z, f = Reading(), 0.0, 0.0, 0.0, 0.0
    for line in text.splitlines():
        if not re.match(r"G[0-3] ", line):
            reading.others.append(line)
            continue
        assert _MOTION.fullmatch(line), line
        words = dict(_WORD.findall(line))
        x, y, z, f = (float(words.get(k, old)) for k, old in zip("XYZF", (x, y, z, f), strict=True))
        reading.motions.append(ReadMove(words, (x, y, z), f))
    return reading


@pytest.fixture
def program() -> Callable[..., str]:
    return text_of


@pytest.fixture
def reader() -> Callable[[str], Reading]:
    return read


@pytest.fixture
def moves() -> Callable[[Sequence[Row]], Moves]:
    return make_moves


@pytest.fixture
def dialect() -> Callable[..., Dialect]:
    return make_dialect


@pytest.fixture
def identity() -> dict[str, str]:
    return dict(IDENTITY)


@pytest.fixture
def facts() -> dict[str, str | float | int]:
    return dict(FACTS)


@pytest.fixture
def one_file() -> ToolpathFile:
    return replace(ToolpathFile("part", make_moves([(0, 1, 2, 3, 0, 0, 600, 0)]), (), ()), facts=dict(FACTS))
