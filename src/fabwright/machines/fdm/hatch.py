"""Fill of regions by parallel lines, joined into zigzags, for all layers in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fabwright.geometry.regions import Loops
from fabwright.machines.fdm.scanlines import Spans, scan
from fabwright.model import Floats, Ints

# A joint between two lines is kept when places along it, at least so many and no further apart than this, lie inside
# the region but for this much.
FEWEST_SAMPLES, MOST_SAMPLES, SAMPLE_MM = 3, 9, 1.2
EDGE_MM = 0.1
# No slit is as narrow as this.
SLIT_MM = 0.02
# Ends of lines this close to the border's crossing lie on the border.
ON_BORDER_MM = 0.002
# Wider than twice the reach of scanlines, mm: keeps rows apart in one sorted column; and a power of two, like the
# number of lines an owner can have, for places in that column to stay exact to a micrometre over thousands of layers.
_WIDE, _LINE_BITS = 4096.0, 15


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Polylines as columns: `points` (n, 2), `start` (k + 1,) offsets, `owner` (k,) region index; all open, or all
    `closed`."""

    points: Floats
    start: Ints
    owner: Ints
    closed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Spans (n,) sorted as `Spans` are, and how they are travelled: `order` (n,) indices of spans, `start` (k + 1,)
    offsets of the chains in it, `flip` (n,) whether the span at that place of the order is laid from high to low."""

    spans: Spans
    order: Ints
    start: Ints
    flip: np.ndarray

    def arranged(self, chains: Ints) -> Chains:
        """The same chains in another order."""
        count = np.diff(self.start)[chains]
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        at = np.repeat(self.start[:-1][chains] - start[:-1], count) + np.arange(int(start[-1]))
        return Chains(self.spans, self.order[at], start, self.flip[at])


def hatch(loops: Loops, angle_deg: Floats, pitch_mm: Floats | float, reach_mm: Floats | float, min_length_mm: float, *,
          phase: float = 0.0, border: Loops | None = None, skip: int = 1, monotonic: bool = False) -> Strokes:
    """Fill every region with lines `pitch_mm` apart in its owner's direction.

    Neighbouring lines are joined end to end where each has the other as its only neighbour, the joint is no longer
    than `reach_mm` and it stays inside the region; with `border` only where both ends lie on that border. Lines shorter
    than `min_length_mm` are left out, and with `skip` n every n-th line, which somebody else lays. With `monotonic`
    the chains come in such an order that each line follows all its neighbours on one side.
    """
    spans = healed(scan(loops, angle_deg, pitch_mm, phase))
    keep = spans.high - spans.low >= min_length_mm
    if skip > 1:
        keep &= spans.line % skip != 0
    spans = chosen_spans(spans, keep)
    fractions = joint_fractions(float(np.max(np.hypot(reach_mm, pitch_mm) * (np.asarray(reach_mm) > 0.0), initial=0.0)))
    between = [scan(loops, angle_deg, pitch_mm, phase + fraction) for fraction in fractions]

    def fits(here: Ints, there: Ints, ends: Floats) -> np.ndarray:
        inside = np.ones(len(here), dtype=bool)
        for fraction, middle in zip(fractions, between, strict=True):
            inside &= within(middle, spans.owner[here], spans.line[here],
                             ends[here] + (ends[there] - ends[here]) * fraction)
        return inside

    edge = scan(border, angle_deg, pitch_mm, phase) if border is not None else None
    chains = linked(spans, fits, reach_mm, edge)
    if monotonic:
        from fabwright.machines.fdm.monotonic import monotonic_order

        chains = chains.arranged(monotonic_order(chains))
    return _straight(chains, angle_deg, pitch_mm, phase)


def healed(spans: Spans) -> Spans:
    """Spans with those made one that meet end to end: a slit without width, which rounding has left in a region."""
    meets = ((spans.owner[1:] == spans.owner[:-1]) & (spans.line[1:] == spans.line[:-1])
             & (spans.low[1:] - spans.high[:-1] < SLIT_MM))
    if not meets.any():
        return spans
    first, last = np.append(True, ~meets), np.append(~meets, True)
    return Spans(spans.owner[first], spans.line[first], spans.low[first], spans.high[last])


def chosen_spans(spans: Spans, which: np.ndarray) -> Spans:
    """Spans of a mask or of indices that keep their sorting."""
    return Spans(spans.owner[which], spans.line[which], spans.low[which], spans.high[which])


def joint_fractions(longest_mm: float) -> Floats:
    """Where along the longest joint to look whether it is inside."""
    count = int(np.clip(np.ceil(longest_mm / SAMPLE_MM), FEWEST_SAMPLES, MOST_SAMPLES)) if longest_mm > 0.0 else 0
    return np.asarray(np.arange(1, count + 1) / (count + 1.0))


def linked(spans: Spans, fits: Callable[[Ints, Ints, Floats], np.ndarray], reach_mm: Floats | float,
           border: Spans | None = None) -> Chains:
    """Chains of spans; `fits` tells for pairs of spans (their indices, and the ends (n,) of all spans at one side)
    whether the joint between them stays inside; `reach_mm` is the longest joint along the lines, per owner or for
    all."""
    following = _neighbours(spans)
    reach = reach_mm[spans.owner] if isinstance(reach_mm, np.ndarray) else np.full(len(spans), reach_mm)
    joints: list[list[bool]] = []
    for ends, side in ((spans.high, 1), (spans.low, 0)):
        fit = np.zeros(len(spans), dtype=bool)
        here = np.flatnonzero(following >= 0)
        here = here[np.abs(ends[here] - ends[following[here]]) < reach[here]]
        fit[here[fits(here, following[here], ends)]] = True
        if border is not None:
            on = _on_border(spans, ends, border, side)
            fit &= on & on[np.maximum(following, 0)]
        joints.append(fit.tolist())
    order, start = _chains(following.tolist(), joints)
    flip = ((np.arange(len(order)) - np.repeat(start[:-1], np.diff(start))) & 1) == 1
    return Chains(spans, order, start, flip)


def overlapping(spans: Spans) -> tuple[Ints, Ints]:
    """For each span the range [first, last) of spans of the next line that overlap it."""
    row = _row(spans) * _WIDE
    low, high = row + spans.low, row + spans.high
    first = np.searchsorted(high, low + _WIDE, "right")
    last = np.searchsorted(low, high + _WIDE, "left")
    return first, np.maximum(last, first)


def _row(spans: Spans) -> Ints:
    return _row_of(spans.owner, spans.line)


def _row_of(owner: Ints, line: Ints) -> Ints:
    return np.asarray((owner << _LINE_BITS) + line + (1 << (_LINE_BITS - 1)))


def _neighbours(spans: Spans) -> Ints:
    """For each span the only span of the next line that overlaps it and has it alone; -1 where there is none."""
    if not len(spans):
        return np.empty(0, dtype=np.int64)
    first, last = overlapping(spans)
    row = _row(spans) * _WIDE
    low, high = row + spans.low, row + spans.high
    before = np.searchsorted(low, high - _WIDE, "left") - np.searchsorted(high, low - _WIDE, "right")
    found = np.minimum(first, len(spans) - 1)
    return np.where((last - first == 1) & (before[found] == 1), found, -1)


def within(area: Spans, owner: Ints, line: Ints, along: Floats) -> np.ndarray:
    """Whether places on lines (n,) lie in the owner's spans, but for EDGE_MM: bool (n,)."""
    if not len(area):
        return np.zeros(len(owner), dtype=bool)
    at = _row_of(owner, line) * _WIDE + along
    edge = _row(area) * _WIDE
    slot = np.searchsorted(edge + area.low, at + EDGE_MM, "right") - 1
    return np.asarray((slot >= 0) & ((edge + area.high)[np.maximum(slot, 0)] >= at - EDGE_MM))


