"""Bridges: solid areas over nothing, how they are anchored and which way their threads span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops, Region, loops_of, nothing, united
from fabwright.machines.fdm.layers import Sliced
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.machines.fdm.skins import Fill, opened
from fabwright.model import Floats

# A thread goes this many of its diameters into what holds it.
ANCHOR_THREADS = 3
# An area over nothing that is narrower than this many bead spacings is held by its neighbours.
NARROWEST = 2.0
# Directions tried besides those of the longest edges, and the distance of the lines that try them.
STEP_DEG = 7.5
EDGES = 6
TRIAL_MM = 0.8
# A direction may hold this much less of the area than the best and still be taken for its shorter spans.
SLACK = 0.03
_WIDE = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """An area for threads in one direction, reaching into what holds their ends."""

    region: Region
    angle_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class Bridged:
    """The fill of a layer with its bridges taken out of the other areas."""

    fill: Fill
    bridges: tuple[Bridge, ...] = ()


def find_bridges(fills: Sequence[Fill], sliced: Sliced, first: int, void: Sequence[Region] | None,
                 carried: Sequence[Region] | None, settings: PrintSettings) -> tuple[Bridged, ...]:
    """Bridges of every layer above `first`, the lowest one of the body.

    What is solid hangs where the layer below has no section, or has it but is left empty (`void`, per layer), and no
    support carries it (`carried`, per layer). Areas under `bridge_min_mm2` are left as they are. The first solid layer
    over sparse infill counts as held.
    """
    known: dict[tuple[int, ...], Bridged] = {}
    result: list[Bridged] = []
    for layer, fill in enumerate(fills):
        hollow = void[layer - 1] if void is not None and layer else nothing()
        below = sliced.which[layer - 1] if layer else -1
        if layer <= first or (below == sliced.which[layer] and hollow.empty):
            result.append(Bridged(fill))
            continue
        held = carried[layer] if carried is not None and layer < len(carried) else nothing()
        key = (id(fill), sliced.which[layer], below, 0 if hollow.empty else id(hollow),
               0 if held.empty else layer + 1)
        if key not in known:
            known[key] = _bridged(fill, sliced.at(layer), sliced.distinct[below], hollow, held,
                                  sliced.spacing_mm(sliced.which[layer]), settings)
        result.append(known[key])
    return tuple(result)


def _bridged(fill: Fill, section: Region, below: Region, hollow: Region, held: Region, spacing_mm: float,
             settings: PrintSettings) -> Bridged:
    support = below if hollow.empty else below - hollow
    hanging = fill.whole - support
    if not held.empty:
        hanging = hanging - held
        support = support | held
    if not hanging.empty:
        hanging = opened(hanging - fill.sparse, NARROWEST / 2.0 * spacing_mm)
    if hanging.empty:
        return Bridged(fill)
    bridges: list[Bridge] = []
    area, anchors = fill.whole, support & section
    for part in hanging.parts():
        if part.area_mm2 < settings.bridge_min_mm2:
            continue
        angle = span_direction_deg(part, anchors, settings.bridge_thread_mm)
        bridges.append(Bridge(_reaching(part, angle, settings.bridge_thread_mm) & area, angle))
    if not bridges:
        return Bridged(fill)
    taken = united([b.region for b in bridges])
    rest = Fill(opened(fill.top - taken, spacing_mm / 4.0), opened(fill.solid - taken, spacing_mm / 4.0),
                fill.sparse - taken, fill.whole)
    return Bridged(rest, _apart(bridges))


def _reaching(part: Region, angle_deg: float, thread_mm: float) -> Region:
    """The area drawn out along its threads at both ends, and by half a thread all round."""
    side = part.grown(thread_mm / 2.0)
    steps = np.arange(-2 * ANCHOR_THREADS, 2 * ANCHOR_THREADS + 1) * (thread_mm / 2.0)
    x, y = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return united([side.moved(float(step * x), float(step * y)) for step in steps]).simplified(thread_mm / 20.0)


def _apart(bridges: list[Bridge]) -> tuple[Bridge, ...]:
    """Bridges whose anchors overlap, each without what an earlier one covers."""
    result: list[Bridge] = []
    for bridge in bridges:
        region = bridge.region
        for other in result:
            region = region - other.region
        result.append(Bridge(region, bridge.angle_deg))
    return tuple(result)


def span_direction_deg(hanging: Region, support: Region, thread_mm: float) -> float:
    """Direction (0..180) in which threads bridge an area best.

    The one with the largest share of it under threads held at both ends, and among those about as good the one whose
    longest such thread is shortest; directions along or square to an edge go first, then the shortest mean. Where none
    holds at both ends, as under a balcony, the share held at one end counts.
    """
    loops = loops_of([hanging])
    angles, own = _directions(loops)
    count = len(angles)
    spans = scan(_repeated(loops, count), angles, TRIAL_MM, 0.5)
    holds = scan(_repeated(loops_of([support]), count), angles, TRIAL_MM, 0.5)
    length = spans.high - spans.low
    low, high = _inside(holds, spans, spans.low - thread_mm), _inside(holds, spans, spans.high + thread_mm)
    total = np.maximum(np.bincount(spans.owner, length, count), 1e-9)
    for held in (low & high, low | high):
        share = np.bincount(spans.owner[held], length[held], count) / total
        if share.max(initial=0.0) > 0.1:
            longest = np.zeros(count)
            np.maximum.at(longest, spans.owner[held], length[held])
            mean = np.bincount(spans.owner, length, count) / np.maximum(np.bincount(spans.owner, minlength=count), 1)
            good = np.flatnonzero(share >= share.max() - SLACK)
            best = min(good.tolist(), key=lambda k: (round(float(longest[k]), 1), not own[k],
                                                     round(float(mean[k]), 2), k))
            return float(angles[best])
    return float(angles[0])


def _directions(loops: Loops) -> tuple[Floats, np.ndarray]:
    """Directions to try, ascending: those of the longest edges, square to them, and a fan; and which are no fan's."""
    after = np.arange(1, len(loops.points) + 1)
    after[loops.start[1:] - 1] = loops.start[:-1]
    edge = loops.points[after] - loops.points
    length = np.hypot(edge[:, 0], edge[:, 1])
    longest = np.argsort(-np.round(length, 3), kind="stable")[:EDGES]
    own = np.degrees(np.arctan2(edge[longest, 1], edge[longest, 0]))
    fan = np.arange(0.0, 180.0, STEP_DEG)
    edges = np.round(np.concatenate([own, own + 90.0]) % 180.0, 3) % 180.0
    angles = np.unique(np.concatenate([edges, fan]))
    return angles, np.isin(angles, edges)


def _repeated(loops: Loops, count: int) -> Loops:
    """The same outlines for several owners."""
    rings, points = len(loops.owner), len(loops.points)
    start = (loops.start[:-1][None, :] + points * np.arange(count)[:, None]).ravel()
    return Loops(np.tile(loops.points, (count, 1)), np.concatenate([start, [points * count]]).astype(np.int64),
                 np.repeat(np.arange(count), rings))


def _inside(holds: Spans, spans: Spans, at: Floats) -> np.ndarray:
    """Whether the place on each span's line lies in a stretch of `holds`: bool (n,)."""
    if not len(holds):
        return np.zeros(len(spans), dtype=bool)
    row = ((spans.owner << 20) + spans.line + (1 << 19)) * _WIDE
    edge = ((holds.owner << 20) + holds.line + (1 << 19)) * _WIDE
    slot = np.searchsorted(edge + holds.low, row + at, "right") - 1
    return np.asarray((slot >= 0) & ((edge + holds.high)[np.maximum(slot, 0)] >= row + at))
