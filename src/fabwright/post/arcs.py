"""Arcs on the grid of the file: ends rounded, centres still consistent, no arc turned into its complement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabwright.errors import PostError
from fabwright.model import MoveKind, Moves
from fabwright.model.shapes import Floats, Ints
from fabwright.post.decimals import scaled

#: Largest difference between the radius at the start and at the end of a written arc, mm; the strictest of the
#: controllers' own limits that the project tests against (LinuxCNC with CENTER_ARC_RADIUS_TOLERANCE_MM = 0.002).
RADIUS_TOLERANCE_MM = 0.002

#: An arc of more than half a turn whose ends are nearer than this many grid steps is written as a full turn: rounding
#: moves either end by up to 0.71 of a step, so that the gap could close or change sign.
CLOSING_STEPS = 3.0

#: Ends nearer than this are the same point and mean a full turn, mm: above the noise of doubles at 10 m (1e-11), below
#: any arc that an offset leaves over.
SAME_POINT_MM = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Moves on the grid: `kind` (n,), `x`, `y` (n,) in grid steps, `arcs` (m,) indices with `i`, `j` (m,) in tenths."""

    kind: NDArray[np.uint8]
    x: Ints
    y: Ints
    arcs: Ints
    i: Ints
    j: Ints


def settle(moves: Moves, decimals: int, name: str) -> Settled:
    """Round ends to `decimals` and centres to one more, so that both radii agree within `RADIUS_TOLERANCE_MM`.

    An arc too short for the grid becomes a line. Raises PostError naming file and move for an arc without radius or
    with radii that differ in the toolpath itself.
    """
    x, y = scaled(moves.x, decimals), scaled(moves.y, decimals)
    at = np.flatnonzero(moves.kind >= MoveKind.ARC_CW)
    if not len(at):
        return Settled(moves.kind, x, y, at, at, at)
    start = np.column_stack([moves.x[at - 1], moves.y[at - 1]])
    end = np.column_stack([moves.x[at], moves.y[at]])
    centre = start + np.column_stack([moves.i[at], moves.j[at]])
    ccw = moves.kind[at] == MoveKind.ARC_CCW
    step = 10.0**-decimals
    _refuse(at, np.hypot(moves.i[at], moves.j[at]) < step, name, f"an arc needs a radius of at least {step:g} mm")
    sweep = _sweep(start, end, centre, ccw)
    closed = (np.hypot(*(end - start).T) < CLOSING_STEPS * step) & (sweep > np.pi)
    x, y = _close(x, at[closed]), _close(y, at[closed])

    first, last = _points(x[at - 1], y[at - 1], step), _points(x[at], y[at], step)
    centre = _between(first, last, centre)
    tenths = np.column_stack([scaled(centre[:, k] - first[:, k], decimals + 1) for k in (0, 1)])
    centre = first + tenths * (step / 10)
    flat = ~closed & (np.abs(_sweep(first, last, centre, ccw) - sweep) > np.pi)
    _refuse(at, flat & (sweep > np.pi), name, "the arc nearly closes and cannot be rounded safely; split it")
    gap = np.abs(np.hypot(*(first - centre).T) - np.hypot(*(last - centre).T))
    _refuse(at, ~flat & (gap > max(RADIUS_TOLERANCE_MM, 2 * step)), name,
            f"the radii at the arc's start and end differ by more than {RADIUS_TOLERANCE_MM} mm; give its true centre")
    kind = moves.kind.copy()
    kind[at[flat]] = MoveKind.LINEAR
    return Settled(kind, x, y, at[~flat], tenths[~flat, 0], tenths[~flat, 1])


def _points(x: Ints, y: Ints, step: float) -> Floats:
    return np.column_stack([x, y]).astype(np.float64) * step


def _refuse(at: Ints, bad: NDArray[np.bool_], name: str, why: str) -> None:
    if bad.any():
        raise PostError(f"{name}: move {int(at[np.argmax(bad)])}: {why}")


def _sweep(start: Floats, end: Floats, centre: Floats, ccw: NDArray[np.bool_]) -> Floats:
    """Angle turned from `start` to `end` (m, 2) about `centre`, radians in (0, 2 pi]; the same point is a full turn."""
    a, b = start - centre, end - centre
    turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(axis=1))
    turn = np.where(ccw, turn, -turn) % (2 * np.pi)
    return np.where(np.hypot(*(end - start).T) < SAME_POINT_MM, 2 * np.pi, turn)


def _close(values: Ints, closed: Ints) -> Ints:
    """Each closed arc ends exactly where it starts, also where several follow each other."""
    source = np.arange(len(values))
    source[closed] = 0
    return np.asarray(values[np.maximum.accumulate(source)])


def _between(start: Floats, end: Floats, centre: Floats) -> Floats:
    """Centres moved along their chord to lie at the same distance from both ends, where that takes no real move."""
    chord = end - start
    length = np.hypot(*chord.T)
    along = chord / np.where(length > 0, length, 1.0)[:, None]
    shift = length / 2 - ((centre - start) * along).sum(axis=1)
    small = (length > 0) & (np.abs(shift) <= RADIUS_TOLERANCE_MM)
    return np.asarray(centre + np.where(small, shift, 0.0)[:, None] * along)
