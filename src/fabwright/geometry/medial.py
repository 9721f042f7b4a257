"""Middle lines of thin regions with their local widths, for many regions at once, by the chords of a triangulation.

Every edge of the triangulation that runs inside a strip joins its two sides: the middles of these chords lie on the
strip's middle line (the chordal axis, L. Prasad 1997). Triangles with one such edge end a branch, with three join
branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist, hypot

import numpy as np

from fabwright.geometry.chords import Chords, chords_of
from fabwright.geometry.regions import Region
from fabwright.model import Floats, Ints

# A branch shorter than this many widths of the place where it leaves is a corner of the strip's end, not an arm.
CORNER_WIDTHS = 1.0
# The way in which a line ends is taken over this many widths.
END_WIDTHS = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Medial:
    """Middle lines as columns: `points` (n, 2), `width_mm` (n,) of the strip there, `start` (k + 1,) offsets, `owner`
    (k,) region index, `closed` (k,) rings, `ends` (k, 2) whether the line's ends are ends of the strip (otherwise it
    meets another line)."""

    points: Floats
    width_mm: Floats
    start: Ints
    owner: Ints
    closed: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class _Branch:
    """A walk along chords: `way` half-edges in order; the triangles before its first and behind its last."""

    way: list[int]
    before: int
    behind: int

    def root(self, end: int) -> int:
        """Its chord at one end."""
        return self.way[0] if end == 0 else self.way[-1]


@dataclass(frozen=True, slots=True)
class _Bend:
    """A point of a line that lies on no chord."""

    point: Floats
    width: float


def _branches(mesh: Chords) -> tuple[list[_Branch], list[list[int]]]:
    """Branches between junctions and ends, and rings without either."""
    twin, onward = mesh.twin.tolist(), mesh.onward.tolist()
    seen = bytearray(len(twin))
    odd = np.flatnonzero((mesh.inner == 1) | (mesh.inner == 3))
    heads = (odd[:, None] * 3 + np.arange(3)).ravel()
    branches: list[_Branch] = []
    for into in heads[mesh.twin[heads] >= 0].tolist():
        at = twin[into]
        if seen[at]:
            continue
        way = []
        while at >= 0:
            way.append(at)
            seen[at] = 1
            seen[twin[at]] = 1
            last, at = at, onward[at]
        branches.append(_Branch(way, into // 3, last // 3))
    rings: list[list[int]] = []
    for at in np.flatnonzero((mesh.onward >= 0) & (np.frombuffer(seen, dtype=np.uint8) == 0)).tolist():
        way = []
        while not seen[at]:
            way.append(at)
            seen[at] = 1
            seen[twin[at]] = 1
            at = onward[at]
        if way:
            rings.append(way)
    return branches, rings


def medial_lines(regions: Sequence[Region], step_mm: float) -> Medial:
    """Middle lines of all parts of the regions, their outlines sampled at least every `step_mm`.

    At a junction the two straightest arms go through and the others end where they meet the through line's strip. Lines
    that end with their strip are carried on to its end.
    """
    mesh = chords_of(regions, step_mm)
    branches, rings = _branches(mesh)
    lines, tips, round_, bends = _joined(mesh, branches)
    ways = lines + rings
    start = np.zeros(len(ways) + 1, dtype=np.int64)
    np.cumsum([len(w) for w in ways], out=start[1:])
    way = np.asarray([h for w in ways for h in w], dtype=np.int64)
    closed = np.asarray([*round_, *(True for _ in rings)], dtype=bool)
    owner = mesh.owner[way[start[:-1]] // 3] if len(ways) else np.empty(0, dtype=np.int64)
    middle = np.concatenate([mesh.middle, np.asarray([b.point for b in bends]).reshape(-1, 2)])
    width = np.concatenate([mesh.width, [b.width for b in bends]])
    plain = Medial(middle[way], width[way], start, owner, closed, np.zeros((len(ways), 2), dtype=bool))
    return _carried(mesh, way, plain, tips)


def _joined(mesh: Chords, branches: list[_Branch]
            ) -> tuple[list[list[int]], list[list[list[int]]], list[bool], list[_Bend]]:
    """Lines (chords in order), for both ends of each the vertices at the strip's end that it stands for, which of them
    are rings, and the bends that count as chords behind those of the mesh."""
    at: dict[int, list[tuple[int, int]]] = {}
    inner = mesh.inner.tolist()
    for index, branch in enumerate(branches):
        for end, triangle in enumerate((branch.before, branch.behind)):
            if inner[triangle] == 3:
                at.setdefault(triangle, []).append((index, end))
    tips: list[list[list[int]]] = [[[], []] for _ in branches]
    for index, branch in enumerate(branches):
        for end, (triangle, half) in enumerate(((branch.before, branch.way[0]), (branch.behind, branch.way[-1]))):
            if inner[triangle] == 1:
                tips[index][end] = [_apex(mesh, triangle, half)]
    gone = bytearray(len(branches))
    link: dict[tuple[int, int], tuple[int, int]] = {}
    bends: list[_Bend] = []
    over: dict[tuple[int, int], int] = {}
    for _ in range(2):
        _drop_corners(mesh, branches, at, tips, gone)
    for triangle, arms in at.items():
        left = [a for a in arms if not gone[a[0]]]
        if len(left) < 2:
            continue
        one, other = _straightest(mesh, branches, left)
        link[one], link[other] = other, one
        bend = _bend(mesh, branches, triangle, [a for a in arms if gone[a[0]]], tips, (one, other))
        if bend is not None:
            over[one] = over[other] = len(mesh.twin) + len(bends)
            bends.append(bend)
    return *_lines(branches, link, over, tips, gone), bends


def _bend(mesh: Chords, branches: list[_Branch], triangle: int, dropped: list[tuple[int, int]],
          tips: list[list[list[int]]], through: tuple[tuple[int, int], tuple[int, int]]) -> _Bend | None:
    """Middle of a strip's bend: half-way between its outer corner, whose branch was dropped, and its inner one."""
    if len(dropped) != 1:
        return None
    index, end = dropped[0]
    outer, root = tips[index][1 - end], branches[index].root(end)
    if len(outer) != 1:
        return None
    edge = root if root // 3 == triangle else int(mesh.twin[root])
    inner = int(mesh.corners[triangle, (edge % 3 + 2) % 3])
    wide = min(float(mesh.width[branches[i].root(e)]) for i, e in through)
    return _Bend((mesh.points[outer[0]] + mesh.points[inner]) / 2.0, wide)


