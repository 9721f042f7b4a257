"""Wiping: the nozzle runs over what it has just laid while the filament is pulled back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.machines.fdm.order import Executed
from fabwright.machines.fdm.settings import PrintSettings
from fabwright.model import Floats, Ints

# A wipe follows at most this many straight pieces of the bead.
PIECES = 6
# Shorter wipes are not worth a move.
LEAST_MM = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Wipes:
    """Wipes before each path (k,), over the one laid before it: `points` (n, 2) with offsets `start` (k + 1,),
    `pulled_mm` (n,) filament pulled back in each piece, `speed_mm_s` (n,); `end` (k, 2) where the nozzle is then,
    `moved` whether there is a wipe, and `rest_mm` (k,) what is left to pull on the spot."""

    points: Floats
    start: Ints
    pulled_mm: Floats
    speed_mm_s: Floats
    end: Floats
    moved: np.ndarray
    rest_mm: Floats


def wipes(run: Executed, closed: np.ndarray, pulls: np.ndarray, settings: PrintSettings) -> Wipes:
    """Wipes of `settings.wipe_mm` for the paths that are reached with the filament pulled back (`pulls`).

    Back along an open bead, on along a closed one, as slicers do. The filament is pulled at its own speed, in step with
    the way.
    """
    count = len(pulls)
    rest = np.where(pulls, settings.retraction_mm, 0.0)
    at = np.concatenate([[-1], np.arange(count - 1)])
    who = np.flatnonzero(pulls & (at >= 0)) if settings.wipe_mm > 0.0 and settings.retraction_mm > 0.0 else np.empty(
        0, dtype=np.int64)
    before = at[who]
    first, last = run.start[before], run.start[before + 1] - 1
    room = np.full(len(who), settings.wipe_mm)
    here = run.points[last] if len(who) else np.empty((0, 2))
    ways: list[tuple[Ints, Floats, Floats]] = []
    for piece in range(PIECES):
        step = np.where(closed[before], first + 1 + piece, last - 1 - piece)
        inside = (step >= first) & (step <= last) & (room > 1e-9)
        target = run.points[np.clip(step, first, last)] if len(who) else here
        length = np.hypot(*(target - here).T) if len(who) else room
        part = np.where(inside, np.minimum(length, room), 0.0)
        share = np.where(length > 0.0, part / np.where(length > 0.0, length, 1.0), 0.0)
        there = np.round(here + (target - here) * share[:, None], 3)
        part = np.hypot(*(there - here).T) if len(who) else part
        ways.append((np.flatnonzero(part > 0.0), there, part))
        room = np.where(inside, room - part, 0.0)
        here = there
    return _gathered(who, ways, rest, count, here, settings)


def _gathered(who: Ints, ways: list[tuple[Ints, Floats, Floats]], rest: Floats, count: int, here: Floats,
              settings: PrintSettings) -> Wipes:
    whole = sum((part for _, _, part in ways), np.zeros(len(who)))
    worth = whole >= LEAST_MM
    path = np.concatenate([who[index[worth[index]]] for index, _, _ in ways])
    points = np.concatenate([there[index[worth[index]]] for index, there, _ in ways])
    part = np.concatenate([length[index[worth[index]]] for index, _, length in ways])
    order = np.argsort(path, kind="stable")
    path, points, part = path[order], points[order], part[order]
    # The whole pull within the wipe where it is long enough for the filament's speed, else the rest on the spot.
    seconds = settings.retraction_mm / max(settings.retraction_mm_s, 1e-9)
    speed = np.minimum(whole / max(seconds, 1e-9), settings.travel_mm_s / 2.0)
    of = np.searchsorted(who, path)
    pulled = part / np.where(whole[of] > 0.0, whole[of], 1.0) * settings.retraction_mm
    moved = np.zeros(count, dtype=bool)
    moved[who[worth]] = True
    end = np.zeros((count, 2))
    end[who] = here
    start = np.searchsorted(path, np.arange(count + 1)).astype(np.int64)
    return Wipes(points, start, pulled, speed[of], end, moved, np.where(moved, 0.0, rest))