def _on_border(spans: Spans, ends: Floats, border: Spans, side: int) -> np.ndarray:
    """Whether each end (n,) is where the border crosses the line; `side` 0 looks for low ends, 1 for high ones."""
    if not len(border):
        return np.zeros(len(spans), dtype=bool)
    known = _row(border) * _WIDE + (border.high if side else border.low)
    at = _row(spans) * _WIDE + ends
    after = np.minimum(np.searchsorted(known, at), len(known) - 1)
    before = np.maximum(after - 1, 0)
    return np.asarray(np.minimum(np.abs(known[after] - at), np.abs(known[before] - at)) < ON_BORDER_MM)


def _chains(after: list[int], onward: list[list[bool]]) -> tuple[Ints, Ints]:
    """Spans in travel order and the offset of each chain; `onward` tells for each end whether a chain may go on."""
    done = bytearray(len(after))
    order: list[int] = []
    start: list[int] = []
    for head in range(len(after)):
        if done[head]:
            continue
        start.append(len(order))
        at, end = head, 0
        while True:
            done[at] = 1
            order.append(at)
            if not onward[end][at] or done[after[at]]:
                break
            at, end = after[at], 1 - end
    return np.asarray(order, dtype=np.int64), np.asarray([*start, len(order)], dtype=np.int64)


def _straight(chains: Chains, angle_deg: Floats, pitch_mm: Floats | float, phase: float) -> Strokes:
    """Points of straight lines, two for each span."""
    spans, order = chains.spans, chains.order
    if not len(order):
        return Strokes(np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    low, high, owner = spans.low[order], spans.high[order], spans.owner[order]
    pitch = pitch_mm[owner] if isinstance(pitch_mm, np.ndarray) else pitch_mm
    across = (spans.line[order] + phase) * pitch
    angle = np.radians(angle_deg)
    cos, sin = np.cos(angle)[owner], np.sin(angle)[owner]
    points = np.empty((len(order), 2, 2))
    for side, along in enumerate((np.where(chains.flip, high, low), np.where(chains.flip, low, high))):
        points[:, side, 0], points[:, side, 1] = along * cos - across * sin, along * sin + across * cos
    return Strokes(points.reshape(-1, 2), chains.start * 2, owner[chains.start[:-1]])