def _apex(mesh: Chords, triangle: int, half: int) -> int:
    """The corner of an end triangle that is not on its inner edge."""
    edge = half if half // 3 == triangle else int(mesh.twin[half])
    return int(mesh.corners[triangle, (edge % 3 + 2) % 3])


def _drop_corners(mesh: Chords, branches: list[_Branch], at: dict[int, list[tuple[int, int]]],
                  tips: list[list[list[int]]], gone: bytearray) -> None:
    """Take away branches that only run into a corner of a strip's end; the strip's line then stands for that corner."""
    for arms in at.values():
        left = [a for a in arms if not gone[a[0]]]
        if len(left) < 2:
            continue
        short: list[tuple[float, int, int]] = []
        for index, end in left:
            beyond = tips[index][1 - end]
            if not beyond:
                continue
            root = mesh.middle[branches[index].root(end)].tolist()
            reach = max(dist(root, mesh.points[v].tolist()) for v in beyond)
            wide = max(float(mesh.width[branches[i].root(e)]) for i, e in left if i != index)
            if reach < CORNER_WIDTHS * wide:
                short.append((reach, index, end))
        short.sort()
        # A blob that is all corners keeps its longest two.
        short = short if len(short) < len(left) else short[:-2]
        for _, index, _ in short:
            gone[index] = 1
        left = [a for a in left if not gone[a[0]]]
        if len(left) == 1:
            index, end = left[0]
            tips[index][end] = [v for _, i, e in short for v in tips[i][1 - e]]


def _straightest(mesh: Chords, branches: list[_Branch], arms: list[tuple[int, int]]
                 ) -> tuple[tuple[int, int], tuple[int, int]]:
    """The two arms at a junction that make the straightest line."""
    middles, away = [], []
    for index, end in arms:
        way = branches[index].way if end == 0 else branches[index].way[::-1]
        middles.append(mesh.middle[way[0]])
        away.append(mesh.middle[way[min(2, len(way) - 1)]])
    centre = sum(middles[1:], middles[0]) / len(middles)
    turns = [d / max(float(np.hypot(*d)), 1e-9) for d in (a - centre for a in away)]
    pairs = [(float(turns[i] @ turns[j]), i, j) for i in range(len(arms)) for j in range(i)]
    _, i, j = min(pairs)
    return arms[i], arms[j]


