"""Where the bodies stand on the bed: turned only as far as needed, in rows, with room for skirt and prime line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, hull_of, rectangle, united
from fabwright.geometry.slices import turn_about_z
from fabwright.machines.fdm.schema import Bed
from fabwright.model import Floats, Mesh, Placement

# First as drawn, then across, then every few degrees: a long insole fits a small bed only on the diagonal.
ANGLE_STEP_DEG = 2.5
# Prime line: this long and, with its bead, this wide; `PRIME_EDGE_MM` from the edge of the bed.
PRIME_LENGTH_MM, PRIME_WIDTH_MM, PRIME_EDGE_MM = 60.0, 2.0, 3.0
PRIME_CLEARANCE_MM = 2.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Placements of all bodies, and the prime line's two ends in bed coordinates, mm."""

    placements: tuple[Placement, ...]
    prime_mm: tuple[tuple[float, float], tuple[float, float]]


def arrange(meshes: tuple[Mesh, ...], bed: Bed, machine_id: str, spacing_mm: float, margin_mm: float) -> Layout:
    """Place every body on the bed, `spacing_mm` apart, `margin_mm` (skirt) from its edges and clear of the prime line.

    Raises PlanError naming what does not fit, by how much, and a machine that is larger.
    """
    size = np.subtract(bed.high_mm, bed.low_mm)
    least: Floats | None = None
    for angle in _angles():
        hulls = [_footprint(mesh, angle) for mesh in meshes]
        spots, extent = _rows([np.ptp(h, axis=0) for h in hulls], size - 2.0 * margin_mm, spacing_mm)
        if least is None or np.maximum(extent - size, 0).max() < np.maximum(least - size, 0).max():
            least = extent + 2.0 * margin_mm
        if spots is None:
            continue
        for shift in _shifts(size - 2.0 * margin_mm - extent):
            corner = np.asarray(bed.low_mm) + margin_mm + shift
            offsets = [corner + spot - hull.min(axis=0) for spot, hull in zip(spots, hulls, strict=True)]
            prime = _prime(bed, united([hull_of(h + o).grown(margin_mm) for h, o in zip(hulls, offsets, strict=True)]))
            if prime is not None:
                return Layout(tuple(
                    Placement(k, mesh.name, (float(np.round(o[0], 3)), float(np.round(o[1], 3)), 0.0), angle)
                    for k, (mesh, o) in enumerate(zip(meshes, offsets, strict=True))), prime)
    raise PlanError(_too_small(meshes, size, least, bed, machine_id))


def _angles() -> list[float]:
    return [0.0, 90.0, *(a for a in np.arange(ANGLE_STEP_DEG, 180.0, ANGLE_STEP_DEG).tolist() if a != 90.0)]


def _footprint(mesh: Mesh, angle_deg: float) -> Floats:
    return np.asarray(hull_of(mesh.vertices[:, :2] @ turn_about_z(angle_deg)[:2, :2].T).polygons()[0])


def _rows(sizes: list[Floats], room: Floats, spacing_mm: float) -> tuple[list[Floats] | None, Floats]:
    """Lower corners of boxes set in rows from the front, deepest first, and the extent used; None where they do not
    fit."""
    order = sorted(range(len(sizes)), key=lambda k: (-sizes[k][1], k))
    spots: list[Floats] = [np.zeros(2)] * len(sizes)
    x = y = depth = width = 0.0
    for k in order:
        w, d = float(sizes[k][0]), float(sizes[k][1])
        if x > 0.0 and x + w > room[0]:
            x, y, depth = 0.0, y + depth + spacing_mm, 0.0
        spots[k] = np.array([x, y])
        width, depth = max(width, x + w), max(depth, d)
        x += w + spacing_mm
    extent = np.array([width, y + depth])
    return (spots if bool(np.all(extent <= room + 1e-9)) else None), extent


def _shifts(spare: Floats) -> list[Floats]:
    """Centred first, then against an edge, where that makes room for the prime line."""
    return [spare * np.array(f) for f in ((0.5, 0.5), (0.5, 1.0), (0.5, 0.0), (1.0, 0.5), (0.0, 0.5))]


def _prime(bed: Bed, taken: Region) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """A free stretch along the front, rear, left or right edge, tried at several places; None where all are taken."""
    (x0, y0), (x1, y1) = bed.low_mm, bed.high_mm
    edge, length = PRIME_EDGE_MM, min(PRIME_LENGTH_MM, (x1 - x0) / 3.0, (y1 - y0) / 3.0)
    for part in (0.0, 1.0, 0.5):
        x = x0 + edge + part * (x1 - x0 - 2 * edge - length)
        y = y0 + edge + part * (y1 - y0 - 2 * edge - length)
        for a, b in (((x, y0 + edge), (x + length, y0 + edge)), ((x, y1 - edge), (x + length, y1 - edge)),
                     ((x0 + edge, y), (x0 + edge, y + length)), ((x1 - edge, y), (x1 - edge, y + length))):
            around = PRIME_WIDTH_MM / 2.0 + PRIME_CLEARANCE_MM
            box = rectangle(a[0] - around, a[1] - around, b[0] + around, b[1] + around)
            if (box & taken).empty:
                return a, b
    return None


def _too_small(meshes: tuple[Mesh, ...], size: Floats, least: Floats | None, bed: Bed, machine_id: str) -> str:
    names = " and ".join(m.name for m in meshes)
    need = least if least is not None else size
    larger = f"use {bed.larger_machine}" if bed.larger_machine else "use a machine with a larger bed"
    together = "do not fit together" if len(meshes) > 1 else "does not fit"
    return (f"{names} {together} on {machine_id}: with skirt and prime line they need about {need[0]:.0f} x "
            f"{need[1]:.0f} mm, the bed is {size[0]:.0f} x {size[1]:.0f} mm; {larger}"
            + (", or make the bodies in separate jobs" if len(meshes) > 1 else ""))
