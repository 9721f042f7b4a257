"""Speeds at the joints of moves, as a look-ahead controller plans them."""

from __future__ import annotations

import math
from typing import Any

import numba


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def junction_speeds(direction: Any, length: Any, speed: Any, acceleration: Any, deviation: float, joint: Any) -> None:
    """Fill `joint` (n + 1,) with the speed in mm/s at the start of each of n moves and at the end.

    `direction` (n, 3) unit vectors, `length` (n,) mm, `speed` (n,) mm/s, `acceleration` (n,) mm/s2 along the move. A
    corner is taken so fast that a circle through it leaves it by `deviation` mm at that acceleration: v^2 = a d
    sin(t/2) / (1 - sin(t/2)), t the angle between the moves; then a backward and a forward pass keep each change of
    speed within what the move's length allows.
    """
    count = length.shape[0]
    joint[0] = joint[count] = 0.0
    for k in range(1, count):
        cosine = -(direction[k - 1, 0] * direction[k, 0] + direction[k - 1, 1] * direction[k, 1]
                   + direction[k - 1, 2] * direction[k, 2])
        top = min(speed[k - 1], speed[k])
        if cosine > 0.999999:
            joint[k] = 0.0
        elif cosine > -0.999999:
            half = math.sqrt(0.5 * (1.0 - cosine))
            joint[k] = min(top, math.sqrt(min(acceleration[k - 1], acceleration[k]) * deviation * half / (1.0 - half)))
        else:
            joint[k] = top
    for k in range(count - 1, -1, -1):
        joint[k] = min(joint[k], math.sqrt(joint[k + 1] ** 2 + 2.0 * acceleration[k] * length[k]))
    for k in range(count):
        joint[k + 1] = min(joint[k + 1], math.sqrt(joint[k] ** 2 + 2.0 * acceleration[k] * length[k]))
