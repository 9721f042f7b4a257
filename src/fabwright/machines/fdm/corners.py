"""How fast each firmware takes the joint of two moves.

Every rule gets the moves' `unit` vectors (4, n) - x, y, z and filament per millimetre of path (per millimetre of
filament where nothing else moves) - and answers with squared speeds (n + 1,) at the joints, 0 where the machine stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fabwright.machines._motion.trapezoid import deviation_square
from fabwright.model import Floats

if TYPE_CHECKING:
    from fabwright.machines.fdm.schema import Motion

Bools = NDArray[np.bool_]

# Klipper's instantaneous_corner_velocity of the extruder, mm/s (its default).
E_CORNER_MM_S = 1.0
# Marlin limits joints of short segments that turn by less than 45 degrees (planner.cpp, JD_HANDLE_SMALL_SEGMENTS).
SMALL_SEGMENT_MM = 1.0
# Firmware cuts arcs into straight pieces of this length (Marlin's MAX_ARC_SEGMENT_MM, Klipper's [gcode_arcs]), mm.
ARC_PIECE_MM = 1.0
# Mean over all directions of the larger share that x or y has of a turn.
MEAN_SHARE = 0.9003
# A corner sharper than this turns back: the machine stops there (all three).
BACK = 0.999999
_NONE = float("inf")


@dataclass(frozen=True, slots=True)
class Corners:
    """How a firmware limits speed and acceleration, in mm and s.

    `rule`: "jerk" (Marlin's classic jerk), "instant" (RepRapFirmware's instantaneous speed changes), both with `xy`,
    `z`, `e` as mm/s per axis; "junction" (Marlin's junction deviation, `junction_mm`); or "square" (Klipper's
    square-corner velocity in `xy`). `top_mm_s` and `gain_mm_s2` limit x, y, z and filament; `plane_mm_s2` is the
    acceleration that the firmware starts with in the plane.
    """

    rule: str
    xy: float
    z: float
    e: float
    junction_mm: float
    top_mm_s: tuple[float, float, float, float] = (_NONE, _NONE, _NONE, _NONE)
    gain_mm_s2: tuple[float, float, float, float] = (_NONE, _NONE, _NONE, _NONE)
    plane_mm_s2: float = _NONE


def corners_of(motion: Motion) -> Corners:
    """The rule and limits of a printer's firmware."""
    plane = max(motion.acceleration_mm_s2, motion.travel_acceleration_mm_s2)
    return Corners(motion.corner_rule, motion.corner_mm_s, motion.z_corner_mm_s, motion.e_corner_mm_s,
                   motion.junction_mm,
                   (motion.max_xy_mm_s, motion.max_xy_mm_s, motion.max_z_mm_s, motion.max_e_mm_s),
                   (plane, plane, motion.z_acceleration_mm_s2, motion.e_acceleration_mm_s2),
                   motion.acceleration_mm_s2)


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Moves as the rules see them: directions where they begin and end (4, n), `length` (n,) mm, `top` mm/s, `gain`
    mm/s2 and the acceleration `ordered`, all within the axes' limits but the last."""

    begin: Floats
    end: Floats
    length: Floats
    top: Floats
    gain: Floats
    ordered: Floats
    only_e: Bools


def limited(unit: Floats, only_e: Bools, speed: Floats, gain: Floats, corners: Corners) -> tuple[Floats, Floats]:
    """Speed and acceleration along each move that keep every axis within its own limits.

    Klipper limits the plane as a whole, z by its own share, and the filament only where nothing else is laid: alone, or
    pulled back on the way (kinematics/extruder.py, check_move).
    """
    share = np.abs(unit)
    square = corners.rule == "square"
    top, most = speed, gain
    if square:
        top = np.where(only_e, top, np.minimum(top, corners.top_mm_s[0]))
        laid = ((unit[0] != 0.0) | (unit[1] != 0.0)) & (unit[3] >= 0.0)
        share[3][laid] = 0.0
    for axis in range(2 if square else 0, 4):
        used = np.maximum(share[axis], 1e-12)
        top = np.minimum(top, corners.top_mm_s[axis] / used)
        most = np.minimum(most, corners.gain_mm_s2[axis] / used)
    return np.asarray(top), np.asarray(most)


def joint_squares(moves: Joined, corners: Corners) -> Floats:
    """Squared speed that the firmware allows at the n + 1 joints of n moves; it starts and ends at rest."""
    result = np.zeros(len(moves.top) + 1)
    if len(moves.top) > 1:
        both = np.minimum(moves.top[1:], moves.top[:-1])
        rule = {"jerk": _jerk, "instant": _instant, "junction": _junction, "square": _square}[corners.rule]
        result[1:-1] = np.minimum(both ** 2, rule(moves, both, corners))
    return result


