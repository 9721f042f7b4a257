"""Deposited material against the solid, layer by layer, on scanlines through all layers at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import loops_of
from fabwright.machines.fdm.scanlines import X_STEP_MM, line_key, line_number, scan_edges, unpack_x
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.verify.deposit import THREADS, Deposit
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.runs import ANGLE_DEG, LAYER_BITS, Runs, bead_runs, combined, of_layers
from fabwright.model import Floats, Ints

# About this many bead crossings are looked at; the pitch follows from it, between these bounds.
CROSSINGS = 4e5
PITCH_MM = (0.08, 0.5)
# A void is a place in a solid area further than this from every bead.
VOID_MM = 0.12
# Threads in the air are laid this much apart (PrusaSlicer's BRIDGE_EXTRA_SPACING 0.05, and rounding).
THREAD_GAP_MM = 0.06
# Beads further away are beyond any bed: other checks refuse them, and scanlines do not reach there.
REACH_MM = 900.0


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Figures per layer (layers,): areas in mm2, lengths in mm; `beads` are the stretches that the part's beads cover,
    `wide` those within VOID_MM of them, on scanlines `pitch_mm` apart."""

    pitch_mm: float
    beads: Runs
    wide: Runs
    outside_mm2: Floats
    void_mm2: Floats
    missing_mm2: Floats
    excess_mm2: Floats
    boundary_p99_mm: Floats


def part_beads(deposit: Deposit, layers: int) -> Ints:
    """Rows of the part's beads that lie where they can be measured."""
    near = (np.abs(deposit.a).max(axis=1, initial=0.0) < REACH_MM) & (
        np.abs(deposit.b).max(axis=1, initial=0.0) < REACH_MM)
    return np.flatnonzero(deposit.part & near & (deposit.layer >= 0) & (deposit.layer < layers))


def measure(part: Deposit, reference: Reference, settings: PrintSettings) -> Measured:
    """Compare the part's beads with the reference of every layer."""
    layers, pitch = len(reference), _pitch(part)
    a, b, layer = part.a, part.b, part.layer
    radius = part.radius_mm + np.where(np.isin(part.role, THREADS), THREAD_GAP_MM / 2.0, 0.0)
    beads = bead_runs(a, b, radius, layer, pitch)
    wide = bead_runs(a, b, radius + VOID_MM, layer, pitch)
    whole, required, allowed = (reference.runs(regions, pitch) for regions in (
        [d.may for d in reference.distinct], [d.required for d in reference.distinct],
        [d.may.grown(settings.line_width_mm / 2.0) for d in reference.distinct]))
    outside, void, missing, excess = (runs.area_mm2(layers, pitch) for runs in (
        combined(beads, allowed, True, False), combined(required, wide, True, False),
        combined(required, beads, True, False), combined(beads, whole, True, False)))
    away = _boundary(beads, reference, pitch, (a, b, radius, layer), settings.line_width_mm / 4.0)
    return Measured(pitch, beads, wide, outside, void, missing, excess, away)


def _pitch(part: Deposit) -> float:
    """Scanline distance, in hundredths: fine for a small part, coarse for a large one."""
    low, high = PITCH_MM
    if not len(part):
        return high
    step = np.abs(part.b - part.a).sum() + 2.0 * len(part)
    return float(np.round(np.clip(step / CROSSINGS, low, high), 2))


# At least so many crossings of a layer are set aside as the worst, like the worst hundredth.
SET_ASIDE = 2
WALLED_MM = 0.45
SAME_EDGE_MM = 0.01
FAR_MM = 10.0


