"""Columns of scaled integers to columns of G-code words, four bytes at a time.

A line is a row of uint32 words, each holding up to four characters padded with NUL; deleting the NULs afterwards
leaves the text. A number is cut into groups of three digits and each group is one look-up in a table of 1000 entries,
so that no number is ever formatted on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats, Ints

Words = NDArray[np.uint32]

#: Largest whole part that two groups of three digits hold.
WHOLE_LIMIT = 1_000_000


def scaled(values: Floats, decimals: int) -> Ints:
    """`values` (n,) in units of 10**-decimals, rounded to nearest, ties to even."""
    return np.rint(values * 10.0**decimals).astype(np.int64)


def packed(text: str) -> np.uint32:
    """Up to four ASCII characters as one word."""
    return np.uint32(np.frombuffer(text.encode("ascii").ljust(4, b"\0"), dtype=np.uint32)[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """1000 words each: `short` 7, `full` 007; `point` .07 and `point_full` .070 (first three decimals); `tail` 07."""

    short: Words
    full: Words
    point: Words
    point_full: Words
    tail: Words


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    def table(texts: list[str]) -> Words:
        return np.frombuffer(b"".join(t.encode("ascii").ljust(4, b"\0") for t in texts), dtype=np.uint32)

    full = [f"{k:03d}" for k in range(1000)]
    stripped = [t.rstrip("0") for t in full]
    return _Tables(table([str(k) for k in range(1000)]), table(full), table([f".{t}" if t else "" for t in stripped]),
                   table([f".{t}" for t in full]), table(stripped))


def word_columns(letter: str, values: Ints, decimals: int) -> list[Words]:
    """The word `letter` + number for each of `values` (n,), which count units of 10**-decimals (0 to 6 of them).

    Returns columns (n,) to stand side by side; trailing zeros and a bare point are left out and zero has no sign.
    The whole part must be below `WHOLE_LIMIT`.
    """
    tables = _tables()
    whole, fraction = np.divmod(np.abs(values), 10**decimals)
    thousands, units = np.divmod(whole, 1000)
    columns: list[Words] = [np.where(values < 0, packed(f" {letter}-"), packed(f" {letter}"))]
    if thousands.any():
        columns.append(np.where(thousands > 0, tables.short[thousands], np.uint32(0)))
        columns.append(np.where(thousands > 0, tables.full[units], tables.short[units]))
    else:
        columns.append(tables.short[units])
    if 0 < decimals <= 3:
        columns.append(tables.point[fraction * 10 ** (3 - decimals)])
    elif decimals > 3:
        head, tail = np.divmod(fraction, 10 ** (decimals - 3))
        columns.append(np.where(tail > 0, tables.point_full[head], tables.point[head]))
        columns.append(tables.tail[tail * 10 ** (6 - decimals)])
    return columns
