"""The order of cuts: what lies inside is cut first, then whatever is nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fabwright.model import Floats


def containers(rings: Sequence[Floats]) -> tuple[tuple[int, ...], ...]:
    """For each closed ring, (n, 2) points, the indices of the others it lies in; rings never cross one another."""
    boxes = np.array([[*r.min(axis=0), *r.max(axis=0)] for r in rings]).reshape(-1, 4)
    out = []
    for k, ring in enumerate(rings):
        around = np.flatnonzero((boxes[:, 0] < boxes[k, 0]) & (boxes[:, 1] < boxes[k, 1])
                                & (boxes[:, 2] > boxes[k, 2]) & (boxes[:, 3] > boxes[k, 3]))
        out.append(tuple(j for j in around.tolist() if _inside(ring[0], rings[j])))
    return tuple(out)


def _inside(point: Floats, ring: Floats) -> bool:
    """Whether a ray from the point to the right crosses the ring an odd number of times."""
    a, b = ring, np.roll(ring, -1, axis=0)
    spans = (a[:, 1] > point[1]) != (b[:, 1] > point[1])
    a, b = a[spans], b[spans]
    crossing = a[:, 0] + (point[1] - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return bool((crossing > point[0]).sum() % 2)


def nearest_of(position: tuple[float, float], chains: Sequence[Floats]) -> int:
    """Index of the chain, (n, 2) points, with a point nearest to `position`; the first of equals."""
    best, distance = 0, math.inf
    for k, chain in enumerate(chains):
        d = float(np.hypot(chain[:, 0] - position[0], chain[:, 1] - position[1]).min())
        if d < distance - 1e-9:
            best, distance = k, d
    return best
