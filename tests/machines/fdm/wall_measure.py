"""Beads of walls as areas, to compare with the section that they are to fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, rectangle, region_of, united
from fabwright.machines.fdm.gapfill import Bead
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.settings import PrintSettings, bead_width_mm, print_settings
from fabwright.machines.fdm.walls import Walled, build_all_walls
from fabwright.model import Floats

from .conftest import machine, material

HEIGHT = 0.2


def printing(**parameters: object) -> PrintSettings:
    return print_settings(machine("prusa-mk4s"), material("pla"), parameters)


def sliced_of(sections: list[Region], settings: PrintSettings) -> tuple[Sliced, LayerGrid]:
    """Sections stacked on each other, all of the same height and width; equal objects share one."""
    distinct: list[Region] = []
    which: list[int] = []
    for region in sections:
        if not distinct or distinct[-1] is not region:
            distinct.append(region)
        which.append(len(distinct) - 1)
    count = len(distinct)
    grid = LayerGrid(HEIGHT * np.arange(1, len(sections) + 1), np.full(len(sections), HEIGHT))
    return Sliced(tuple(distinct), tuple(which), (HEIGHT,) * count, (settings.line_width_mm,) * count), grid


def walls_of(sections: list[Region], settings: PrintSettings) -> tuple[Walled, ...]:
    return build_all_walls(sliced_of(sections, settings)[0], settings)


def beads_of(walled: Walled) -> list[Bead]:
    return [bead for depth in (*walled.loops, *walled.gaps) for bead in depth]


def segments(bead: Bead) -> tuple[Floats, Floats, Floats]:
    """From, to and spacing of every piece of a bead."""
    to = np.roll(bead.points, -1, axis=0)
    count = len(to) if bead.closed else len(to) - 1
    return bead.points[:count], to[:count], bead.spacing_mm[:count]


def area_mm2(bead: Bead) -> float:
    """Volume of a bead over its height."""
    a, b, spacing = segments(bead)
    return float((np.hypot(*(b - a).T) * spacing).sum())


def disc(centre: Floats, radius: float, sides: int = 16) -> Region:
    turn = np.arange(sides) * 2.0 * np.pi / sides
    return region_of([centre + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)])


def footprint(bead: Bead) -> Region:
    """What a bead covers: its width along every piece, round at bends, blunt at its ends."""
    a, b, spacing = segments(bead)
    half = np.array([bead_width_mm(s, HEIGHT) for s in spacing]) / 2.0
    way = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
    square = np.stack([way[:, 1], -way[:, 0]], axis=1) * half[:, None]
    pieces = [region_of([q]) for q in np.stack([a + square, b + square, b - square, a - square], axis=1)]
    bends = range(0 if bead.closed else 1, len(a))
    return united([*pieces, *(disc(a[i], min(half[i], half[i - 1])) for i in bends)])


@dataclass(frozen=True)
class Cover:
    """Shares of the section's area, percent: not covered, covered outside it, further outside than 0.05 mm, and how
    much more or less material there is than it holds."""

    missing: float
    outside: float
    far_outside: float
    surplus: float


def cover(walled: Walled) -> Cover:
    beads, section = beads_of(walled), walled.section
    room = [] if walled.hatched.empty else [walled.room]
    laid = united([*(footprint(b) for b in beads), *room])
    material_mm2 = sum(area_mm2(b) for b in beads) + sum(r.area_mm2 for r in room)
    share = 100.0 / section.area_mm2
    return Cover((section - laid).area_mm2 * share, (laid - section).area_mm2 * share,
                 (laid - section.grown(0.05)).area_mm2 * share, (material_mm2 - section.area_mm2) * share)


def outline_mm(section: Region) -> float:
    """Length of all outlines."""
    return sum(float(np.hypot(*(p - np.roll(p, 1, axis=0)).T).sum()) for p in section.polygons())


def strip(width: float) -> Region:
    return rectangle(0, 0, 20, width)


def wedge(width: float) -> Region:
    return region_of([np.array([(0, 0), (20, 0), (20, width), (0, 0.3)])])


def ring(width: float) -> Region:
    return disc(np.zeros(2), 8.0, 90) - disc(np.zeros(2), 8.0 - width, 90)


def frame(width: float) -> Region:
    return rectangle(0, 0, 20, 12) - rectangle(width, width, 20 - width, 12 - width)


def tee(width: float) -> Region:
    return rectangle(0, 0, 20, width) | rectangle(10, -8, 10 + width, 0.1)


def arms(width: float, turns_deg: tuple[float, ...] = (90.0, 210.0, 330.0)) -> Region:
    half = width / 2.0
    arm = np.array([(0, -half), (9, -half), (9, half), (0, half)])
    turned = []
    for turn in np.radians(turns_deg):
        c, s = np.cos(turn), np.sin(turn)
        turned.append(region_of([arm @ np.array([[c, s], [-s, c]])]))
    return united(turned)


def fin(width: float) -> Region:
    return rectangle(0, 0, 8, 8) | rectangle(7, 3, 20, 3 + width)


def letters(width: float) -> Region:
    """H, E and a round O in strokes."""
    h = rectangle(0, 0, width, 6) | rectangle(3, 0, 3 + width, 6) | rectangle(0, 2.7, 3 + width, 2.7 + width)
    e = united([rectangle(5, 0, 5 + width, 6), *(rectangle(5, y, 8, y + width) for y in (0, 2.7, 6 - width))])
    o = (disc(np.array([12.0, 3.0]), 3.0, 60) - disc(np.array([12.0, 3.0]), 3.0 - width, 60))
    return united([h, e, o])
