"""How much was pushed against how much the solid and the declared density ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.scanlines import scan
from fabwright.machines.fdm.settings import (
    EXTERNAL,
    GAP,
    INFILL,
    OVERHANG,
    PERIMETER,
    PrintSettings,
    bead_spacing_mm,
)
from fabwright.machines.fdm.verify.deposit import THREADS, WIDEST_MM, Deposit
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.runs import ANGLE_DEG, Runs, bead_runs, combined, holds, runs_of, sums
from fabwright.model import Floats, Ints

PITCH_MM, INNER_PITCH_MM = 0.4, 0.5
# Walls and their filling overlap as the overlap says; so each is counted by itself.
WALLS, GAPS, FILLS, GROUPS = 0, 1, 2, 4
# Joints between sparse lines run along the walls, within this many line widths.
JOINT_WIDTHS = 1.1
PIECE_MM = 0.5
# PrusaSlicer's honeycomb runs two lines side by side on one edge in three.
FOREIGN_DENSITY = {"honeycomb": 4.0 / 3.0}
# Rings leave the core of a shape open, or crowd it: as much of their volume is left to them.
SPREAD = {"concentric": 0.35}
# Lines two or three ways; where three meet, their volume lies on top.
WAYS = {"grid": 1.4, "triangles": 2.2}
# Patterns without one density of their own.
UNEVEN = ("lightning",)


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """Per layer (layers,), mm3: `solid` pushed by solid beads and `solid_due` by what they cover; `sparse` pushed
    away from the walls and `sparse_due` there by the density; `joints` sparse along the walls; `threads` in the air;
    `sparse_mm2` the area away from the walls."""

    solid: Floats
    solid_due: Floats
    sparse: Floats
    sparse_due: Floats
    joints: Floats
    threads: Floats
    sparse_mm2: Floats

    @property
    def deposited_mm3(self) -> float:
        """All of the part."""
        return float((self.solid + self.sparse + self.joints + self.threads).sum())


def volumes(part: Deposit, reference: Reference, settings: PrintSettings, native: bool) -> Volumes:
    """Beads that abut at their spacing fill a layer exactly, so the area that solid ones cover at that width is what
    they should have pushed; laid over each other they push more than they cover."""
    layers, heights = len(reference), reference.grid.heights_mm
    role, layer, volume = part.role, part.layer, part.volume_mm3
    sparse, thread = role == INFILL, np.isin(role, THREADS)
    solid = ~sparse & ~thread
    group = np.where(np.isin(role, (EXTERNAL, PERIMETER, OVERHANG)), WALLS, np.where(role == GAP, GAPS, FILLS))
    covered = bead_runs(part.a[solid], part.b[solid], np.minimum(part.spacing_mm[solid], WIDEST_MM) / 2.0,
                        (layer * GROUPS + group)[solid], PITCH_MM)
    due = sums(covered.owner // GROUPS, covered.length_mm, layers) * PITCH_MM * heights
    inner = _inner(part, ~sparse, reference, settings)
    pushed, joints = _split(part, np.flatnonzero(sparse), inner, layers)
    area = inner.area_mm2(layers, INNER_PITCH_MM)
    return Volumes(sums(layer[solid], volume[solid], layers), due, pushed,
                   _asked(inner, reference, settings, {} if native else FOREIGN_DENSITY) * heights, joints,
                   sums(layer[thread], volume[thread], layers), area)


def _inner(part: Deposit, solid: np.ndarray, reference: Reference, settings: PrintSettings) -> Runs:
    """Inside the section, away from every solid bead."""
    away = JOINT_WIDTHS * settings.line_width_mm
    wide = bead_runs(part.a[solid], part.b[solid], part.radius_mm[solid] + away, part.layer[solid], INNER_PITCH_MM)
    return combined(reference.runs([d.section for d in reference.distinct], INNER_PITCH_MM), wide, True, False)


def _split(deposit: Deposit, rows: Ints, inner: Runs, layers: int) -> tuple[Floats, Floats]:
    """Volume of sparse beads inside and along the walls, by short pieces."""
    pieces = np.maximum(np.ceil(deposit.length_mm[rows] / PIECE_MM), 1.0).astype(np.int64)
    of = np.repeat(np.arange(len(rows)), pieces)
    at = (np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[of]
    row = rows[of]
    middle = deposit.a[row] + at[:, None] * (deposit.b[row] - deposit.a[row])
    volume = (deposit.volume_mm3[rows] / pieces)[of]
    inside = holds(inner, middle, deposit.layer[row], INNER_PITCH_MM)
    return (sums(deposit.layer[row[inside]], volume[inside], layers),
            sums(deposit.layer[row[~inside]], volume[~inside], layers))


def _asked(inner: Runs, reference: Reference, settings: PrintSettings, more: Mapping[str, float]) -> Floats:
    """Area of solid material that the densities ask for inside."""
    layers = len(reference)
    total = np.zeros(layers)
    rest = inner
    for zone in reversed(reference.zones):
        runs = zone_runs(zone.sections, INNER_PITCH_MM)
        density = zone.density * more.get(zone.pattern, 1.0)
        total += density * combined(rest, runs, True, True).area_mm2(layers, INNER_PITCH_MM)
        rest = combined(rest, runs, True, False)
    density = settings.infill_density * more.get(settings.infill_pattern, 1.0)
    return np.asarray(total + density * rest.area_mm2(layers, INNER_PITCH_MM))


def zone_runs(sections: tuple[Region, ...], pitch_mm: float) -> Runs:
    """Stretches of a zone in every layer."""
    spans = scan(loops_of(sections), np.full(max(len(sections), 1), ANGLE_DEG), pitch_mm)
    return runs_of(spans)


def line_slack_mm3(found: Volumes, reference: Reference, settings: PrintSettings) -> float:
    """Lines come whole: half a line across the sparse area, more or less, is no error."""
    if settings.infill_density <= 0.0:
        return 0.0
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    ways = WAYS.get(settings.infill_pattern, 1.0)
    return float((0.5 * ways * spacing * np.sqrt(found.sparse_mm2) * reference.grid.heights_mm).sum())
