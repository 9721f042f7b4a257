"""How fast each firmware takes the joint of two moves.

Every rule gets the moves' `unit` vectors (n, 4) - x, y, z and filament per millimetre of path (per millimetre of
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
    """Moves as the rules see them: directions where they begin and end (n, 4), `length` (n,) mm, `top` mm/s, `gain`
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
    if square:
        share = share.copy()
        share[:, 0] = np.where(only_e, 0.0, 1.0)
        share[:, 1] = 0.0
        flat = (unit[:, 0] != 0.0) | (unit[:, 1] != 0.0)
        share[:, 3] = np.where(flat & (unit[:, 3] >= 0.0), 0.0, share[:, 3])
    top, most = speed, gain
    for axis in range(4):
        used = np.maximum(share[:, axis], 1e-12)
        top = np.minimum(top, corners.top_mm_s[axis] / used)
        if not (square and axis == 0):
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


def _per_axis(corners: Corners) -> Floats:
    return np.asarray([corners.xy, corners.xy, corners.z, corners.e])


def _jerk(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Marlin's classic jerk (planner.cpp, HAS_CLASSIC_JERK): no axis changes its speed by more than its own limit,
    where reversing counts the larger of the two speeds; where stopping and starting would be as fast, it does that."""
    most = _per_axis(corners)
    before, after = moves.end[:-1], moves.begin[1:]
    turns_back = before * after < 0.0
    change = np.where(turns_back, np.maximum(np.abs(before), np.abs(after)), np.abs(after - before))
    speed = np.minimum(both, (most / np.maximum(change, 1e-9)).min(axis=1))
    halt = np.minimum(moves.top, (most / np.maximum(np.abs(moves.begin), 1e-9)).min(axis=1))
    better = (halt[:-1] > 0.99 * speed) & (halt[1:] > 0.99 * speed)
    return np.asarray(np.where(better, halt[1:], speed) ** 2)


def _instant(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """RepRapFirmware with jerk policy 0 (its G-code dictionary, M566): instantaneous changes only between two moves
    that print or two that travel, and only where both move in the plane or neither does; a stop otherwise."""
    before, after = moves.end[:-1], moves.begin[1:]
    speed = np.minimum(both, (_per_axis(corners) / np.maximum(np.abs(after - before), 1e-9)).min(axis=1))
    printing = (before[:, 3] > 0.0) == (after[:, 3] > 0.0)
    plane = np.hypot(before[:, 0], before[:, 1]) > 0.0
    alike = printing & (plane == (np.hypot(after[:, 0], after[:, 1]) > 0.0))
    return np.asarray(np.where(alike, speed, 0.0) ** 2)


def _junction(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Marlin's junction deviation (planner.cpp, HAS_JUNCTION_DEVIATION): the circle is taken at what the axes can do
    along the change of direction, filament included; a short segment that hardly turns is part of a curve."""
    before, after = _normal(moves.end[:-1]), _normal(moves.begin[1:])
    cosine = -(before * after).sum(axis=1)
    change = _normal(after - before)
    most = np.asarray(corners.gain_mm_s2) / np.maximum(np.abs(change), 1e-12)
    gain = np.minimum(moves.gain[1:], most.min(axis=1))
    square = deviation_square(cosine, gain, corners.junction_mm)
    turn = np.arccos(np.clip(-cosine, -1.0, 1.0))
    curve = moves.length[1:] * gain / np.maximum(turn, 1e-9)
    small = (moves.length[1:] < SMALL_SEGMENT_MM) & (cosine < -np.sqrt(0.5))
    square = np.where(small, np.minimum(square, curve), square)
    return np.asarray(np.where(cosine > BACK, 0.0, square))


def _square(moves: Joined, both: Floats, corners: Corners) -> Floats:
    """Klipper's square-corner velocity (toolhead.py, calc_junction): its junction deviation follows from the
    acceleration ordered, the circle must fit into half of both moves, the extruder may jump by its corner velocity, and
    moves of the filament alone start and end at rest."""
    before, after = moves.end[:-1], moves.begin[1:]
    cosine = -(before[:, :3] * after[:, :3]).sum(axis=1)
    held = np.clip(cosine, -BACK, 1.0)
    tangent = np.sqrt(1.0 - held) / np.sqrt(1.0 + held)
    square = np.asarray((_NONE,) * len(both))
    for gain, ordered, length in ((moves.gain[1:], moves.ordered[1:], moves.length[1:]),
                                  (moves.gain[:-1], moves.ordered[:-1], moves.length[:-1])):
        own = deviation_square(cosine, gain / ordered, float(corners.xy ** 2 * (np.sqrt(2.0) - 1.0)))
        square = np.minimum(square, np.minimum(own, 0.5 * length * tangent * gain))
    push = E_CORNER_MM_S / np.maximum(np.abs(after[:, 3] - before[:, 3]), 1e-12)
    stands = (cosine > BACK) | moves.only_e[1:] | moves.only_e[:-1]
    return np.asarray(np.where(stands, 0.0, np.minimum(square, push ** 2)))


def _normal(vectors: Floats) -> Floats:
    size = np.linalg.norm(vectors, axis=1)[:, None]
    return np.asarray(vectors / np.where(size > 0.0, size, 1.0))
