from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabwright.machines.fdm.corners import Corners
from fabwright.machines.fdm.timing import Track, accelerations_mm_s2, corners_of, move_times_s, trace_times_s
from fabwright.replay import replay

A = 1000.0
JERK = Corners("jerk", 8.0, 2.0, 10.0, 0.013)
JUNCTION = Corners("junction", 0.0, 0.0, 0.0, 0.013)
SQUARE = Corners("square", 5.0, 5.0, 5.0, 0.013, plane_mm_s2=A)
INSTANT = Corners("instant", 10.0, 3.0, 60.0, 0.013)


def track(*moves: tuple[float, float, float, float], speed: float = 50.0) -> Track:
    """Moves given as dx, dy, dz, e."""
    table = np.asarray(moves, dtype=float)
    count = len(table)
    return Track(table[:, :3], table[:, 3], np.full(count, speed), np.full(count, A))


def total(corners: Corners, *moves: tuple[float, float, float, float], speed: float = 50.0) -> float:
    return float(move_times_s(track(*moves, speed=speed), corners).sum())


def through(corner: float, top: float = 50.0, length: float = 20.0) -> float:
    """Time of two moves of `length` from rest to rest, taken at `corner` where they meet."""
    ramps = top ** 2 / A - corner ** 2 / (2 * A)
    return 2 * ((2 * top - corner) / A + (length - ramps) / top)


@pytest.mark.parametrize(("corners", "corner"), [
    (JERK, 8.0),
    (JUNCTION, float(np.sqrt(A * 0.013 * np.sqrt(0.5) / (1 - np.sqrt(0.5))))),
    (SQUARE, 5.0),
    (INSTANT, 10.0),
])
def test_a_right_angle_is_taken_at_the_speed_of_each_firmware(corners: Corners, corner: float) -> None:
    moves = ((20.0, 0, 0, 0), (0, 20.0, 0, 0))
    if corners.rule == "square":  # no time is lost to held-back zigzags on moves as long as these
        assert move_times_s(track(*moves), corners).sum() == pytest.approx(through(corner), rel=1e-6)
    assert total(corners, *moves) == pytest.approx(through(corner), rel=1e-6)


@pytest.mark.parametrize("corners", [JERK, JUNCTION, SQUARE, INSTANT])
def test_splitting_a_straight_move_changes_nothing(corners: Corners) -> None:
    halves = total(corners, *[(10.0, 0, 0, 0.3)] * 4)
    assert halves == pytest.approx(total(corners, (40.0, 0, 0, 1.2)), rel=1e-9)


def test_turning_back_stops_all_but_classic_jerk() -> None:
    there_and_back = ((20.0, 0, 0, 0), (-20.0, 0, 0, 0))
    for corners in (JUNCTION, SQUARE):
        assert total(corners, *there_and_back) == pytest.approx(through(0.0))
    assert total(JERK, *there_and_back) == pytest.approx(through(8.0))
    # RepRapFirmware counts the whole change of 2 v.
    assert total(INSTANT, *there_and_back) == pytest.approx(through(5.0))


def test_filament_alone_starts_and_ends_at_rest_in_klipper_and_runs_into_it_with_jerk() -> None:
    moves = ((20.0, 0, 0, 0), (0, 0, 0, -0.8))
    alone = total(SQUARE, moves[0]) + total(SQUARE, moves[1])
    assert total(SQUARE, *moves) == pytest.approx(alone)
    assert total(JERK, *moves) < total(JERK, moves[0]) + total(JERK, moves[1])
    # Jerk policy 0: no instantaneous change between a move in the plane and one of the filament.
    assert total(INSTANT, *moves) == pytest.approx(total(INSTANT, moves[0]) + total(INSTANT, moves[1]))


