"""The outline of a right insole, one periodic spline: x from heel to toe, y > 0 medial (the side of the big toe).

Seen from above with the toes ahead, the right foot has its big toe on the left, so a right insole has its medial side
at +y; a left insole is its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabwright.design import periodic_spline

from .dimensions import LENGTH_SHARE, Dimensions

Floats = NDArray[np.float64]

# Points as (share of full length, share of ball width), counter-clockwise from the back of the heel.
_LATERAL = ((0.0, 0.0), (0.009, -0.115), (0.036, -0.218), (0.080, -0.296), (0.140, -0.335), (0.225, -0.343),
            (0.330, -0.353), (0.440, -0.394), (0.540, -0.447))
_MEDIAL = ((0.540, 0.372), (0.450, 0.309), (0.350, 0.281), (0.240, 0.305), (0.140, 0.331), (0.080, 0.296),
           (0.036, 0.218), (0.009, 0.115))
_FRONT = {
    "full": ((0.620, -0.487), (0.685, -0.500), (0.750, -0.488), (0.820, -0.437), (0.885, -0.345), (0.940, -0.225),
             (0.980, -0.075), (1.000, 0.095), (0.986, 0.240), (0.945, 0.350), (0.885, 0.428), (0.815, 0.478),
             (0.740, 0.500), (0.680, 0.487), (0.610, 0.437)),
    "sulcus": ((0.610, -0.485), (0.662, -0.492), (0.703, -0.456), (0.727, -0.380), (0.748, -0.280), (0.772, -0.140),
               (0.791, 0.020), (0.800, 0.180), (0.798, 0.310), (0.785, 0.410), (0.755, 0.476), (0.710, 0.496),
               (0.660, 0.476), (0.600, 0.429)),
    "three_quarter": ((0.578, -0.446), (0.604, -0.400), (0.623, -0.310), (0.650, -0.170), (0.677, -0.010),
                      (0.696, 0.150), (0.700, 0.270), (0.691, 0.355), (0.664, 0.405), (0.620, 0.405)),
}
# Ball width over full length of the common foot: it only weighs chords of the two axes against each other.
_ASPECT = 0.355
_ROUND = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The spline and what is often asked of it; `ring` is (n, 2) points along it, dense enough to measure by."""

    spline: Any
    ring: Floats


def outline_of(dimensions: Dimensions) -> Outline:
    """The outline of a right insole: heel at x = 0, exactly as long as ordered, the full ball exactly as wide."""
    full = _scaled_to_unit("full")
    unit = full if dimensions.length_class == "full" else _scaled_to_unit(dimensions.length_class)
    points, parameters = unit
    scale = np.array([dimensions.full_length_mm, dimensions.ball_width_mm])
    spline = periodic_spline(points * scale, parameters)
    return Outline(spline, spline.points(np.linspace(parameters[0], parameters[-1], _ROUND, endpoint=False)))


@lru_cache(maxsize=len(_FRONT))
def _scaled_to_unit(length_class: str) -> tuple[Floats, Floats]:
    """Points and parameters whose spline spans x 0 .. share and, for the full length, y of exactly one."""
    points = np.array(_LATERAL + _FRONT[length_class] + _MEDIAL)
    closed = np.concatenate([points, points[:1]]) * [1.0, _ASPECT]
    chords = np.hypot(*np.diff(closed, axis=0).T)
    parameters = np.concatenate([[0.0], np.cumsum(chords)])
    spline = periodic_spline(points, parameters)
    low, high = _extremes(spline)
    points[:, 0] = (points[:, 0] - low[0]) * LENGTH_SHARE[length_class] / (high[0] - low[0])
    if length_class == "full":
        points[:, 1] /= high[1] - low[1]
    return points, parameters


def _extremes(spline: Any) -> tuple[Floats, Floats]:
    ring = spline.points(np.linspace(spline.knots[0], spline.knots[-1], 32 * _ROUND))
    return ring.min(axis=0), ring.max(axis=0)


def inside_distance(outline: Outline, x: Floats, y: Floats) -> Floats:
    """Distance in mm from points (n,) to the outline, positive inside, negative outside.

    From the nearest point of the ring two Newton steps lead to the foot of the perpendicular on the spline itself, so
    that the distance is as smooth as the curve.
    """
    from scipy.spatial import KDTree

    points, spline = np.column_stack([x, y]), outline.spline
    step = (spline.knots[-1] - spline.knots[0]) / len(outline.ring)
    at = spline.knots[0] + KDTree(outline.ring).query(points)[1] * step
    for _ in range(2):
        away, along, bend = (spline.points(at, order) for order in (0, 1, 2))
        away = away - points
        turn = (along**2).sum(axis=1) + (away * bend).sum(axis=1)
        wanted = (away * along).sum(axis=1) / np.where(turn > 0.0, turn, np.inf)
        at = at - np.clip(wanted, -step, step)
    away, along = points - spline.points(at), spline.points(at, 1)
    left = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]
    return np.asarray(np.copysign(np.hypot(away[:, 0], away[:, 1]), left))
