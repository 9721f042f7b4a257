"""Whether every bead lies over something: bed, part, support or raft; or bridges from one to another.

A piece of a bead is held where material lies under its middle or a tenth of a millimetre beside it, or where the
solid below is declared sparse and a bead of it is within the infill's reach. What is not held hangs. A hanging piece
is accepted next to an earlier bead of its layer, on a straight bridge held at both ends, or within the declared
cantilever of material below if its run begins or ends at something; anything else lies in the air.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.schema import Limits
from fabwright.machines.fdm.settings import CUSTOM, INTERFACE, SKIRT, SUPPORT, PrintSettings
from fabwright.machines.fdm.verify.deposit import HEIGHT_MM, Deposit
from fabwright.machines.fdm.verify.material import Measured
from fabwright.machines.fdm.verify.reach import Near
from fabwright.machines.fdm.verify.reference import Reference
from fabwright.machines.fdm.verify.runs import bead_runs, combined, holds, shifted_layers, sums
from fabwright.model import Floats, Ints

PITCH_MM, REACH_PITCH_MM = 0.4, (0.3, 1.0)
PIECE_MM = 1.0
# Under a piece: material of supports within this of its middle (of the part: within VOID_MM).
UNDER_MM = 0.15
# Beside a piece: the middle of an earlier bead of the layer within this many widths, and half a piece.
BESIDE = 1.35
# Straight enough for a bridge: chord over length.
STRAIGHT = 0.97
# With supports declared, a bead hangs at most this far beyond them.
SUPPORTED_MM = 2.0
# A bead is beside itself only where its path comes back after this much.
APART_MM = 3.0
# Neighbours are looked for in cells of this size: more than a width and half a piece.
CELL_MM = 1.5
REACH_MM = 900.0
# Supports may touch the part's side by this much.
RIM_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Hanging:
    """Per layer (layers,): `air_mm` length of beads in the air; `bridge_mm` longest straight bridge. `moves` whose
    beads lie in the air."""

    air_mm: Floats
    bridge_mm: Floats
    moves: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Pieces of beads in the order laid: `move` in the trace, `a`, `b`, `middle` (n, 2), `long` mm, `layer`, `width`,
    `follows` True where it goes on from the piece before."""

    move: Ints
    a: Floats
    b: Floats
    middle: Floats
    long: Floats
    layer: Ints
    width: Floats
    follows: np.ndarray


def hanging(deposit: Deposit, part: Deposit, measured: Measured, spread: Deposit, infill: Near, reference: Reference,
            settings: PrintSettings, limits: Limits) -> Hanging:
    """Try every bead of the part above the bed; `spread` are the part's beads in each layer that they fill, `infill`
    what lies within its reach of them."""
    layers = len(reference)
    nothing = Hanging(np.zeros(layers), np.zeros(layers), np.empty(0, dtype=np.int64))
    pieces = _cut(part, np.flatnonzero(part.layer >= _first_hanging(reference, settings)))
    if not len(pieces.move):
        return nothing
    supports, below = _supports(deposit, reference, settings), shifted_layers(measured.wide, 1)

    def on_ground(points: Floats, rows: Ints) -> np.ndarray:
        over = holds(below, points, pieces.layer[rows], measured.pitch_mm)
        if len(supports.layer) and not over.all():
            over[~over] = _within(supports, points[~over], pieces.layer[rows[~over]], UNDER_MM)
        return over

    held = on_ground(pieces.middle, np.arange(len(pieces.move)))
    left = np.flatnonzero(~held)
    if len(left):
        held[left] = _over_sparse(pieces, left, infill, reference)
    hang = np.flatnonzero(~held)
    if not len(hang):
        return nothing
    free = limits.refuse_cantilever_mm
    free = min(free, SUPPORTED_MM) if settings.supports != "none" else free
    near = (_within(_Ground(spread.a, spread.b, spread.radius_mm, spread.layer + 1), pieces.middle[hang],
                    pieces.layer[hang], free)
            | _within(supports, pieces.middle[hang], pieces.layer[hang], free))
    return _judge(pieces, hang, near, on_ground, limits, layers)


def _first_hanging(reference: Reference, settings: PrintSettings) -> int:
    """The first layer that can hang: where supports are ordered, the bed carries what begins within their gap of it, as
    no support fits there."""
    gap = settings.support_gap_z_mm if settings.supports != "none" else 0.0
    bottoms = reference.grid.tops_mm - reference.grid.heights_mm
    return max(int(np.searchsorted(bottoms, gap + HEIGHT_MM, "right")), 1)