def arc_top(speed: Floats, gain: Floats, radius: Floats, corners: Corners) -> Floats:
    """Mean speed along moves whose `radius` (n,) is finite: firmware cuts them into pieces, whose joints obey its rule
    (and, where that is a deviation, the pull towards the centre), and speeds up between two joints."""
    turn = np.minimum(ARC_PIECE_MM / np.maximum(radius, 1e-9), np.pi / 2.0)
    if corners.rule in ("jerk", "instant"):
        joint = (corners.xy / (MEAN_SHARE * np.maximum(turn, 1e-12))) ** 2
    else:
        deviation = (corners.junction_mm if corners.rule == "junction"
                     else corners.xy ** 2 * (np.sqrt(2.0) - 1.0) / corners.plane_mm_s2)
        joint = np.minimum(deviation_square(-np.cos(turn), gain, float(deviation)),
                           gain * np.where(np.isfinite(radius), radius, 1.0))
    mean = (np.sqrt(joint) + np.sqrt(joint + gain * ARC_PIECE_MM)) / 2.0
    return np.asarray(np.where(np.isfinite(radius), np.minimum(speed, mean), speed))


def _slowest(limits: tuple[float, ...], rates: Floats, most: Floats) -> Floats:
    """The least of `most` (n,) and of every axis' limit over its rate (4, n)."""
    result = most
    for limit, rate in zip(limits, rates, strict=True):
        result = np.minimum(result, limit / np.maximum(rate, 1e-9))
    return np.asarray(result)


def _changes(corners: Corners) -> tuple[float, float, float, float]:
    return corners.xy, corners.xy, corners.z, corners.e


def _jerk(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Marlin's classic jerk (planner.cpp, HAS_CLASSIC_JERK): no axis changes its speed by more than its own limit,
    where reversing counts the larger of the two speeds; where stopping and starting would be as fast, it does that."""
    before, after = moves.end[:, :-1], moves.begin[:, 1:]
    # Of opposite sign, the larger of the two; else their difference.
    low, high = np.minimum(before, after), np.maximum(before, after)
    change = np.where((low < 0.0) & (high > 0.0), np.maximum(high, -low), high - low)
    speed = _slowest(_changes(corners), change, both)
    halt = _slowest(_changes(corners), np.abs(moves.begin), moves.top)
    better = (halt[:-1] > 0.99 * speed) & (halt[1:] > 0.99 * speed)
    return np.asarray(np.where(better, halt[1:], speed) ** 2)


def _instant(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """RepRapFirmware with jerk policy 0 (its G-code dictionary, M566): instantaneous changes only between two moves
    that print or two that travel, and only where both move in the plane or neither does; a stop otherwise."""
    before, after = moves.end[:, :-1], moves.begin[:, 1:]
    speed = _slowest(_changes(corners), np.abs(after - before), both)
    plane_before, plane_after = ((v[0] != 0.0) | (v[1] != 0.0) for v in (before, after))
    alike = ((before[3] > 0.0) == (after[3] > 0.0)) & (plane_before == plane_after)
    return np.asarray(np.where(alike, speed, 0.0) ** 2)


def _junction(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Marlin's junction deviation (planner.cpp, HAS_JUNCTION_DEVIATION): the circle is taken at what the axes can do
    along the change of direction, filament included; a short segment that hardly turns is part of a curve."""
    straight = moves.begin is moves.end
    begin = _normal(moves.begin)
    before, after = (begin if straight else _normal(moves.end))[:, :-1], begin[:, 1:]
    cosine = -_dot(before, after)
    gain = _slowest(corners.gain_mm_s2, np.abs(_normal(after - before)), moves.gain[1:])
    square = deviation_square(cosine, gain, corners.junction_mm)
    small = np.flatnonzero((moves.length[1:] < SMALL_SEGMENT_MM) & (cosine < -np.sqrt(0.5)))
    turn = np.maximum(np.arccos(np.minimum(-cosine[small], 1.0)), 1e-9)
    square[small] = np.minimum(square[small], moves.length[1:][small] * gain[small] / turn)
    return np.asarray(np.where(cosine > BACK, 0.0, square))


def _square(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Klipper's square-corner velocity (toolhead.py, calc_junction): its junction deviation follows from the
    acceleration ordered, the circle must fit into half of both moves, the extruder may jump by its corner velocity, and
    moves of the filament alone start and end at rest."""
    before, after = moves.end[:, :-1], moves.begin[:, 1:]
    cosine = -_dot(before[:3], after[:3])
    held = np.clip(cosine, -BACK, 1.0)
    tangent = np.sqrt((1.0 - held) / (1.0 + held))
    share, half = moves.gain / moves.ordered, 0.5 * moves.length * moves.gain
    square = deviation_square(cosine, np.minimum(share[1:], share[:-1]), float(corners.xy ** 2 * (np.sqrt(2.0) - 1.0)))
    square = np.minimum(square, np.minimum(half[1:], half[:-1]) * tangent)
    push = E_CORNER_MM_S / np.maximum(np.abs(after[3] - before[3]), 1e-12)
    stands = (cosine > BACK) | moves.only_e[1:] | moves.only_e[:-1]
    return np.asarray(np.where(stands, 0.0, np.minimum(square, push ** 2)))


def _dot(one: Floats, other: Floats) -> Floats:
    total = one[0] * other[0]
    for a, b in zip(one[1:], other[1:], strict=True):
        total = total + a * b
    return np.asarray(total)


def _normal(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.sqrt(np.maximum(_dot(vectors, vectors), 1e-24)))
