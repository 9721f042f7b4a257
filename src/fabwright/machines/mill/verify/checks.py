"""How a check of this class is worded: pass or fail against a limit, with the lines of the first offences."""

from __future__ import annotations

import numpy as np

from fabwright.model import Check, Ints, Status

#: Lines listed per check.
LISTED = 20


def judged(name: str, bad: bool, good_words: str, bad_words: str, measured: float | None = None,
           limit: float | None = None, unit: str = "", source: str = "", lines: tuple[int, ...] = ()) -> Check:
    """A check that fails when `bad`."""
    return Check(name, Status.FAIL if bad else Status.PASS, bad_words if bad else good_words, measured, limit, unit,
                 source, lines)


def lines_of(column: Ints, bad: np.ndarray) -> tuple[int, ...]:
    """The first distinct line numbers (1-based) where `bad` holds."""
    return tuple(int(n) for n in np.unique(column[bad])[:LISTED])


def at_most(name: str, measured: float, limit: float, unit: str, what: str, source: str,
            lines: tuple[int, ...] = ()) -> Check:
    """`measured` against an upper limit; NaN fails."""
    return judged(name, not measured <= limit, f"{what} {measured:.3g} {unit} (limit {limit:.3g})",
                  f"{what} {measured:.3g} {unit}, over the limit of {limit:.3g}", float(measured), float(limit), unit,
                  source, lines)
