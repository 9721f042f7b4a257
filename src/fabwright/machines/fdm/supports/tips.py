"""Where the branches of a tree touch what hangs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.machines.fdm.supports.outline import Outline
from fabwright.model import Floats

# Tips stand on a square lattice of this pitch, and along edges where the nearest is further than this share of it.
PITCH_MM = 2.5
APART = 0.8
# Along edges they stand this far inside.
INSET_MM = 0.4


def tip_points(hanging: Mapping[int, Region], tops_mm: Floats) -> dict[int, Floats]:
    """Points (n, 2) by layer of support, such that none of what hangs is far from one; `tops_mm` (layers,) are the
    heights of the layers."""
    known = np.empty((0, 3))
    found: dict[int, Floats] = {}
    for layer in sorted(hanging, reverse=True):
        z = float(tops_mm[layer])
        kept = _apart(_lattice(hanging[layer]), z, known, True)
        known = np.concatenate([known, kept])
        more = _apart(_along(hanging[layer]), z, known, False)
        known = np.concatenate([known, more])
        points = np.concatenate([kept, more])[:, :2]
        if len(points):
            found[layer] = points
        # Those further up than a pitch hold nothing here.
        known = known[known[:, 2] < z + PITCH_MM]
    return found


def _lattice(region: Region) -> Floats:
    low_x, low_y, high_x, high_y = region.bounds_mm
    x, y = (np.arange(np.ceil(low / PITCH_MM), np.floor(high / PITCH_MM) + 1) * PITCH_MM
            for low, high in ((low_x, high_x), (low_y, high_y)))
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=2).reshape(-1, 2)
    return np.asarray(points[Outline.of(region).contains(points)])


def _along(region: Region) -> Floats:
    """Points along the outlines, a little inside; the middle of pieces too narrow for that."""
    found: list[Floats] = []
    for part in region.parts():
        inner = part.grown(-INSET_MM)
        if inner.empty:
            inner = part.grown(-0.02)
        if inner.empty:
            low_x, low_y, high_x, high_y = part.bounds_mm
            found.append(np.array([[(low_x + high_x) / 2.0, (low_y + high_y) / 2.0]]))
            continue
        found += [_spread(ring) for ring in inner.polygons()]
    return np.concatenate(found)


def _spread(ring: Floats) -> Floats:
    """Points along a ring, evenly, less than a tip's distance apart."""
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(0.0, along[-1], along[-1] / np.ceil(along[-1] / (PITCH_MM * APART / 2.0)))
    return np.stack([np.interp(at, along, closed[:, 0]), np.interp(at, along, closed[:, 1])], axis=1)


def _apart(points: Floats, z_mm: float, known: Floats, lattice: bool) -> Floats:
    """The points, with their height (m, 3), that are far enough from those known and, but for a lattice's, from each
    other."""
    new = np.column_stack([points, np.full(len(points), z_mm)])
    least = (PITCH_MM * APART) ** 2
    if len(known):
        new = new[[bool(((known - p) ** 2).sum(axis=1).min() >= least) for p in new]]
    if lattice or not len(new):
        return new
    kept = new[:1]
    for p in new[1:]:
        if ((kept - p) ** 2).sum(axis=1).min() >= least:
            kept = np.concatenate([kept, p[None]])
    return kept
