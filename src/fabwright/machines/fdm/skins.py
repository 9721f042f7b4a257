"""Which part of a layer must be solid: what has too few layers of material above or below it."""

from __future__ import annotations

from dataclasses import dataclass

from fabwright.geometry.regions import Region, Windows, nothing
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.walls import Walled


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """Hatching areas of one layer: `solid` and `sparse`, both already inset for the ends of their lines."""

    solid: Region
    sparse: Region


def find_skins(sliced: Sliced, walled: tuple[Walled, ...], top: int, bottom: int, density: float, spacing_mm: float
               ) -> tuple[Fill, ...]:
    """Solid and sparse areas of every layer.

    An area is sparse where the outer wall's centre line of each of the `top` layers above and `bottom` layers below
    encloses it. Equal neighbourhoods are computed once. Density 1 makes everything solid.
    """
    windows = Windows([w.walls[0] if w.walls else nothing() for w in walled])
    count = len(sliced)
    fills: dict[tuple[int, int, int], Fill] = {}
    result: list[Fill] = []
    for layer in range(count):
        own = sliced.which[layer]
        inside = layer >= bottom and layer + top < count and density < 1.0
        key = (own, sliced.which[layer - bottom], sliced.which[layer + top]) if inside else (own, -1, -1)
        if key not in fills:
            fills[key] = (_fill(walled[own], windows.common(key[1], key[2]), spacing_mm) if inside
                          else Fill(walled[own].hatched, nothing()))
        result.append(fills[key])
    return tuple(result)


def _fill(walled: Walled, enclosed: Region, spacing_mm: float) -> Fill:
    # Slivers of sparse infill hold no line: they become solid.
    sparse = (walled.hatched & enclosed).opened(1.5 * spacing_mm) & walled.hatched
    solid = walled.hatched - sparse
    if solid.empty:
        return Fill(nothing(), sparse)
    # Slivers of solid hold no line either, and a seam between the two areas must not stay open.
    solid = solid.opened(spacing_mm / 4.0).grown(spacing_mm / 2.0) & walled.hatched
    return Fill(solid, sparse - solid)
