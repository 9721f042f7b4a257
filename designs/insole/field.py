"""The top of a right insole as a height over its flat bottom: a floor to which each option adds a smooth feature.

Every feature is nowhere negative, so the floor is never undercut, and twice continuously differentiable. Positions
are shares of the full length (u, from the heel) and of the ball width (v, medial positive).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabwright.design import height_spline, thin_grid

from .dimensions import FLOOR_MM, Dimensions
from .outline import Floats, Outline, inside_distance, outline_of

# Nodes of the height grid lie this close, and reach this far beyond the outline.
PITCH_X_MM, PITCH_Y_MM, MARGIN_MM = 1.5, 1.25, 3.0
# Lines of that grid are left out where the spline through the others stays this close.
THINNING_MM = 0.03

CUP_FULL_TO, CUP_GONE_AT = 0.19, 0.44
ARCH_APEX, ARCH_REACH = 0.42, 0.26
LATERAL_ARCH = 0.20
PAD_APEX, PAD_V = 0.60, -0.02
PAD_BACK, PAD_FRONT, PAD_HALF_WIDTH = 0.13, 0.07, 0.24
REARFOOT_FULL_TO, REARFOOT_GONE_AT = 0.26, 0.50
FOREFOOT_FROM, FOREFOOT_FULL, FOREFOOT_TO, FOREFOOT_GONE = 0.50, 0.64, 0.80, 1.0
LIFT_FULL_TO, LIFT_GONE_AT = 0.22, 0.62
FEATHER = 0.07
# Front edge of the short lengths: the parabola u = apex - fall * (v - at)^2 that the outline follows.
FRONT = {"sulcus": (0.80, 0.18, 0.22), "three_quarter": (0.70, 0.26, 0.24)}


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A height grid with its outline: `x` (nx,), `y` (ny,), `z` (nx, ny) in mm, and the spline through it.

    The lines of the grid lie closer where the surface bends.
    """

    outline: Outline
    x: Floats
    y: Floats
    z: Floats
    spline: Any


def surface_of(dimensions: Dimensions) -> Surface:
    """The height grid that is built, inspected and measured."""
    outline = outline_of(dimensions)
    low, high = outline.ring.min(axis=0) - MARGIN_MM, outline.ring.max(axis=0) + MARGIN_MM
    x = np.linspace(low[0], high[0], math.ceil((high[0] - low[0]) / PITCH_X_MM) + 1)
    y = np.linspace(low[1], high[1], math.ceil((high[1] - low[1]) / PITCH_Y_MM) + 1)
    at_x, at_y = np.meshgrid(x, y, indexing="ij")
    heights = heights_mm(dimensions, outline, at_x.ravel(), at_y.ravel()).reshape(at_x.shape)
    x, y, z = thin_grid(x, y, heights, THINNING_MM)
    return Surface(outline, x, y, z, height_spline(x, y, z))


def heights_mm(dimensions: Dimensions, outline: Outline, x: Floats, y: Floats) -> Floats:
    """Height of the made body at points (n,) in mm."""
    u, v = x / dimensions.full_length_mm, y / dimensions.ball_width_mm
    added = (_cup(dimensions, outline, x, y) + _arch(dimensions, u, v) + _pad(dimensions, u, v)
             + _rearfoot_post(dimensions, u, v) + _forefoot_post(dimensions, u, v)
             + dimensions.lift_mm * _falling(u, LIFT_FULL_TO, LIFT_GONE_AT))
    height = dimensions.floor_mm + added
    if dimensions.length_class == "full":
        return np.asarray(height)
    apex, fall, at = FRONT[dimensions.length_class]
    kept = _rising(apex - fall * (v - at) ** 2 - u, 0.0, FEATHER)
    return np.asarray(FLOOR_MM + (height - FLOOR_MM) * kept)


def _cup(d: Dimensions, outline: Outline, x: Floats, y: Floats) -> Floats:
    """A bowl along the edge, fading out in front of the heel."""
    cup = np.zeros_like(x)
    here = x < CUP_GONE_AT * d.full_length_mm
    if d.cup_mm and here.any():
        risen = _bowl(1.0 - inside_distance(outline, x[here], y[here]) / d.cup_band_mm)
        cup[here] = d.cup_mm * risen * _falling(x[here] / d.full_length_mm, CUP_FULL_TO, CUP_GONE_AT)
    return cup


def _bowl(s: Floats) -> Floats:
    """0 up to s = 0, steepest at s = 2/3, level with height 1 at the rim s = 1.

    Beyond the rim, where only the grid reaches, it falls off as a bell of the same curvature, so that the spline
    through the grid does not ring.
    """
    up = np.clip(s, 0.0, 1.0)
    return np.asarray(np.where(s <= 1.0, up**3 * (4.0 - 3.0 * up), np.exp(-6.0 * (s - 1.0) ** 2)))


def _arch(d: Dimensions, u: Floats, v: Floats) -> Floats:
    """The medial arch, highest along the edge, and a low lateral one against it."""
    along = _bump((u - ARCH_APEX) / ARCH_REACH)
    edge = 0.285 + 0.15 * _rising(u, 0.40, 0.64)
    medial, lateral = _rising(v, -0.20, edge), _rising(-v, 0.04, 0.36)
    return np.asarray(d.arch_mm * along * (medial + LATERAL_ARCH * lateral))


def _pad(d: Dimensions, u: Floats, v: Floats) -> Floats:
    """A drop, blunt in front, with its top behind the heads of the middle metatarsals."""
    along = (u - PAD_APEX) / np.where(u < PAD_APEX, PAD_BACK, PAD_FRONT)
    return np.asarray(d.pad_mm * _bump(np.hypot(along, (v - PAD_V) / PAD_HALF_WIDTH)))


def _rearfoot_post(d: Dimensions, u: Floats, v: Floats) -> Floats:
    """A wedge under the heel: the low side keeps the floor, the other rises by the angle."""
    # Just outside the outline all along the wedge, which is widest away from the heel.
    hinge = 0.345 + 0.12 * _rising(u, 0.20, REARFOOT_GONE_AT)
    return _wedge(d, d.rearfoot_post_deg, v, hinge) * _falling(u, REARFOOT_FULL_TO, REARFOOT_GONE_AT)


def _forefoot_post(d: Dimensions, u: Floats, v: Floats) -> Floats:
    """A wedge under the ball, run out towards the toes."""
    window = _rising(u, FOREFOOT_FROM, FOREFOOT_FULL) * _falling(u, FOREFOOT_TO, FOREFOOT_GONE)
    return _wedge(d, d.forefoot_post_deg, v, np.full_like(u, 0.5)) * window


def _wedge(d: Dimensions, angle_deg: float, v: Floats, hinge: Floats) -> Floats:
    """Height of a plane of that angle that is zero along v = -hinge (v = +hinge for a negative angle)."""
    slope = math.tan(math.radians(angle_deg))
    return np.asarray((slope * v + abs(slope) * hinge) * d.ball_width_mm)


def _rising(t: Floats, start: Any, end: Any) -> Floats:
    """0 up to `start`, 1 from `end`, a quintic between: two derivatives vanish at either end."""
    s = np.clip((t - start) / (end - start), 0.0, 1.0)
    return np.asarray(s**3 * (10.0 - 15.0 * s + 6.0 * s**2))


def _falling(t: Floats, start: float, end: float) -> Floats:
    return 1.0 - _rising(t, start, end)


def _bump(r: Floats) -> Floats:
    """1 at r = 0, 0 from |r| = 1."""
    return np.asarray(np.clip(1.0 - r**2, 0.0, None) ** 3)
