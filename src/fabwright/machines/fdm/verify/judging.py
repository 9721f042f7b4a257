"""Checks as values: pass or fail from a measure and its limit, with the lines that offend."""

from __future__ import annotations

import numpy as np

from fabwright.model import Check, Ints, Status, Trace

LINES_SHOWN = 5


def judged(name: str, good: bool, passed: str, failed: str, measured: float | None = None, limit: float | None = None,
           unit: str = "", source: str = "", lines: tuple[int, ...] = ()) -> Check:
    """A check that passes or fails, with the sentence for either."""
    return Check(name, Status.PASS if good else Status.FAIL, passed if good else failed,
                 None if measured is None else round(float(measured), 6), limit, unit, source, () if good else lines)


def lines_of(trace: Trace, moves: np.ndarray | Ints) -> tuple[int, ...]:
    """Line numbers of the first of these moves (indices or mask)."""
    at = np.flatnonzero(moves) if moves.dtype == bool else moves
    return tuple(int(n) for n in trace.line[at[:LINES_SHOWN]])


def at_most(trace: Trace, name: str, values: np.ndarray, moves: np.ndarray, limit: float, unit: str, what: str,
            source: str, slack: float = 0.0) -> Check:
    """No value (one per move where `moves` is True) may exceed the limit, to which `slack` for rounding is added."""
    limit = round(limit + slack, 6)
    chosen = values[moves]
    if not len(chosen):
        return judged(name, True, f"{what}: nothing to measure.", "", 0.0, limit, unit, source)
    worst = float(chosen.max())
    over = moves & (values > limit)
    lines = lines_of(trace, over)
    where = f"{trace.file}:{lines[0]}: " if lines else ""
    return judged(name, not over.any(), f"{what}: at most {worst:.4g} {unit} (limit {limit:.4g}).",
                  f"{where}{what} reaches {worst:.4g} {unit}, the limit is {limit:.4g}.", worst, limit, unit, source,
                  lines)