def _lines(branches: list[_Branch], link: dict[tuple[int, int], tuple[int, int]], over: dict[tuple[int, int], int],
           tips: list[list[list[int]]], gone: bytearray) -> tuple[list[list[int]], list[list[list[int]]], list[bool]]:
    """Branches joined end to end by their links, the tips at their ends, and which of them are rings."""
    lines: list[list[int]] = []
    closed: list[bool] = []
    ends: list[list[list[int]]] = []
    used = bytearray(gone)
    heads = [(i, e) for i in range(len(branches)) for e in (0, 1) if (i, e) not in link]
    heads += [(i, 0) for i in range(len(branches))]
    for index, end in heads:
        if used[index]:
            continue
        line: list[int] = []
        first = tips[index][end]
        while True:
            used[index] = 1
            way = branches[index].way
            line += way if end == 0 else way[::-1]
            following = link.get((index, 1 - end))
            if following is None:
                break
            if (index, 1 - end) in over:
                line.append(over[index, 1 - end])
            if used[following[0]]:
                break
            index, end = following
        lines.append(line)
        ends.append([first, tips[index][1 - end]])
        closed.append(following is not None)
    return lines, ends, closed


def _carried(mesh: Chords, way: Ints, lines: Medial, tips: list[list[list[int]]]) -> Medial:
    """The lines with their ends carried on to the ends of their strips."""
    points, width, start, flags = lines.points, lines.width_mm, lines.start, lines.ends
    put: list[tuple[int, int, list[float], float]] = []
    at, wide = points.tolist(), width.tolist()
    for index, ends in enumerate(tips):
        low, high = int(start[index]), int(start[index + 1])
        for end, vertices in enumerate(ends):
            if not vertices:
                continue
            flags[index, end] = True
            last = low if end == 0 else high - 1
            before = _further(at, low, high, last, wide[last] * END_WIDTHS)
            far = mesh.points[vertices].tolist()
            one, other = _chord(mesh, int(way[last]))
            rim = far if len(far) > 1 else [one, far[0], other]
            x, y = at[last]
            along = (x - at[before][0], y - at[before][1]) if high - low > 1 else _across(one, other, far[0])
            run = max(hypot(*along), 1e-9)
            reach = _reach((x, y), (along[0] / run, along[1] / run), rim)
            if reach > 1e-4:
                tip = wide[last] + (wide[last] - wide[before]) * reach / run
                put.append((index, low if end == 0 else high, [x + along[0] * reach / run, y + along[1] * reach / run],
                            min(max(tip, 0.0), wide[last])))
    if put:
        where = [p[1] for p in put]
        points = np.insert(points, where, np.asarray([p[2] for p in put]), axis=0)
        width = np.insert(width, where, [p[3] for p in put])
        start = start.copy()
        start[1:] += np.cumsum(np.bincount([p[0] for p in put], minlength=len(lines)))
    return Medial(points, width, start, lines.owner, lines.closed, flags)


def _further(at: list[list[float]], low: int, high: int, last: int, away_mm: float) -> int:
    """The first point of a line that is a distance away from its end, or its other end."""
    step = 1 if last == low else -1
    found = last
    while low <= found + step < high:
        found += step
        if dist(at[found], at[last]) >= away_mm:
            break
    return found


def _chord(mesh: Chords, half: int) -> tuple[list[float], list[float]]:
    """Both ends of a chord."""
    triangle, corner = divmod(half, 3)
    return (mesh.points[mesh.corners[triangle, corner]].tolist(),
            mesh.points[mesh.corners[triangle, (corner + 1) % 3]].tolist())


def _reach(start: tuple[float, float], way: tuple[float, float], rim: list[list[float]]) -> float:
    """How far it is from a point in a direction (unit vector) to a polyline; where it is missed, to its points on
    average."""
    ahead = [(x - start[0]) * way[0] + (y - start[1]) * way[1] for x, y in rim]
    aside = [(y - start[1]) * way[0] - (x - start[0]) * way[1] for x, y in rim]
    found: list[float] = []
    for k in range(len(rim) - 1):
        if aside[k] * aside[k + 1] <= 0.0 and aside[k] != aside[k + 1]:
            share = aside[k] / (aside[k] - aside[k + 1])
            reach = ahead[k] + (ahead[k + 1] - ahead[k]) * share
            if reach > 0.0:
                found.append(reach)
    return min(found) if found else sum(ahead) / len(ahead)


def _across(one: list[float], other: list[float], towards: list[float]) -> tuple[float, float]:
    """Direction square to a chord, to the side on which a point lies."""
    x, y = one[1] - other[1], other[0] - one[0]
    side = 1.0 if x * (towards[0] - one[0]) + y * (towards[1] - one[1]) >= 0.0 else -1.0
    return x * side, y * side
