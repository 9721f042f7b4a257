"""Deposited material against the solid, layer by layer, on scanlines through all layers at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region, loops_of
from fabwright.machines.fdm.scanlines import X_STEP_MM, line_key, pack, scan, scan_edges
from fabwright.machines.fdm.settings import INFILL, PrintSettings, bead_spacing_mm
from fabwright.machines.fdm.verify.deposit import Deposit
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.runs import Runs, bead_runs, combined, merged, shifted_layers, sums
from fabwright.model import Floats, Ints, Trace

# Neither along walls of a box nor along its hatching: every edge is crossed, at 22.5 degrees or more.
ANGLE_DEG = 22.5
# About this many bead crossings are looked at; the pitch follows from it, between these bounds.
CROSSINGS = 1.2e6
PITCH_MM = (0.08, 0.4)
# A void is a place in a solid area further than this from every bead.
VOID_MM = 0.12
# Beads further away are beyond any bed: other checks refuse them, and scanlines do not reach there.
REACH_MM = 900.0


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Figures per layer (layers,) unless said otherwise; areas in mm2, lengths in mm.

    `pushed_mm2` is the volume pushed over the layer's height, without the joints between sparse lines (`joints_mm2`);
    `expected_mm2` is the area that solid beads cover plus the declared density of the rest, `sparse_mm2`.
    """

    pitch_mm: float
    outside_mm2: Floats
    void_mm2: Floats
    missing_mm2: Floats
    excess_mm2: Floats
    boundary_p99_mm: Floats
    open_mm2: Floats
    unsupported_mm2: Floats
    pushed_mm2: Floats
    joints_mm2: Floats
    expected_mm2: Floats
    sparse_mm2: Floats


def measure(trace: Trace, deposit: Deposit, reference: Reference, settings: PrintSettings) -> Measured:
    """Compare the part's beads with the reference of every layer."""
    layers = len(reference.tops_mm)
    near = (np.abs(deposit.a).max(axis=1) < REACH_MM) & (np.abs(deposit.b).max(axis=1) < REACH_MM)
    part = np.flatnonzero(deposit.part & near & (deposit.layer < layers))
    pitch = _pitch(deposit, part)
    a, b, radius, layer = deposit.a[part], deposit.b[part], deposit.radius_mm[part], deposit.layer[part]
    beads = bead_runs(a, b, radius, layer, ANGLE_DEG, pitch)
    wide = bead_runs(a, b, radius + VOID_MM, layer, ANGLE_DEG, pitch)
    whole, required = _runs(reference.section, pitch), _runs(reference.required, pitch)
    allowed = _runs([r.grown(settings.line_width_mm / 2.0) for r in reference.section], pitch)
    outside, void, missing, excess = (runs.area_mm2(layers, pitch) for runs in (
        combined(beads, allowed, True, False), combined(required, wide, True, False),
        combined(required, beads, True, False), combined(beads, whole, True, False)))
    sparse = _sparse(trace, deposit, settings, layers)
    gap, unsupported = _open(a, b, radius, layer, reference, settings, pitch)
    volumes = _volumes(deposit, part, sparse, whole, settings, pitch, layers)
    return Measured(pitch, outside, void, missing, excess, _boundary(beads, reference, pitch, layers), gap,
                    unsupported, *volumes)


def infill_reach_mm(settings: PrintSettings) -> float:
    """Furthest that a place inside may lie from a bead, given the declared infill: half its pitch and a tenth more."""
    spacing = bead_spacing_mm(settings.line_width_mm, settings.layer_height_mm)
    pitch = spacing / settings.infill_density * (2.0 if settings.infill_pattern == "grid" else 1.0)
    return 0.55 * pitch


def _open(a: Floats, b: Floats, radius: Floats, layer: Ints, reference: Reference, settings: PrintSettings,
          pitch: float) -> tuple[Floats, Floats]:
    """Areas per layer, mm2: inside the section but too far from every bead for the declared infill; and of beads over
    the solid of the layer below that lie too far from any bead of it."""
    layers = len(reference.tops_mm)
    if settings.infill_density <= 0.0:
        return np.zeros(layers), np.zeros(layers)
    reach = infill_reach_mm(settings)
    pitch = max(pitch, round(reach / 2.0, 2))
    beads = bead_runs(a, b, radius, layer, ANGLE_DEG, pitch)
    near = bead_runs(a, b, radius + reach, layer, ANGLE_DEG, pitch)
    gap = combined(_runs(reference.printable, pitch), near, True, False).area_mm2(layers, pitch)
    solid_below = shifted_layers(_runs([r.grown(-0.05) for r in reference.section], pitch), 1)
    bare = combined(beads, shifted_layers(near, 1), True, False)
    unsupported = combined(bare, solid_below, True, True).area_mm2(layers + 1, pitch)[:layers]
    unsupported[0] = 0.0
    return gap, unsupported


