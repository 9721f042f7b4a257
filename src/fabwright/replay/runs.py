"""Plain motion lines prepared as columns, so that a run of them is executed at once.

`Columns` holds for every line the last word of each letter at or before it. A run then only has to put the state it
starts from into the lines before its first word of a letter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats
from fabwright.replay.tokens import PlainLines

#: Columns of `Columns.rows`, which are those a recorder takes.
LINE, KIND, X, FEED, FEEDSTOCK = 0, 1, 2, 5, 6


class Columns:
    """Tables over the n lines of one piece of text, of which `fit` may be executed in runs.

    `rows` (n, 7): line number, motion word, x, y, z, F as written and last in force, feedstock 0. `moved` (n,) bool:
    the line has an axis word, or an E word. `following` maps a letter (and "G") to a list whose entry i is the first
    fit line at or after i that has this word, n when there is none. Entry i of `moves_before` counts
    moving lines before i.
    """

    def __init__(self, table: PlainLines, fit: NDArray[np.bool_], number: int) -> None:
        size = len(fit)
        self.values = {letter: np.where(fit, column, np.nan) for letter, column in table.values.items()}
        self.rows = np.zeros((size, 7))
        self.rows[:, LINE] = np.arange(number, number + size)
        self.following: dict[str, list[int]] = {}
        motion = np.where(fit & (table.motion >= 0), table.motion.astype(np.float64), np.nan)
        self._fill("G", motion, KIND)
        for axis, letter in enumerate("XYZ"):
            self._fill(letter, self.values[letter], X + axis)
        self._fill("F", self.values["F"], FEED)
        self.following["E"] = _following(~np.isnan(self.values["E"]))
        self.following["S"] = _following(~np.isnan(self.values["S"]))
        self.moved = ~np.isnan(self.values["E"])
        for letter in "XYZ":
            self.moved |= ~np.isnan(self.values[letter])
        self.moves_before: list[int] = np.concatenate(([0], np.cumsum(self.moved))).tolist()
        self._e_last: Floats | None = None

    def _fill(self, letter: str, column: Floats, place: int) -> None:
        present = ~np.isnan(column)
        last = np.where(present, np.arange(len(column)), 0)
        np.maximum.accumulate(last, out=last)
        self.rows[:, place] = column[last]
        self.following[letter] = _following(present)

    @property
    def e_last(self) -> Floats:
        """(n,) the last E word at or before each line."""
        if self._e_last is None:
            column = self.values["E"]
            last = np.where(np.isnan(column), 0, np.arange(len(column)))
            np.maximum.accumulate(last, out=last)
            self._e_last = column[last]
        return self._e_last

    def moving(self, first: int, stop: int) -> Floats:
        """The rows of [first, stop) that move."""
        if self.moves_before[stop] - self.moves_before[first] == stop - first:
            return self.rows[first:stop]
        return self.rows[first:stop][self.moved[first:stop]]

    def place(self, letter: str, column: int, first: int, stop: int, start: float, unit: float, shift: float) -> int:
        """Make a column of a run absolute: words times `unit` plus `shift`, `start` before the first word.

        Returns the line of the first word, `stop` or more when the run has none.
        """
        begin = self.following[letter][first]
        if begin >= stop:
            self.rows[first:stop, column] = start
            return begin
        if unit != 1.0:
            self.rows[begin:stop, column] *= unit
        if shift != 0.0:
            self.rows[begin:stop, column] += shift
        if begin > first:
            self.rows[first:begin, column] = start
        return begin

    def add(self, letter: str, column: int, first: int, stop: int, start: float, unit: float) -> int:
        """Make a column of a run the running sum of relative words, added in order from `start`."""
        begin = self.following[letter][first]
        if begin >= stop:
            self.rows[first:stop, column] = start
        else:
            self.rows[first:stop, column] = summed(self.values[letter][first:stop] * unit, start)
        return begin


def summed(values: Floats, start: float) -> Floats:
    """Running position of relative words, added one by one in order as a controller does."""
    steps = np.empty(len(values) + 1)
    steps[0] = start
    steps[1:] = np.where(np.isnan(values), 0.0, values)
    return np.cumsum(steps)[1:]


def _following(present: NDArray[np.bool_]) -> list[int]:
    size = len(present)
    index = np.where(present, np.arange(size), size)
    index[::-1] = np.minimum.accumulate(index[::-1])
    following: list[int] = index.tolist()
    following.append(size)
    return following
