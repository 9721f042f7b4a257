"""The solids of an insole or a pair, each checked against what its field says before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fabwright.design import (
    Body,
    BuildError,
    Finding,
    Making,
    Part,
    Severity,
    height_field_solid,
    mesh_volume_mm3,
    tessellate,
)

from .dimensions import Dimensions
from .field import Surface, heights_mm, surface_of
from .measures import critical_dimensions, datums
from .outline import Floats, inside_distance
from .zones import zones

PAIR_GAP_MM = 10.0
INTEGRAL_PITCH_MM = 1.0
VOLUME_LIMIT = 0.01
BOUNDS_LIMIT_MM = 0.15
CHECK_TOLERANCE_MM = 0.1
NO_MEDICAL_CLAIM = ("This is an insole made to the measures ordered. It is no medical device and carries no medical "
                    "claim; whoever orders it answers for the choice of shape.")


def make_solids(d: Dimensions, firmness: Mapping[str, str], sides: tuple[str, ...], making: Making) -> Part:
    """One body for each side with its zones, flat underside on z = 0, heel at x = 0; a pair stands as worn, toes along
    x."""
    surface = surface_of(d)
    expected = _expected(d, surface)
    bodies = []
    for side in sides:
        name = f"insole-{side}"
        solid = _side(surface, side, shift_mm(surface, sides, side))
        check(solid, name, *expected)
        bodies.append(Body(name, solid, expected_bounds_mm=expected[1]))
    return Part(
        bodies=tuple(bodies),
        datums=tuple(t for side in sides for t in datums(d, f"insole-{side}", shift_mm(surface, sides, side))),
        critical_dimensions=tuple(c for side in sides for c in critical_dimensions(d, surface, f"insole-{side}")),
        findings=_thin_floor(d, making),
        assembly=_assembly(d),
        zones=tuple(z for side in sides for z in zones(d, firmness, side, shift_mm(surface, sides, side))),
    )


def shift_mm(surface: Surface, sides: tuple[str, ...], side: str) -> float:
    """Where a side's centreline runs: y = 0 alone; in a pair the medial edges face each other across a gap."""
    if len(sides) == 1:
        return 0.0
    medial = float(surface.outline.ring[:, 1].max()) + PAIR_GAP_MM / 2.0
    return medial if side == "left" else -medial


def _side(surface: Surface, side: str, shift: float) -> Any:
    """The solid of a side; a left one is built from the mirrored heights and poles, not by mirroring a solid."""
    if side == "right":
        return height_field_solid(surface.x, surface.y + shift, surface.z, surface.outline.spline.moved(0.0, shift))
    return height_field_solid(surface.x, shift - surface.y[::-1], surface.z[:, ::-1],
                              surface.outline.spline.mirrored().moved(0.0, shift))


def _expected(d: Dimensions, surface: Surface) -> tuple[float, tuple[float, float, float]]:
    """Volume in mm3 and size in mm as the field itself gives them, without the kernel or the spline through it."""
    ring = surface.outline.ring
    low, high = ring.min(axis=0), ring.max(axis=0)
    axes = [np.arange(a + INTEGRAL_PITCH_MM / 2.0, b, INTEGRAL_PITCH_MM) for a, b in zip(low, high, strict=True)]
    x, y = (grid.ravel() for grid in np.meshgrid(*axes, indexing="ij"))
    inside = inside_distance(surface.outline, x, y) > 0.0
    heights = heights_mm(d, surface.outline, x[inside], y[inside])
    rim = heights_mm(d, surface.outline, ring[:, 0], ring[:, 1])
    top = float(max(heights.max(), rim.max()))
    return float(heights.sum()) * INTEGRAL_PITCH_MM**2, (float(high[0] - low[0]), float(high[1] - low[1]), top)


def check(solid: Any, name: str, volume_mm3: float, size_mm: tuple[float, float, float]) -> None:
    """Raise BuildError, naming measured and limit, unless a solid is valid, of this volume and of this size."""
    if not solid.isValid():
        raise BuildError(f"{name}: the kernel calls the solid invalid; change an option slightly and report the design")
    mesh = tessellate(solid, name, tolerance_mm=CHECK_TOLERANCE_MM)
    volume = mesh_volume_mm3(mesh)
    if abs(volume - volume_mm3) > VOLUME_LIMIT * volume_mm3:
        raise BuildError(f"{name}: the solid holds {volume:.0f} mm3, its height field {volume_mm3:.0f} mm3; they may "
                         f"differ by {VOLUME_LIMIT * 100:.0f} %. Change an option slightly and report the design.")
    have: Floats = mesh.bounds_mm[1] - mesh.bounds_mm[0]
    for axis, measured, wanted in zip("xyz", have.tolist(), size_mm, strict=True):
        if abs(measured - wanted) > BOUNDS_LIMIT_MM:
            raise BuildError(f"{name}: the solid measures {measured:.2f} mm along {axis}, ordered is {wanted:.2f} mm; "
                             f"they may differ by {BOUNDS_LIMIT_MM} mm. Change an option slightly and report the "
                             "design.")


def _thin_floor(d: Dimensions, making: Making) -> tuple[Finding, ...]:
    if d.floor_mm >= making.min_wall_mm - 1e-9:
        return ()
    return (Finding("floor-thickness", Severity.WARNING, "insole",
                    f"The floor is {d.floor_mm:.2f} mm thick below its cover of {d.cover_mm:.2f} mm; "
                    f"{making.process} in {making.material} asks for {making.min_wall_mm:.2f} mm.",
                    d.floor_mm, making.min_wall_mm, "mm", "Order a thicker base or a thinner cover.",
                    "machine and material profile"),)


def _assembly(d: Dimensions) -> tuple[str, ...]:
    glue: tuple[str, ...] = ()
    if d.cover_mm:
        glue = (f"Glue the {d.cover_mm:g} mm cover over the whole top, heel first, and grind its edge flush: the top "
                f"lies {d.cover_mm:g} mm lower than ordered to make room for it.",)
    return (*glue, NO_MEDICAL_CLAIM)