def test_every_axis_keeps_its_own_limit() -> None:
    limits = {"top_mm_s": (50.0, 50.0, 10.0, 2.0), "gain_mm_s2": (A, A, 100.0, A)}
    for corners in (replace(JERK, **limits), replace(SQUARE, **limits)):
        # 20 mm straight up at 10 mm/s and 100 mm/s2.
        assert total(corners, (0, 0, 20.0, 0)) == pytest.approx(2 * 0.1 + (20 - 1) / 10.0)
        # 4 mm of filament alone at 2 mm/s.
        assert total(corners, (0, 0, 0, 4.0)) == pytest.approx(2.0 + 0.002)
    # A bead that asks for 5 mm/s of filament: Marlin slows the move, Klipper only what pulls back.
    bead, wipe = (20.0, 0, 0, 2.0), (20.0, 0, 0, -2.0)
    slowed = total(replace(JERK, **limits), (20.0, 0, 0, 0), speed=20.0)
    assert total(replace(JERK, **limits), bead) == pytest.approx(slowed)
    free = total(replace(SQUARE, **limits), (20.0, 0, 0, 0))
    assert total(replace(SQUARE, **limits), bead) == pytest.approx(free)
    assert total(replace(SQUARE, **limits), wipe) > 2 * free


def test_short_zigzags_are_held_back_in_klipper() -> None:
    # From rest to rest over 1 mm: the peak is that of half the acceleration.
    peak = np.sqrt(500.0)
    assert total(SQUARE, (1.0, 0, 0, 0), speed=100.0) == pytest.approx(2 * peak / A + (1 - peak ** 2 / A) / peak)


def test_a_small_circle_of_short_moves_is_an_arc_to_junction_deviation() -> None:
    angles = np.linspace(0, 2 * np.pi, 101)
    steps = np.diff(np.column_stack([np.cos(angles), np.sin(angles)]), axis=0)
    moves = [(float(x), float(y), 0.0, 0.0) for x, y in steps]
    # v2 = a r, 31.6 mm/s on a radius of 1 mm; and the ramps.
    expected = 2 * np.pi / np.sqrt(A) + np.sqrt(A) / A
    assert total(JUNCTION, *moves, speed=200.0) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("name", ["prusa-mk4s", "ender-3-v3", "voron-2.4-350"])
def test_an_arc_takes_about_as_long_as_its_chords(bench: object, name: str) -> None:
    machine = bench.machine(name)  # type: ignore[attr-defined]
    start = "G90\nM83\nG28\nG1 X60 Y50 Z1 F6000\n"
    angles = np.linspace(0, 2 * np.pi, 63)[1:]
    chords = "".join(f"G1 X{50 + 10 * np.cos(t):.4f} Y{50 + 10 * np.sin(t):.4f} F12000\n" for t in angles)
    times = []
    for text in (chords, "G3 X60 Y50 I-10 J0 F12000\n"):
        trace = replay((start + text).encode(), "arc.gcode", machine.controller, {"arcs": True})
        times.append(float(trace_times_s(trace, machine.profile.motion)[1:].sum()))
    assert times[1] == pytest.approx(times[0], rel=0.15)


def test_a_file_sets_its_own_acceleration(bench: object) -> None:
    motion = bench.machine("prusa-mk4s").profile.motion  # type: ignore[attr-defined]
    moves = "G28\nG1 X10 Y10 Z1 F9000\n{}G1 X60 E1 F9000\nG0 X10 F9000\n"
    times = {}
    for order in ("", "M204 P500 T4000\n", "M204 S500\n", "M204 P9000 T9000\n"):
        trace = replay(("G90\nM83\n" + moves.format(order)).encode(), "a.gcode", "marlin", {})
        times[order] = trace_times_s(trace, motion)[-2:]
    slow, both = times["M204 P500 T4000\n"], times["M204 S500\n"]
    assert slow[0] > times[""][0] * 1.2
    assert slow[1] < both[1]
    # More than the machine gives changes nothing.
    assert times["M204 P9000 T9000\n"] == pytest.approx(times[""])


def test_filament_alone_takes_its_own_acceleration(bench: object) -> None:
    motion = bench.machine("prusa-mk4s").profile.motion  # type: ignore[attr-defined]
    step, e = np.array([[0.0, 0, 0], [1.0, 0, 0], [1.0, 0, 0]]), np.array([-0.7, 0.0, 0.1])
    gain = accelerations_mm_s2(motion, step, e, np.full(3, 2000.0), np.full(3, 3000.0))
    assert gain.tolist() == [1200.0, 3000.0, 2000.0]
    assert corners_of(motion).gain_mm_s2 == (4000.0, 4000.0, 200.0, 1200.0)


def test_nothing_takes_no_time() -> None:
    empty = Track(np.zeros((0, 3)), np.zeros(0), np.zeros(0), np.zeros(0))
    assert move_times_s(empty, JERK).shape == (0,)
    assert total(JERK, (0, 0, 0, 0)) == 0.0
