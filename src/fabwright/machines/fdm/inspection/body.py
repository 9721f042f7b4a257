"""One body as the checks see it: cut into layers, with the limits of the printer at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Region
from fabwright.geometry.slices import PlacedSolid
from fabwright.machines.fdm.layers import LayerGrid, Sliced
from fabwright.machines.fdm.schema import Limits
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Finding, Floats, Severity

# Features lower than this are not walls, holes or posts yet: one section in each such step is looked at.
STEP_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class CutBody:
    """A body standing where it was drawn, its sections, and what they are judged by."""

    placed: PlacedSolid
    grid: LayerGrid
    sliced: Sliced
    limits: Limits
    settings: PrintSettings

    @property
    def name(self) -> str:
        """The body's name, the subject of its findings."""
        return self.placed.name


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A section and what it stands for: its first `layer`, the height of body that is much like it, and for how much of
    that it is just the same."""

    region: Region
    layer: int
    bottom_mm: float
    height_mm: float
    same_mm: float


def samples(body: CutBody) -> tuple[Sample, ...]:
    """Sections that between them show everything at least STEP_MM high, from the bottom up."""
    which = np.asarray(body.sliced.which)
    tops = body.grid.tops_mm[:len(which)]
    first = np.flatnonzero(np.concatenate([[True], which[1:] != which[:-1]]))
    ends = tops[np.concatenate([first[1:] - 1, [len(which) - 1]])]
    found: list[Sample] = []
    covered = 0.0
    starts = tops[first] - body.grid.heights_mm[first]
    for layer, start, end in zip(first.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if not found or end - covered >= STEP_MM - 1e-9 or end == ends[-1]:
            found.append(Sample(body.sliced.at(layer), layer, covered, end - covered, end - start))
            covered = end
    return tuple(found)


def finding(check: str, severity: Severity, subject: str, message: str, measured: float, limit: float, unit: str,
            remedy: str, source: str) -> Finding:
    """A finding with its measure rounded to what can be meant."""
    return Finding(check, severity, subject, message, round(float(measured), 3), limit, unit, remedy, source)


def place_text(region: Region, z_mm: float) -> str:
    """Where on the body something is, in words; x and y as the body was drawn in its making attitude."""
    low_x, low_y, high_x, high_y = region.bounds_mm
    return f"at z = {z_mm:.1f} mm around x = {(low_x + high_x) / 2.0:.1f}, y = {(low_y + high_y) / 2.0:.1f} mm"


def mean_width_mm(region: Region) -> float:
    """Width of a long narrow region: twice its area over its perimeter."""
    around = sum(float(np.hypot(*(ring - np.roll(ring, 1, axis=0)).T).sum()) for ring in region.polygons())
    return 2.0 * region.area_mm2 / around if around else 0.0


def signed_area_mm2(ring: Floats) -> float:
    """Area of a closed polygon (n, 2), positive counter-clockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0
