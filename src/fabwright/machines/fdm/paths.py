"""Everything to be laid down, as columns of paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fabwright.model import Floats, Ints

PATH_COLUMNS = ("closed", "fixed", "role", "layer", "body", "height_mm")
POINT_COLUMNS = ("points", "spacing_mm", "speed_mm_s")


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Columns over k paths with n points in all.

    Per point: `points` (n, 2) mm; `spacing_mm` (n,) is the cross-section of the bead that begins at the point over
    `height_mm` of its path; `speed_mm_s` (n,) caps the speed of that bead (inf: the role's own speed). Per path:
    `start` (k + 1,) offsets; `closed` bool; `fixed` bool, a closed path that must begin at its first point, or an open
    one that must not be turned round; `role`, `layer`, `body` int64 (body -1: none); `height_mm` the thickness of the
    bead, which lies with its top at the top of its layer.
    """

    points: Floats
    start: Ints
    closed: np.ndarray
    fixed: np.ndarray
    role: Ints
    layer: Ints
    body: Ints
    height_mm: Floats
    spacing_mm: Floats
    speed_mm_s: Floats

    def __len__(self) -> int:
        return len(self.role)

    @property
    def path_of(self) -> Ints:
        """Path of each point (n,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def bead_mm(self) -> Floats:
        """Length of the bead that begins at each point (n,); 0 at the end of an open path."""
        if not len(self.points):
            return np.empty(0)
        after = np.arange(1, len(self.points) + 1)
        after[self.start[1:] - 1] = self.start[:-1]
        length = np.hypot(*(self.points[after] - self.points).T)
        length[self.start[1:][~self.closed] - 1] = 0.0
        return np.asarray(length)

    def volume_mm3(self) -> float:
        """Volume of all beads."""
        return float((self.bead_mm() * self.spacing_mm * self.height_mm[self.path_of]).sum())

    def chosen(self, which: Ints) -> Paths:
        """The paths of these indices, in their order."""
        count = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        at = np.repeat(self.start[:-1][which] - start[:-1], count) + np.arange(int(start[-1]))
        return replace(self, start=start, **{name: getattr(self, name)[at] for name in POINT_COLUMNS},
                       **{name: getattr(self, name)[which] for name in PATH_COLUMNS})


def make_paths(lines: Sequence[Floats], closed: bool | np.ndarray, role: int | Ints, layer: int | Ints, body: int,
               height_mm: float | Floats, spacing_mm: float | Floats, fixed: bool | np.ndarray = False) -> Paths:
    """Paths from point arrays (m, 2); other columns one value for all, or one per path (`spacing_mm` per path too)."""
    count = len(lines)
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum([len(p) for p in lines], out=start[1:])
    points = np.concatenate(lines) if count else np.empty((0, 2))
    return columns(points, start, closed, role, layer, body, height_mm, spacing_mm, fixed)


def columns(points: Floats, start: Ints, closed: bool | np.ndarray, role: int | Ints, layer: int | Ints, body: int,
            height_mm: float | Floats, spacing_mm: float | Floats, fixed: bool | np.ndarray = False) -> Paths:
    """Paths from columns: points (n, 2) with offsets `start` (k + 1,); the rest as for `make_paths`."""
    count = len(start) - 1

    def whole(value: int | Ints) -> Ints:
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.int64), (count,)))

    spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), (count,))
    return Paths(points, start, np.array(np.broadcast_to(closed, (count,)), dtype=bool),
                 np.array(np.broadcast_to(fixed, (count,)), dtype=bool), whole(role), whole(layer), whole(body),
                 np.array(np.broadcast_to(np.asarray(height_mm, dtype=np.float64), (count,))),
                 np.repeat(spacing, np.diff(start)), np.full(len(points), np.inf))


def joined(blocks: Sequence[Paths]) -> Paths:
    """Several blocks as one, in order."""
    blocks = [b for b in blocks if len(b)]
    if not blocks:
        return make_paths([], False, 0, 0, 0, 0.0, 0.0)
    offsets = np.cumsum([0, *(len(b.points) for b in blocks)])
    start = np.concatenate([b.start[:-1] + o for b, o in zip(blocks, offsets, strict=False)] + [offsets[-1:]])
    return replace(blocks[0], start=start.astype(np.int64),
                   **{name: np.concatenate([getattr(b, name) for b in blocks])
                      for name in (*POINT_COLUMNS, *PATH_COLUMNS)})