def _over_sparse(pieces: _Pieces, rows: Ints, infill: Near, reference: Reference) -> np.ndarray:
    """Which pieces lie over the solid of the layer below, with a bead of it in reach of its infill."""
    below = shifted_layers(reference.runs([d.section for d in reference.distinct], PITCH_MM), 1)
    over = holds(below, pieces.middle[rows], pieces.layer[rows], PITCH_MM)
    if np.isfinite(infill.reach_mm):
        over &= holds(shifted_layers(infill.runs, 1), pieces.middle[rows], pieces.layer[rows], infill.pitch_mm)
    return over


def _within(ground: _Ground, points: Floats, layer: Ints, reach_mm: float) -> np.ndarray:
    """Which points have ground of their layer within this distance; only those layers are looked at."""
    wanted = np.zeros(int(max(ground.layer.max(initial=0), layer.max(initial=0))) + 1, dtype=bool)
    wanted[layer] = True
    some = np.flatnonzero(wanted[ground.layer])
    pitch = float(np.round(np.clip(reach_mm / 2.0, *REACH_PITCH_MM), 2))
    runs = bead_runs(ground.a[some], ground.b[some], ground.radius_mm[some] + reach_mm, ground.layer[some], pitch)
    return holds(runs, points, layer, pitch)


def _cut(deposit: Deposit, rows: Ints) -> _Pieces:
    count = np.maximum(np.ceil(deposit.length_mm[rows] / PIECE_MM), 1.0).astype(np.int64)
    of = np.repeat(np.arange(len(rows)), count)
    at = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    row = rows[of]
    step = deposit.b[row] - deposit.a[row]
    a = deposit.a[row] + (at / count[of])[:, None] * step
    b = deposit.a[row] + ((at + 1) / count[of])[:, None] * step
    follows = np.zeros(len(row), dtype=bool)
    follows[1:] = (np.abs(a[1:] - b[:-1]).max(axis=1) < 1e-6) & (np.diff(deposit.layer[row]) == 0)
    return _Pieces(deposit.move[row], a, b, (a + b) / 2.0, deposit.length_mm[row] / count[of], deposit.layer[row],
                   2.0 * deposit.radius_mm[row], follows)


def inside_mm2(deposit: Deposit, reference: Reference) -> Floats:
    """Area per layer of supports inside the part's section, its rim apart."""
    layers = len(reference)
    rows = np.flatnonzero(np.isin(deposit.role, (SUPPORT, INTERFACE)) & _near(deposit) & (deposit.layer < layers))
    if not len(rows):
        return np.zeros(layers)
    beads = bead_runs(deposit.a[rows], deposit.b[rows], deposit.radius_mm[rows], deposit.layer[rows], PITCH_MM)
    solid = reference.runs([d.section.grown(-RIM_MM) for d in reference.distinct], PITCH_MM)
    return combined(beads, solid, True, True).area_mm2(layers, PITCH_MM)


def _near(deposit: Deposit) -> np.ndarray:
    far = np.maximum(np.abs(deposit.a).max(axis=1, initial=0.0), np.abs(deposit.b).max(axis=1, initial=0.0))
    return np.asarray((far < REACH_MM) & (deposit.layer >= 0))


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """Beads that carry: `a`, `b`, `radius_mm`, and the `layer` that they carry."""

    a: Floats
    b: Floats
    radius_mm: Floats
    layer: Ints


def _supports(deposit: Deposit, reference: Reference, settings: PrintSettings) -> _Ground:
    """Supports and raft carry what begins up to the first layer past their gap."""
    grid = reference.grid
    bottoms = grid.tops_mm - grid.heights_mm
    gap = max(settings.support_gap_z_mm if settings.supports != "none" else 0.0,
              settings.raft_gap_mm if settings.raft_layers else 0.0)
    # Where the lowest layer over supports is a bridge, slicers count the gap from the thread's underside.
    hang = np.max(deposit.height_mm - grid.heights_mm[deposit.layer], initial=0.0, where=deposit.part)
    gap += float(np.clip(hang, 0.0, settings.nozzle_mm)) if gap > 0.0 else 0.0
    beside = (CUSTOM,) if settings.raft_layers else (CUSTOM, SKIRT)
    apart = np.flatnonzero(~deposit.part & ~np.isin(deposit.role, beside) & _near(deposit))
    first = np.searchsorted(bottoms, deposit.top_mm[apart] - HEIGHT_MM)
    # The gap is made of whole layers, so the first layer at or beyond it is carried.
    last = np.minimum(np.searchsorted(bottoms, deposit.top_mm[apart] + gap - HEIGHT_MM) + 1, len(bottoms))
    count = np.maximum(last - first, 0)
    row = np.repeat(apart, count)
    carried = np.arange(len(row)) + np.repeat(first - np.cumsum(count) + count, count)
    return _Ground(deposit.a[row], deposit.b[row], deposit.radius_mm[row], carried)


