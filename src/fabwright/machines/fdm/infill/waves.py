"""Fill of regions by equal curves side by side, joined into long paths, for all layers in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops
from fabwright.machines.fdm.hatch import Chains, Strokes, chosen_spans, healed, joint_fractions, linked, within
from fabwright.machines.fdm.scanlines import Spans, scan, turned
from fabwright.model import Floats, Ints

# Points of a curve closer than this fraction of a step to the end of a stretch are left out.
_NEAR_STEP = 0.02
# Whether a joint stays inside is looked up in rows this far apart.
ROW_MM = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Curves as periodic tables. Curve number n of an owner lies, in the frame turned by its `angle_deg` (owners,), at
    across = (n // families) * pitch_mm + offset, where the offset runs straight from entry to entry of
    `offsets_mm[n % families, owner]`, shape (families, owners, entries), one entry every `step_mm` along. The tables of
    the families do not cross."""

    angle_deg: Floats
    pitch_mm: float
    step_mm: float
    offsets_mm: Floats

    @property
    def families(self) -> int:
        """How many differing curves alternate."""
        return len(self.offsets_mm)

    def places(self, owner: Ints, line: Ints, along: Floats) -> tuple[Floats, Floats]:
        """x and y of places (n,) on curves of these numbers."""
        place = along / self.step_mm
        entry = np.floor(place).astype(np.int64)
        entries = self.offsets_mm.shape[2]
        family = line % self.families
        here = self.offsets_mm[family, owner, entry % entries]
        there = self.offsets_mm[family, owner, (entry + 1) % entries]
        across = line // self.families * self.pitch_mm + here + (there - here) * (place - entry)
        angle = np.radians(self.angle_deg)[owner]
        cos, sin = np.cos(angle), np.sin(angle)
        return np.asarray(along * cos - across * sin), np.asarray(along * sin + across * cos)


def hatch_waves(loops: Loops, waves: Waves, reach_mm: float, min_length_mm: float, border: Loops | None = None
                ) -> Strokes:
    """Fill every region with curves; neighbours are joined at their ends as `hatch` joins lines."""
    if not len(loops.points):
        return Strokes(np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    split = _Split.of(loops, waves)
    spans = healed(_scanned(split, waves, waves.offsets_mm))
    spans = chosen_spans(spans, spans.high - spans.low >= min_length_mm)
    fractions = joint_fractions(2.0 * reach_mm)[:, None]
    rows = scan(loops, np.zeros(len(waves.angle_deg)), ROW_MM)

    def fits(here: Ints, there: Ints, ends: Floats) -> np.ndarray:
        """Samples of the joints looked up in the nearest rows: one of two has to hold each."""
        start, end = (waves.places(spans.owner[k], spans.line[k], ends[k]) for k in (here, there))
        inside = np.ones(len(here), dtype=bool)
        for x, y in zip(start[0] + (end[0] - start[0]) * fractions, start[1] + (end[1] - start[1]) * fractions,
                        strict=True):
            row = np.floor(y / ROW_MM).astype(np.int64)
            inside &= within(rows, spans.owner[here], row, x) | within(rows, spans.owner[here], row + 1, x)
        return inside

    edge = _scanned(_Split.of(border, waves), waves, waves.offsets_mm) if border is not None else None
    return _curved(linked(spans, fits, reach_mm, edge), waves)


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """Loops in the turned frames (`points` along and across) with a point wherever `along` passes a table entry."""

    loops: Loops
    owner: Ints
    entry: Ints
    part: Floats

    @staticmethod
    def of(loops: Loops, waves: Waves) -> _Split:
        count = np.diff(loops.start)
        owner = np.repeat(loops.owner, count)
        angle = np.radians(waves.angle_deg)
        along, across = turned(loops.points, np.cos(angle)[owner], np.sin(angle)[owner])
        place = along / waves.step_mm
        after = np.arange(1, len(owner) + 1)
        after[loops.start[1:] - 1] = loops.start[:-1]
        low, high = np.minimum(place, place[after]), np.maximum(place, place[after])
        first = np.floor(low) + 1.0
        extra = np.maximum(np.ceil(high) - first, 0.0).astype(np.int64)
        edge = np.repeat(np.arange(len(owner)), extra + 1)
        ahead = np.cumsum(extra + 1) - (extra + 1)
        rank = np.arange(len(edge)) - ahead[edge]
        rising = place[after] >= place
        at = np.where(rank == 0, place[edge],
                      np.where(rising[edge], first[edge] + rank - 1.0, (first + extra)[edge] - rank))
        run = place[after] - place
        share = np.where(rank == 0, 0.0, (at - place[edge]) / np.where(run == 0.0, 1.0, run)[edge])
        points = np.stack([at * waves.step_mm, across[edge] + (across[after] - across)[edge] * share], axis=1)
        ends = np.concatenate([ahead, [len(edge)]])
        entry = np.floor(at).astype(np.int64)
        return _Split(Loops(points, ends[loops.start], loops.owner), owner[edge], entry, at - entry)


def _scanned(split: _Split, waves: Waves, offsets: Floats) -> Spans:
    """Stretches of all families' curves, numbered in turn, sorted."""
    entries = offsets.shape[2]
    straight = np.zeros(offsets.shape[1])
    found: list[Spans] = []
    for family, table in enumerate(offsets):
        here = table[split.owner, split.entry % entries]
        there = table[split.owner, (split.entry + 1) % entries]
        level = here + (there - here) * split.part
        points = np.stack([split.loops.points[:, 0], split.loops.points[:, 1] - level], axis=1)
        spans = scan(Loops(points, split.loops.start, split.loops.owner), straight, waves.pitch_mm)
        found.append(Spans(spans.owner, spans.line * waves.families + family, spans.low, spans.high))
    if len(found) == 1:
        return found[0]
    merged = Spans(*(np.concatenate([getattr(s, name) for s in found]) for name in ("owner", "line", "low", "high")))
    return chosen_spans(merged, np.lexsort((merged.low, merged.line, merged.owner)))


def _curved(chains: Chains, waves: Waves) -> Strokes:
    """Points of curves: the ends of each stretch and the table's entries between them."""
    order, spans = chains.order, chains.spans
    low, high, line, owner = spans.low[order], spans.high[order], spans.line[order], spans.owner[order]
    first = np.floor(low / waves.step_mm + _NEAR_STEP) + 1.0
    inner = np.maximum(np.ceil(high / waves.step_mm - _NEAR_STEP) - first, 0.0).astype(np.int64)
    count = inner + 2
    ahead = np.cumsum(count) - count
    span = np.repeat(np.arange(len(order)), count)
    rank = np.arange(len(span)) - ahead[span]
    rank = np.where(chains.flip[span], count[span] - 1 - rank, rank)
    along = np.where(rank == 0, low[span], np.where(rank == (count - 1)[span], high[span],
                                                    (first[span] + rank - 1.0) * waves.step_mm))
    points = np.stack(waves.places(owner[span], line[span], along), axis=1)
    start = np.concatenate([ahead, [len(span)]])[chains.start]
    return Strokes(points, start.astype(np.int64), owner[chains.start[:-1]] if len(order) else owner)