def _volumes(deposit: Deposit, part: np.ndarray, sparse: Sparse, whole: Runs, settings: PrintSettings, pitch: float,
             layers: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Pushed without joints, joints, expected, sparse: volume over layer height per layer.

    Beads that abut at their spacing fill a layer exactly, so the area that the solid ones cover at that width is what
    they should have pushed; laid over each other they push more than they cover.
    """
    volume = deposit.volume_mm3[part] / deposit.height_mm[part]
    layer, infill, joint = deposit.layer[part], sparse.infill[part], sparse.joint[part]
    solid = part[~infill]
    covered = bead_runs(deposit.a[solid], deposit.b[solid], deposit.spacing_mm[solid] / 2.0, deposit.layer[solid],
                        ANGLE_DEG, pitch)
    rest = combined(whole, covered, True, False).area_mm2(layers, pitch)
    pushed, joints = sums(layer[~joint], volume[~joint], layers), sums(layer[joint], volume[joint], layers)
    return pushed, joints, covered.area_mm2(layers, pitch) + settings.infill_density * rest, rest


def _pitch(deposit: Deposit, part: np.ndarray) -> float:
    """Scanline distance, in hundredths: fine for a small part, coarse for a large one."""
    low, high = PITCH_MM
    if not len(part):
        return high
    step = np.abs(deposit.b[part] - deposit.a[part]).sum() + 2.0 * len(part)
    return float(np.round(np.clip(step / CROSSINGS, low, high), 2))


def _runs(regions: list[Region] | tuple[Region, ...], pitch: float) -> Runs:
    spans = scan(loops_of(regions), np.full(max(len(regions), 1), ANGLE_DEG), pitch)
    return merged(pack(spans.owner, spans.line, spans.low), pack(spans.owner, spans.line, spans.high))


def _boundary(beads: Runs, reference: Reference, pitch: float, layers: int) -> Floats:
    """99th percentile per layer of the distance between the section's edge and the nearest edge of the beads' union.

    Measured along the scanline and turned to the edge's normal. Edges of parts too thin for a wall are left out, and
    at least SET_ASIDE crossings of a layer are.
    """
    angle = np.full(max(layers, 1), ANGLE_DEG)
    crossing, sine = scan_edges(loops_of([r.opened(WALLED_MM) for r in reference.section]), angle, pitch)
    true, _ = scan_edges(loops_of(reference.section), angle, pitch)
    real = _nearest(crossing, true) < SAME_EDGE_MM
    # A line that only clips a corner meets no bead, since beads are round: short chords are left out.
    real &= np.repeat((crossing[1::2] - crossing[0::2]) * X_STEP_MM >= 2.0 * WALLED_MM, 2)
    away = np.empty(len(crossing))
    away[0::2], away[1::2] = _nearest(crossing[0::2], beads.low), _nearest(crossing[1::2], beads.high)
    away, layer = (away * sine)[real], (line_key(crossing) >> 17)[real]
    order = np.lexsort((away, layer))
    away, layer = away[order], layer[order]
    first, last = (np.searchsorted(layer, np.arange(layers), side) for side in ("left", "right"))
    count = last - first
    at = last - 1 - np.maximum(np.floor(0.01 * count), SET_ASIDE).astype(np.int64)
    if not len(away):
        return np.zeros(layers)
    return np.where(at >= first, away[np.clip(at, 0, len(away) - 1)], 0.0)


SET_ASIDE = 2
WALLED_MM = 0.45
SAME_EDGE_MM = 0.01
FAR_MM = 10.0


def _nearest(position: np.ndarray, edges: np.ndarray) -> Floats:
    """Distance along its line from each position to the nearest edge on that line, at most FAR_MM."""
    if not len(edges):
        return np.full(len(position), FAR_MM)
    after = np.clip(np.searchsorted(edges, position), 0, len(edges) - 1)
    best = np.full(len(position), FAR_MM)
    for slot in (after, np.maximum(after - 1, 0)):
        same = line_key(edges[slot]) == line_key(position)
        best = np.where(same, np.minimum(best, np.abs(edges[slot] - position) * X_STEP_MM), best)
    return best


@dataclass(frozen=True, slots=True, eq=False)
class Sparse:
    """Per bead whether it is `infill`, and whether it is a `joint` between two lines of it."""

    infill: np.ndarray
    joint: np.ndarray


# A joint differs in direction from the lines by more than this.
JOINT_DEG = 20.0


def _sparse(trace: Trace, deposit: Deposit, settings: PrintSettings, layers: int) -> Sparse:
    """The lines' direction is taken from each layer's own infill moves, the pattern from the setup."""
    infill = deposit.role == INFILL
    rows = np.flatnonzero(infill & (deposit.layer < layers))
    step = deposit.b[rows] - deposit.a[rows]
    folds = 4.0 if settings.infill_pattern == "grid" else 2.0
    turn = folds * np.arctan2(step[:, 1], step[:, 0])
    # Long moves are the lines, short ones the joints between them: weigh by the square of the length.
    weight = deposit.length_mm[rows] ** 2
    cos, sin = (sums(deposit.layer[rows], weight * f(turn), layers) for f in (np.cos, np.sin))
    angle = np.arctan2(sin, cos) / folds
    off = np.abs(np.remainder(turn / folds - angle[deposit.layer[rows]] + np.pi / folds, 2 * np.pi / folds)
                 - np.pi / folds)
    joint = np.zeros(len(infill), dtype=bool)
    joint[rows[off > np.radians(JOINT_DEG)]] = True
    return Sparse(infill, joint)
