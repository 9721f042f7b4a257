"""Sparse areas by the infill that they take: pattern, density, and over how many layers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fabwright.errors import PlanError
from fabwright.geometry.regions import Region, common, nothing
from fabwright.machines.fdm.infill import STRAIGHT
from fabwright.machines.fdm.layers import LayerGrid
from fabwright.machines.fdm.settings import INFILL_PATTERNS, PrintSettings
from fabwright.machines.fdm.skins import opened
from fabwright.machines.fdm.zones import PlacedZone
from fabwright.model import Floats

DENSITY, PATTERN = "infill_density", "infill_pattern"
_SAME = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """The part of each layer's sparse area with one kind of infill; `skip` n where another share lays every n-th of its
    lines, `bounded` where shares meet. `every` is how many layers one bead is high, `heights_mm` that height."""

    pattern: str
    density: float
    regions: tuple[Region, ...]
    heights_mm: Floats
    bounded: bool = False
    skip: int = 1
    every: int = 1


def share_out(sparse: Sequence[Region], zones: Sequence[PlacedZone], grid: LayerGrid, settings: PrintSettings
              ) -> tuple[Share, ...]:
    """Each layer's sparse area divided among the zones, later ones first; what is left takes the order's infill.

    Raises PlanError for a zone with a density or pattern that is none.
    """
    own = (settings.infill_pattern, settings.infill_density)
    kinds = [_kind(zone, own) for zone in zones]
    order = list(dict.fromkeys([own, *kinds]))
    active = [(z, k) for z, k in zip(zones, kinds, strict=True) if k != own or len(order) > 1]
    empty = nothing()
    known: dict[tuple[int, ...], dict[tuple[str, float], Region]] = {}
    layers: list[dict[tuple[str, float], Region]] = []
    for layer, region in enumerate(sparse):
        here = [(z.sections[layer], k) for z, k in active if layer < len(z.sections) and not z.sections[layer].empty]
        key = (id(region), *(id(s) for s, _ in here), -1, *(order.index(k) for _, k in here))
        if key not in known:
            known[key] = _divided(region, here, own)
        layers.append(known[key])
    heights = grid.heights_mm[:len(sparse)]
    shares = [Share(p, d, tuple(found.get((p, d), empty) for found in layers), heights) for p, d in order]
    return tuple(s for s in shares if any(not r.empty for r in s.regions))


def _kind(zone: PlacedZone, own: tuple[str, float]) -> tuple[str, float]:
    pattern, density = zone.settings.get(PATTERN, own[0]), zone.settings.get(DENSITY, own[1])
    if pattern not in INFILL_PATTERNS:
        raise PlanError(f"a zone of the design asks for {PATTERN} {pattern!r}; known: {', '.join(INFILL_PATTERNS)}")
    if isinstance(density, str) or not 0.0 <= density <= 1.0:
        raise PlanError(f"a zone of the design asks for {DENSITY} {density!r}; it must be a number from 0 to 1")
    return str(pattern), float(density)


def _divided(region: Region, here: Sequence[tuple[Region, tuple[str, float]]], own: tuple[str, float]
             ) -> dict[tuple[str, float], Region]:
    result: dict[tuple[str, float], Region] = {}
    rest = region
    for section, kind in reversed(here):
        piece = rest & section
        if piece.empty:
            continue
        rest = rest - section
        result[kind] = result[kind] | piece if kind in result else piece
    if not rest.empty:
        result[own] = result[own] | rest if own in result else rest
    return result


def run_through(shares: Sequence[Share]) -> tuple[Share, ...]:
    """Shares of straight lines whose density is a whole multiple of another's of the same pattern let the lines common
    to both run on from one into the other; all are `bounded` where there are several."""
    if len(shares) < 2:
        return tuple(shares)
    result = [replace(s, bounded=True) for s in shares]
    for pattern in STRAIGHT:
        same = [k for k, s in enumerate(result) if s.pattern == pattern]
        if len(same) < 2:
            continue
        base = min(same, key=lambda k: result[k].density)
        for k in same:
            ratio = result[k].density / result[base].density
            if k != base and abs(ratio - round(ratio)) < _SAME * ratio:
                result[base] = replace(result[base], regions=_both(result[base].regions, result[k].regions))
                result[k] = replace(result[k], skip=round(ratio))
    return tuple(result)


def _both(one: Sequence[Region], other: Sequence[Region]) -> tuple[Region, ...]:
    known: dict[tuple[int, int], Region] = {}
    for a, b in zip(one, other, strict=True):
        if (id(a), id(b)) not in known:
            known[id(a), id(b)] = b if a.empty else a if b.empty else a | b
    return tuple(known[id(a), id(b)] for a, b in zip(one, other, strict=True))


def combined(share: Share, every: int, first: int, nozzle_mm: float, spacing_mm: float) -> tuple[Share, ...]:
    """The share with its infill laid once for up to `every` layers where they have it in common, on the topmost of
    them; the layers are equally thick, and a bead is at most as high as the nozzle's bore is wide (the rule of Slic3r
    and PrusaSlicer). What is not common is laid layer by layer."""
    if every < 2 or share.pattern == "lightning":
        return (share,)
    count, empty = len(share.regions), nothing()
    single, thick = list(share.regions), [empty] * count
    heights = share.heights_mm.copy()
    known: dict[tuple[int, ...], tuple[Region, tuple[Region, ...]]] = {}
    layer = first
    most = 1
    while layer < count:
        high = layer + 1
        while (high < min(layer + every, count) and abs(share.heights_mm[high] - share.heights_mm[layer]) < _SAME
               and share.heights_mm[layer:high + 1].sum() <= nozzle_mm + _SAME):
            high += 1
        block = share.regions[layer:high]
        key = tuple(id(r) for r in block)
        if high - layer > 1 and not any(r.empty for r in block):
            if key not in known:
                whole = common(block)
                known[key] = (whole, tuple(opened(r - whole, spacing_mm) for r in block))
            thick[high - 1], single[layer:high] = known[key][0], known[key][1]
            heights[high - 1] = share.heights_mm[layer:high].sum()
            most = max(most, high - layer)
        layer = high
    if most == 1:
        return (share,)
    return (replace(share, regions=tuple(single)), replace(share, regions=tuple(thick), heights_mm=heights, every=most))
