"""Fewer beads for the same material: neighbours along a path that lie in line become one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fabwright.machines.fdm.verify.deposit import Deposit
from fabwright.model import Floats, Ints

ROUNDS = 4
# Beads whose widths differ by more stay apart.
SAME_WIDTH = 0.03
SAME_PLACE_MM = 1e-6


def thinned(deposit: Deposit, rows: Ints, tolerance_mm: float) -> Deposit:
    """These beads with every vertex left out that lies within the tolerance of the chord which replaces it.

    Volumes and lengths along the path are kept; `move` is that of the first bead merged.
    """
    beads = Deposit(**{name: getattr(deposit, name)[rows] for name in Deposit.__dataclass_fields__})
    follows = np.append(_follows(beads), False)
    error = np.zeros(len(beads))
    for turn in range(ROUNDS):
        first = np.arange(turn % 2, len(beads) - 1, 2)
        bent = _from_chord(beads.b[first], beads.a[first], beads.b[first + 1])
        total = np.maximum(error[first], error[first + 1]) + bent
        first = first[follows[first] & (total <= tolerance_mm) & _alike(beads, first)]
        if not len(first):
            continue
        error[first] = np.maximum(error[first], error[first + 1]) + _from_chord(
            beads.b[first], beads.a[first], beads.b[first + 1])
        kept = np.ones(len(beads), dtype=bool)
        kept[first + 1] = False
        follows[first] = follows[first + 1]
        beads = _merged(beads, first, kept)
        follows, error = follows[kept], error[kept]
    return beads


def _follows(beads: Deposit) -> np.ndarray:
    """Whether the next bead goes on from each (m - 1,)."""
    touching = np.abs(beads.a[1:] - beads.b[:-1]).max(axis=1, initial=0.0) < SAME_PLACE_MM
    return np.asarray(touching & (np.diff(beads.layer) == 0) & (np.diff(beads.role) == 0)
                      & (np.diff(beads.height_mm) == 0.0))


def _alike(beads: Deposit, first: Ints) -> np.ndarray:
    one, other = beads.radius_mm[first], beads.radius_mm[first + 1]
    return np.asarray(np.abs(one - other) <= SAME_WIDTH * one)


def _merged(beads: Deposit, first: Ints, kept: np.ndarray) -> Deposit:
    one, two = beads.length_mm[first], beads.length_mm[first + 1]
    both = one + two

    def mean(name: str) -> Floats:
        column = getattr(beads, name).copy()
        column[first] = (column[first] * one + column[first + 1] * two) / both
        return np.asarray(column[kept])
    b, length = beads.b.copy(), beads.length_mm.copy()
    b[first], length[first] = beads.b[first + 1], both
    columns = {name: getattr(beads, name)[kept] for name in Deposit.__dataclass_fields__}
    return replace(Deposit(**columns), b=b[kept], length_mm=length[kept], spacing_mm=mean("spacing_mm"),
                   radius_mm=mean("radius_mm"))


def _from_chord(points: Floats, a: Floats, b: Floats) -> Floats:
    """Distance of points from segments."""
    step, offset = b - a, points - a
    square = (step ** 2).sum(axis=1)
    share = np.clip((offset * step).sum(axis=1) / np.where(square > 0.0, square, 1.0), 0.0, 1.0)
    return np.asarray(np.hypot(*(offset - share[:, None] * step).T))
