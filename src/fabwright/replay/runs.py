"""Runs of plain motion lines executed as columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabwright.model.shapes import Floats


def held(values: Floats, start: float) -> Floats:
    """Each value, or the last one before it where it is NaN, or `start` before the first."""
    index = np.where(np.isnan(values), -1, np.arange(len(values)))
    np.maximum.accumulate(index, out=index)
    return np.where(index >= 0, values[index], start)


def summed(values: Floats, start: float) -> Floats:
    """Running position of relative words, added one by one in order as a controller does."""
    steps = np.empty(len(values) + 1)
    steps[0] = start
    steps[1:] = np.where(np.isnan(values), 0.0, values)
    return np.cumsum(steps)[1:]


def held_motion(motion: NDArray[np.int8], start: int) -> NDArray[np.int8]:
    """The motion word in force on each line (0 or 1), -1 meaning the one before."""
    index = np.where(motion < 0, -1, np.arange(len(motion)))
    np.maximum.accumulate(index, out=index)
    return np.where(index >= 0, motion[index], np.int8(start))