def _boundary(beads: Runs, reference: Reference, pitch: float, laid: tuple[Floats, Floats, Floats, Ints],
              doubt_mm: float) -> Floats:
    """99th percentile per layer of the distance between the section's edge and the nearest edge of the beads' union.

    Measured along the scanline and turned to the edge's normal; what comes out larger than `doubt_mm` is measured again
    straight to the beads. Edges of parts too thin for a wall are left out, and at least SET_ASIDE crossings of a layer
    are.
    """
    layers = len(reference)
    angle = np.full(len(reference.distinct), ANGLE_DEG)
    crossing, sine = scan_edges(loops_of([d.edges for d in reference.distinct]), angle, pitch)
    true, _ = scan_edges(loops_of([d.may for d in reference.distinct]), angle, pitch)
    real = _nearest(crossing, true) < SAME_EDGE_MM
    # A line that only clips a corner meets no bead, since beads are round: short chords are left out.
    # So are edges of parts thinner than that across.
    real &= np.repeat((crossing[1::2] - crossing[0::2]) * X_STEP_MM, 2) * sine >= 2.0 * WALLED_MM
    # In an inner corner they bulge over the short stretch outside.
    corner = np.flatnonzero((crossing[2::2] - crossing[1:-1:2]) * X_STEP_MM < 2.0 * WALLED_MM)
    real[2 * corner + 1] = real[2 * corner + 2] = False
    chords = of_layers(Runs(crossing[0::2], crossing[1::2]), reference.which)
    first = _positions(crossing[0::2], reference.which)
    away = np.concatenate([_nearest(chords.low, beads.low), _nearest(chords.high, beads.high)])
    layer = np.concatenate([chords.owner, chords.owner])
    of = np.concatenate([2 * first, 2 * first + 1])
    at = np.concatenate([chords.low, chords.high])[real[of]]
    away, layer = (away * sine[of])[real[of]], layer[real[of]]
    _measure_again(away, at, layer, laid, doubt_mm, pitch)
    order = np.lexsort((away, layer))
    away, layer = away[order], layer[order]
    start, stop = (np.searchsorted(layer, np.arange(layers), side) for side in ("left", "right"))
    at = stop - 1 - np.maximum(np.floor(0.01 * (stop - start)), SET_ASIDE).astype(np.int64)
    if not len(away):
        return np.zeros(layers)
    return np.where(at >= start, away[np.clip(at, 0, len(away) - 1)], 0.0)


# More doubtful crossings of a layer than this are no doubt.
DOUBTS = 300


def _measure_again(away: Floats, at: Ints, layer: Ints, laid: tuple[Floats, Floats, Floats, Ints], doubt_mm: float,
                   pitch: float) -> None:
    """Where no bead covers the edge, the distance along a scanline overstates the gap to a bead that lies beside it."""
    rows = np.flatnonzero(away > doubt_mm)
    if not len(rows):
        return
    angle = np.radians(ANGLE_DEG)
    x, y = unpack_x(at[rows]), line_number(at[rows]) * pitch
    points = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=1)
    a, b, radius, of = laid
    order = np.argsort(of, kind="stable")
    for each in np.unique(layer[rows]):
        mine = np.flatnonzero(layer[rows] == each)
        first, last = np.searchsorted(of[order], [each, each + 1])
        beads = order[first:last]
        if len(mine) > DOUBTS or not len(beads):
            continue
        gap = gaps_mm(points[mine], a[beads], b[beads], radius[beads])
        open_ = gap > 0.0
        away[rows[mine[open_]]] = np.minimum(away[rows[mine[open_]]], gap[open_])


def gaps_mm(points: Floats, a: Floats, b: Floats, radius_mm: Floats) -> Floats:
    """From each of the points (n, 2) to the nearest bead; negative inside one."""
    step = b - a
    square = np.maximum((step ** 2).sum(axis=1), 1e-18)
    offset = points[:, None, :] - a[None, :, :]
    share = np.clip((offset * step).sum(axis=2) / square, 0.0, 1.0)
    distance = np.hypot(*np.moveaxis(offset - share[:, :, None] * step, 2, 0))
    return np.asarray((distance - radius_mm).min(axis=1))


def _positions(low: Ints, which: Ints) -> Ints:
    """Rows of `low` that `of_layers` takes, in its order."""
    owner = low >> LAYER_BITS
    first, last = np.searchsorted(owner, which, "left"), np.searchsorted(owner, which, "right")
    count = last - first
    return np.asarray(np.arange(int(count.sum())) + np.repeat(first - np.cumsum(count) + count, count))


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