def _judge(pieces: _Pieces, hang: Ints, near: np.ndarray, on_ground: Callable[[Floats, Ints], np.ndarray],
           limits: Limits, layers: int) -> Hanging:
    """Group hanging pieces into runs along their paths, and find what holds each."""
    starts = np.concatenate([[True], (np.diff(hang) != 1) | ~pieces.follows[hang[1:]]])
    first = np.flatnonzero(starts)
    last = np.concatenate([first[1:], [len(hang)]]) - 1
    run = np.cumsum(starts) - 1
    laid = np.cumsum(pieces.long)
    begin, end = hang[first], hang[last]
    goes_on = np.append(pieces.follows, False)[end + 1]
    width = pieces.width
    before = laid[begin] - pieces.long[begin]
    from_held = (pieces.follows[begin] | on_ground(pieces.a[begin], begin)
                 | _beside(pieces, pieces.a[begin], begin, before, width))
    to_held = goes_on | on_ground(pieces.b[end], end) | _beside(pieces, pieces.b[end], end, before, width)
    length = np.bincount(run, pieces.long[hang])
    chord = np.hypot(*(pieces.b[end] - pieces.a[begin]).T)
    bridge = from_held & to_held & (chord > STRAIGHT * length - 0.1) & (length <= limits.refuse_bridge_mm)
    beside = _beside(pieces, pieces.middle[hang], hang, laid[hang] - pieces.long[hang] - APART_MM, width)
    good = beside | bridge[run] | (near & (from_held | to_held)[run])
    layer = pieces.layer[hang]
    longest = np.zeros(layers)
    np.maximum.at(longest, pieces.layer[begin[bridge]], length[bridge])
    return Hanging(sums(layer[~good], pieces.long[hang[~good]], layers), longest, np.unique(pieces.move[hang[~good]]))


def _beside(pieces: _Pieces, points: Floats, of: Ints, before_mm: Floats, width: Floats) -> np.ndarray:
    """For each point, belonging to piece `of`, whether a bead of that layer lies beside it that was laid before so many
    mm of beads had been."""
    key, order = _cells(pieces.layer, pieces.middle)
    laid = np.cumsum(pieces.long)
    found = np.zeros(len(points), dtype=bool)
    cell = np.floor(points / CELL_MM).astype(np.int64)
    for x in (-1, 0, 1):
        # Cells of one column follow one another, so three of them are one range.
        low = np.searchsorted(key, _key(pieces.layer[of], cell[:, 0] + x, cell[:, 1] - 1), "left")
        high = np.searchsorted(key, _key(pieces.layer[of], cell[:, 0] + x, cell[:, 1] + 1), "right")
        count = high - low
        point = np.repeat(np.arange(len(points)), count)
        other = order[np.arange(len(point)) + np.repeat(low - np.cumsum(count) + count, count)]
        early = laid[other] <= before_mm[point] + 1e-9
        point, other = point[early], other[early]
        near = _distance(points[point], pieces.a[other], pieces.b[other]) <= BESIDE * np.maximum(
            width[other], width[of[point]])
        found[point[near]] = True
    return found


def _cells(layer: Ints, middle: Floats) -> tuple[Ints, Ints]:
    cell = np.floor(middle / CELL_MM).astype(np.int64)
    key = _key(layer, cell[:, 0], cell[:, 1])
    order = np.argsort(key, kind="stable")
    return key[order], order


def _key(layer: Ints, x: Ints, y: Ints) -> Ints:
    return np.asarray((layer << 40) + ((x + (1 << 19)) << 20) + y + (1 << 19))


def _distance(points: Floats, a: Floats, b: Floats) -> Floats:
    """From each point to its own segment."""
    step = b - a
    square = (step ** 2).sum(axis=1)
    share = np.clip(((points - a) * step).sum(axis=1) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
    return np.asarray(np.hypot(*(points - a - share[:, None] * step).T))
